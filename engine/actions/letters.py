"""The life of an official letter: proposed, drafted, approved by a second person, answered."""

from dataclasses import dataclass, replace
from datetime import date

from engine.actions import clocks, post, referrals
from engine.actions.actor import SYSTEM
from engine.actions.address_checks import require_verified
from engine.actions.conduct import grounds_on_record
from engine.actions.evidence import evidence_for
from engine.actions.letter_facts import demands_for, letter_data
from engine.actions.post import File, Mail
from engine.actions.step import Step, Why, take
from engine.documents.fonts import find_fonts
from engine.documents.letter_data import LetterData
from engine.documents.letters import render_docx, render_pdf
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import Clock, Letter, Ticket, Unit
from engine.rules.rectification import grounds, signing_refusal
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.terms import (
    ClockKind,
    LetterKind,
    LetterStatus,
    NoticeKind,
    Recipient,
    RectificationGround,
    Role,
    TicketEvent,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EVENT_OF_DRAFT = {LetterStatus.PROPOSED, LetterStatus.REJECTED}


@dataclass(frozen=True)
class Proposal:
    """A wish for a letter: which kind, on what grounds, in whose words."""

    kind: LetterKind
    grounds: tuple[RectificationGround, ...]
    reason: str


def propose_letter(
    step: Step, ticket: Ticket, proposal: Proposal, *, tell: bool = True
) -> Letter | None:
    """Put a letter before the supervisors; nothing happens when one is in hand already.

    The engine only proposes: a named supervisor drafts, another approves. `tell=False` leaves it
    to the caller to write to them.
    """
    lead = ticket.lead_unit_id
    if lead is not None and proposal.kind is LetterKind.REFERRAL:
        return referrals.propose_referral(step, ticket, lead, proposal.reason, proposal.grounds)
    if lead is None or store.in_hand(step.session, ticket.id, proposal.kind) is not None:
        return None
    proposal = _with_record(step, ticket, proposal)
    why = Why(f"提议发{proposal.kind.label}：{proposal.reason}",
              details={"grounds": [one.value for one in proposal.grounds]})  # fmt: skip
    record = take(step, ticket, TicketEvent.PROPOSE_LETTER, why)
    letter = Letter(
        ticket_id=ticket.id, unit_id=lead, kind=proposal.kind, status=LetterStatus.PROPOSED,
        proposed_at=step.now, proposed_by=step.actor.name,
        grounds=[one.value for one in proposal.grounds],
        evidence=evidence_for(step, ticket), demands=list(demands_for(proposal.kind)),
    )  # fmt: skip
    step.session.add(letter)
    step.session.flush()
    if tell:
        _tell_supervisors(step, ticket, letter, f"event:{record.id}", proposal.reason)
    return letter


def _with_record(step: Step, ticket: Ticket, proposal: Proposal) -> Proposal:
    """Add what else the record speaks for; the drafter decides what is kept (H-32)."""
    if proposal.kind is not LetterKind.RECTIFICATION:
        return proposal
    found = grounds_on_record(step, ticket)
    more = [why for ground, why in found.items() if ground not in proposal.grounds]
    reason = "；".join([proposal.reason, *more])
    return replace(proposal, reason=reason, grounds=(*dict.fromkeys([*proposal.grounds, *found]),))


def _tell_supervisors(step: Step, ticket: Ticket, letter: Letter, key: str, reason: str) -> None:
    unit = step.session.get_one(Unit, letter.unit_id)
    facts = {"unit": unit.name, "letter_kind": letter.kind.label, "reason": reason}
    to = post.addresses(step.session, unit, (Recipient.SUPERVISOR,))
    post.post(step, ticket, Mail(key=key, kind=NoticeKind.LETTER_PROPOSED, facts=facts), to)


@dataclass(frozen=True)
class Draft:
    """What a drafter settles: the grounds, the demands, the evidence lines kept.

    A referral (移交函) also needs its target's key and the judgement that the matter is grave.
    """

    grounds: tuple[RectificationGround, ...]
    demands: tuple[str, ...]
    evidence: tuple[str, ...] | None = None
    target: str = ""
    judgement: str = ""


def draft_letter(step: Step, letter: Letter, draft: Draft) -> Letter:
    """Draft a proposed or rejected letter (拟稿).

    Raises:
        BadInputError: no ground or no demand is left.
        ConflictError: the letter is past drafting.
    """
    _check_draft(step, letter, draft)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    if letter.kind is LetterKind.REFERRAL:
        referrals.settle(step, letter, target=draft.target, judgement=draft.judgement)
    names = "、".join(one.label for one in draft.grounds)
    why = Why(f"拟{letter.kind.label}稿：{names}", details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.DRAFT_LETTER, why)
    letter.grounds = [one.value for one in draft.grounds]
    letter.demands = list(draft.demands)
    letter.evidence = _evidence(step, ticket, letter, draft)
    letter.status, letter.drafted_by_id = LetterStatus.DRAFTED, step.actor.account_id
    letter.drafted_at, letter.opinion = step.now, ""
    letter_data(step, letter, number=None)
    return letter


def known_evidence(step: Step, ticket: Ticket, letter: Letter) -> list[str]:
    """Return the lines a letter may rest on: the ticket's record, and earlier letters."""
    earlier = []
    if letter.kind is LetterKind.REFERRAL:
        earlier = referrals.letter_lines(step, letter.unit_id)
    return [*earlier, *evidence_for(step, ticket)]


def _evidence(step: Step, ticket: Ticket, letter: Letter, draft: Draft) -> list[str]:
    """Return the lines a drafter keeps; all of them must stand in the record."""
    known = known_evidence(step, ticket, letter)
    if draft.evidence is None:
        return known
    if not set(draft.evidence) <= set(known):
        words = "依据只能取自工单经过，请从列出的依据里勾选。"
        raise BadInputError(words, fields={"evidence": words})
    return [line for line in known if line in draft.evidence]


def _check_draft(step: Step, letter: Letter, draft: Draft) -> None:
    if letter.status not in EVENT_OF_DRAFT:
        message = f"这份{letter.kind.label}{letter.status.label}，不能再拟稿。"
        raise ConflictError(message)
    fields = {}
    listed = dict(grounds(step.rules, shanghai_date(step.now)))
    if not draft.grounds:
        fields["grounds"] = "请至少选一项事由。"
    elif unlisted := [one.label for one in draft.grounds if one not in listed]:
        fields["grounds"] = f"{'、'.join(unlisted)}不在现行事由之列，请改选。"
    if not [one for one in draft.demands if one.strip()]:
        fields["demands"] = "请写明要求。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def approve_letter(step: Step, letter: Letter) -> Letter:
    """Approve, number, sign and send a drafted letter; a second person must do it.

    Raises:
        NotPermittedError: the approver is the drafter.
        ConflictError: the letter is not waiting for approval.
        DocumentError: fonts or characters are missing; nothing is numbered.
    """
    _waits_for_approval(letter)
    _check_signer(step, letter)
    require_verified(step.session.get_one(Unit, letter.unit_id))
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    _number(step, letter)
    letter.approved_by_id, letter.approved_at = step.actor.account_id, step.now
    letter.status = LetterStatus.SENT
    why = Why(f"批准{letter.kind.label} {letter.number}", details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.APPROVE_LETTER, why)
    if letter.kind is LetterKind.REFERRAL:
        _hand_over(step, ticket, letter)
        return letter
    clock = start_reply_clock(step, ticket, letter)
    title = _render(step, letter).title
    _send(step, ticket, letter, title, clock.due_on)
    if letter.kind is LetterKind.RECTIFICATION:
        referrals.after_rectification(step, ticket, letter)
    return letter


def _check_signer(step: Step, letter: Letter) -> None:
    """Refuse whoever may not approve a letter: only another supervisor than its drafter does."""
    actor = step.actor
    on, role = shanghai_date(step.now), actor.role or Role.SUPERVISOR
    refusal = signing_refusal(letter.drafted_by_id, actor.account_id, role, step.rules, on)
    if refusal is not None:
        raise NotPermittedError(refusal)
    if letter.kind is LetterKind.REFERRAL:
        referrals.check_signer(step, letter)


def _hand_over(step: Step, ticket: Ticket, letter: Letter) -> None:
    """Render a referral and tell the body it goes to; the unit concerned is told nothing."""
    _render(step, letter)
    referrals.notify_target(step, ticket, letter)
    unit = step.session.get_one(Unit, letter.unit_id)
    details = {"sha256": letter.pdf_sha256, "judgement": letter.facts["judgement"],
               **referrals.restricted(letter)}  # fmt: skip
    why = Why(f"{letter.kind.label} {letter.number} 发{unit.name}", details=details)
    take(replace(step, actor=SYSTEM), ticket, TicketEvent.SEND_LETTER, why)


def _waits_for_approval(letter: Letter) -> None:
    if letter.status is not LetterStatus.DRAFTED:
        message = f"这份{letter.kind.label}现为“{letter.status.label}”，不在待审批。"
        raise ConflictError(message)


def _number(step: Step, letter: Letter) -> None:
    organ, day = load_settings().organ_code, shanghai_date(step.now)
    letter.organ_code, letter.year = organ, day.year
    letter.serial = store.next_serial(step.session, organ, day.year)
    form = step.rules.parameters["documents.number_format"].on(day).value
    letter.number = form.format(organ=organ, year=day.year, number=letter.serial)


def start_reply_clock(step: Step, ticket: Ticket, letter: Letter) -> Clock:
    """Start the clock by which a letter must be answered (整改反馈时限)."""
    subject = clocks.Subject(letter=letter, unit_id=letter.unit_id)
    return clocks.start(step, ticket, ClockKind.RECTIFICATION_REPLY, subject)


def _render(step: Step, letter: Letter) -> LetterData:
    data = letter_data(step, letter, number=letter.number)
    fonts = find_fonts(load_settings().font_directory)
    rendered = render_pdf(data, fonts=fonts, moment=step.now)
    letter.pdf, letter.pdf_sha256 = rendered.pdf, rendered.sha256
    letter.docx, letter.notes = render_docx(data), list(rendered.notes)
    return data


def _send(step: Step, ticket: Ticket, letter: Letter, title: str, reply_by: date) -> None:
    unit = step.session.get_one(Unit, letter.unit_id)
    files = (
        File(f"{letter.number}.pdf", "application/pdf", letter.pdf or b""),
        File(f"{letter.number}.docx", DOCX, letter.docx or b""),
    )
    kind = NoticeKind.RECTIFICATION
    facts = {"letter_number": letter.number, "letter_title": title,
             "unit": unit.name, "reply_by": reply_by}  # fmt: skip
    mail = Mail(key=f"letter:{letter.id}", kind=kind, facts=facts, files=files, letter=letter,
                unit=unit)  # fmt: skip
    recipients = (Recipient.UNIT, Recipient.UNIT_LEADER)
    post.post(step, ticket, mail, post.addresses(step.session, unit, recipients))
    why = Why(f"{letter.kind.label} {letter.number} 发{unit.name}",
              details={"sha256": letter.pdf_sha256})  # fmt: skip
    take(replace(step, actor=SYSTEM), ticket, TicketEvent.SEND_LETTER, why)


def reject_letter(step: Step, letter: Letter, opinion: str) -> Letter:
    """Send a draft back to its drafter with an opinion (退回修改)."""
    return _turn_down(step, letter, LetterStatus.REJECTED, opinion, "退回修改")


def drop_letter(step: Step, letter: Letter, reason: str) -> Letter:
    """Decide not to send a letter (不发); the reason stays on record."""
    return _turn_down(step, letter, LetterStatus.DROPPED, reason, "决定不发")


def _turn_down(step: Step, letter: Letter, status: LetterStatus, opinion: str, word: str) -> Letter:
    if letter.status not in store.IN_HAND:
        message = f"这份{letter.kind.label}现为“{letter.status.label}”，不能{word}。"
        raise ConflictError(message)
    if not opinion.strip():
        words = f"请写明{word}的理由。"
        raise BadInputError(words, fields={"opinion": words})
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    words = f"{letter.kind.label}{word}：{opinion.strip()}"
    why = Why(words, details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.REJECT_LETTER, why)
    letter.status, letter.opinion = status, opinion.strip()
    return letter
