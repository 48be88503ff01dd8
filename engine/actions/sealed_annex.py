"""The sealed annex of a referral (密封附件): who reported, on one sheet, printed and never kept."""

from engine.actions.actor import require_role
from engine.actions.letter_facts import title_of
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.documents.fonts import installed_fonts
from engine.documents.letters import render_pdf
from engine.documents.sealed_annex_text import SealedAnnex, sealed_annex
from engine.errors import ConflictError
from engine.models import Letter, Unit
from engine.rules.letter_life import GONE_OUT
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, LetterStatus, Role, TicketEvent

PRINTABLE = (LetterStatus.SIGNED, *GONE_OUT)
LONGEST_REASON = 100
UNASKED = "请写明为什么需要移交反映人身份信息，例如“接收机关要求核实”。"


def print_sealed_annex(step: Step, letter: Letter, reason: str) -> bytes:
    """Return the sheet that names the requester, as a PDF to be printed and sealed.

    Each printing is an event of the ticket that its units do not see; the file is not kept.

    Raises:
        NotPermittedError: somebody other than a supervisor asks.
        ConflictError: the letter is no referral, or has no number.
        BadInputError: no reason is given.
        DocumentError: a font or a character is missing.
    """
    require_role(step.actor, Role.SUPERVISOR)
    if letter.kind is not LetterKind.REFERRAL or letter.status not in PRINTABLE:
        message = "只有签发了的问题线索移交函可以打印密封附件。"
        raise ConflictError(message)
    stated(reason, "why", UNASKED, LONGEST_REASON)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    why = Why(f"打印密封附件：{reason.strip()}", details={"restricted": True})
    take(step, ticket, TicketEvent.UNMASK, why)
    who = ticket_store.requester_of(step.session, ticket)
    sheet = sealed_annex(SealedAnnex(
        issuer=load_settings().organ_name, number=letter.number, title=title_of(step, letter),
        target=step.session.get_one(Unit, letter.unit_id).name, dated=shanghai_date(step.now),
        ticket_number=ticket.number, enterprise=who.enterprise, name=who.contact_name,
        phone=who.phone,
    ))  # fmt: skip
    fonts = installed_fonts()
    return render_pdf(sheet, fonts=fonts, moment=step.now).pdf
