"""Who else is sent a letter (抄送): units the drafter names; nobody for a referral or a secret."""

from collections.abc import Sequence

from engine.actions import post
from engine.actions.address_checks import require_verified
from engine.actions.letter_facts import title_of
from engine.actions.post import File, Mail
from engine.actions.step import Step
from engine.documents.asked_words import asked_words
from engine.errors import BadInputError, NotFoundError
from engine.models import Letter, Ticket, Unit
from engine.settings import load_settings
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, NoticeKind, Recipient

MOST = 6
TOO_MANY = f"抄送最多 {MOST} 个单位。"


def settle(step: Step, ticket: Ticket, letter: Letter, names: Sequence[str]) -> None:
    """Write into a draft who is sent a copy, by the names of the registry.

    Raises:
        BadInputError: an unknown unit, the addressee itself, too many, or a letter that is secret.
    """
    found: dict[str, None] = {}
    try:
        for name in names:
            found.setdefault(ticket_store.unit_by_name(step.session, name).name)
    except NotFoundError as error:
        raise BadInputError(str(error), fields={"copies": str(error)}) from error
    words = _refusal(step, ticket, letter, list(found))
    if words:
        raise BadInputError(words, fields={"copies": words})
    letter.facts = {**letter.facts, "copies": list(found)}


def _refusal(step: Step, ticket: Ticket, letter: Letter, names: Sequence[str]) -> str:
    if not names:
        return ""
    if letter.kind is LetterKind.REFERRAL or ticket.confidential:
        return "移交函和保密工单的函不抄送。"
    if step.session.get_one(Unit, letter.unit_id).name in names:
        return "主送单位不用再抄送。"
    return TOO_MANY if len(names) > MOST else ""


def units_of(step: Step, letter: Letter) -> list[Unit]:
    """Return the units a letter is copied to, in the drafter's order."""
    names = letter.facts.get("copies", [])
    return [ticket_store.unit_by_name(step.session, name) for name in names]


def require_all_verified(step: Step, letter: Letter) -> None:
    """Refuse to send a letter while an address it goes to is not verified.

    Raises:
        ConflictError: says where it is verified.
    """
    for unit in (step.session.get_one(Unit, letter.unit_id), *units_of(step, letter)):
        require_verified(unit)


def mail_copies(
    step: Step, ticket: Ticket, letter: Letter, due: object, files: tuple[File, ...]
) -> None:
    """Owe each unit that gets a copy its mail with the letter's files."""
    told = step.session.get_one(Unit, letter.unit_id).subordinate
    name = letter.kind.label if told else asked_words(letter.kind.label)
    for unit in units_of(step, letter):
        facts = {
            "letter_kind": name, "letter_number": letter.number, "unit": unit.name,
            "letter_title": title_of(step, letter), "reply_by": due, "copied": True,
            "link": f"{load_settings().link_base}/",
        }  # fmt: skip
        mail = Mail(key=f"letter:{letter.id}:copy:{unit.id}", kind=NoticeKind.RECTIFICATION,
                    facts=facts, files=files, letter=letter, unit=unit)  # fmt: skip
        post.post(step, ticket, mail, post.addresses(step.session, unit, (Recipient.UNIT,)))
