"""What stands on the sheets of a ticket (工单、回访单、答复告知、通知), and who reads it there.

Nobody's number is printed: whoever has to call looks it up, which leaves a trace.
"""

from collections.abc import Sequence

from sqlmodel import Session

from engine.actions.impersonal import READ_INSIDE, without_requester
from engine.actions.step import Step
from engine.actions.told_days import told_moment
from engine.documents.fonts import installed_fonts
from engine.documents.kept import Kept
from engine.documents.letters import RenderedLetter
from engine.documents.notice_paper import MailedNotice, notice_sheet, paper_title
from engine.documents.personal_words import without_personal_words
from engine.documents.sheets import (
    Sheet,
    answer_note,
    form_sheet,
    render_sheet,
    sheet_pictures,
)
from engine.documents.templates import without_kind
from engine.documents.told_days import ToldDay
from engine.errors import NotFoundError
from engine.lifecycle import FINAL, UNANSWERED
from engine.models import Answer, Assignment, Clock, OutboxMessage, Ticket, Unit
from engine.rules.certificates import Certificate
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import clocks, desk_ticket, promises, tickets
from engine.store.mail_names import name_of
from engine.store.row_security import as_house
from engine.terms import (
    AssignmentRole,
    ClockKind,
    ClockState,
    DueStatus,
    NoticeKind,
    TicketStatus,
)

AGAIN = (TicketStatus.REWORK, TicketStatus.SUPERVISED)
REASON = "理由："
MOST, STOPPED = 300, "（时限已停）"
MOST_PDF, MOST_PICTURES = 4_000_000, 24_000_000
PROVISIONAL, PAUSED = "（暂定，日历公布后可能调整）", "（已停表，恢复后顺延）"


def order_sheet(step: Step, ticket: Ticket, *, reads: bool) -> Sheet:
    """Return a ticket as a work order (工单): what is to be done by whom, with room to sign.

    An assisting unit's bears its own limit. `reads` is whether who prints it may read the matter
    of a confidential ticket.
    """
    parts = _parts(step.session, ticket)
    lead = next((one for one in parts if one.role is AssignmentRole.LEAD), None)
    own = next((one for one in parts if one is not lead and one.unit_id == step.actor.unit_id),
               None)  # fmt: skip
    mine = own or lead
    facts = {
        **_common(step, ticket), **_limit(step, ticket, own, reads=reads), "reads": reads,
        **_ending(step, ticket), "had_unit": bool(tickets.assignments(step.session, ticket)),
        "dispatched_at": mine.dispatched_at if mine else None,
        "sign_by": _sign_by(step.session, ticket, lead, mine),
        "lead": _unit(step.session, lead.unit_id if lead else None),
        "assisting": [_unit(step.session, one.unit_id) for one in parts if one is not lead],
        "task_rows": ticket.task_rows, "content": _said(ticket.content),
    }  # fmt: skip
    return form_sheet("order_sheet", facts, shanghai_date(step.now))


def callback_sheet(step: Step, ticket: Ticket) -> Sheet:
    """Return the questions of a callback (回访单) with boxes to tick and room for the words.

    Raises:
        NotFoundError: there is nothing to ask about: no answer approved, or none owed any more.
    """
    if ticket.status in UNANSWERED:
        message = f"这张工单{ticket.status.label}，没有答复要回访。"
        raise NotFoundError(message)
    answer = _approved(step.session, ticket)
    due = clocks.one(step.session, ticket.id, ClockKind.CALLBACK)
    facts = {
        **_common(step, ticket), **_promise(step.session, answer), "answer": answer,
        "due_at": due.due_at if due else None, "lead": _unit(step.session, ticket.lead_unit_id),
        "matter": _matter(ticket), "answer_text": _said(answer.text),
    }  # fmt: skip
    return form_sheet("callback_sheet", facts, shanghai_date(step.now))


def answer_note_sheet(step: Step, ticket: Ticket) -> Sheet:
    """Return what the requester is told (答复告知): the answer as the hotline approved it.

    Raises:
        NotFoundError: no answer was approved yet.
    """
    answer = _approved(step.session, ticket)
    facts = {
        **_common(step, ticket), **_promise(step.session, answer), "answer": answer,
        "lead": _unit(step.session, ticket.lead_unit_id),
        "hotline_name": load_settings().hotline_name, "again": ticket.status in AGAIN,
        "answer_text": _said(answer.text),
        "legal_basis": _said(answer.legal_basis),
        "to_be_called_back": ticket.status is TicketStatus.CALLBACK_DUE,
    }  # fmt: skip
    return answer_note(facts, shanghai_date(answer.reviewed_at or answer.answered_at))


def mailed_notice(step: Step, ticket: Ticket, mail_id: int) -> Sheet:
    """Return a notice to a unit (派单通知, 延期批复, 退单裁定 …) as paper, as it was mailed.

    Raises:
        NotFoundError: the ticket has no such notice, or it went to another unit than the reader's.
    """
    mail = desk_ticket.notice_of(step.session, ticket, mail_id, step.actor.unit_id)
    return _paper(step, ticket.number, mail)


def kept_notices(step: Step, number: str) -> dict[int, Sheet]:
    """Return the notices the reader's unit was sent about a ticket that is no longer its own."""
    unit_id = step.actor.unit_id or 0
    if not desk_ticket.gone_elsewhere(step.session, unit_id, number):
        return {}
    mails = desk_ticket.notices_kept(step.session, unit_id, number)
    return {one.id: _paper(step, number, one) for one in mails}


def ruling_kept_back(step: Step, mail_id: int) -> str:
    """Return why a return was ruled on so, where the mail to the reader's unit may not say it.

    Of a report or a confidential ticket a mail says 登录后查看: this is what is read then, by the
    unit it was sent to, whoever has the ticket by now; nothing of the requester is in it.
    """
    with as_house(step.session):
        mail = step.session.get_one(OutboxMessage, mail_id)
        own = mail.unit_id is not None and mail.unit_id == step.actor.unit_id
        if not own or mail.kind is not NoticeKind.RETURN_RULING or not _kept_back(mail.text):
            return ""
        ruled = tickets.ruling_told_by(step.session, mail)
        words = without_requester(step, ruled.ticket_id, ruled.ruling_reason) if ruled else ""
    return _said(words)


def _kept_back(text: str) -> bool:
    """Return whether the reason in a mail is 登录后查看 alone; its foot says that always."""
    first = next((line for line in text.splitlines() if line.startswith(REASON)), "")
    return first == f"{REASON}{READ_INSIDE}"


def _paper(step: Step, number: str, mail: OutboxMessage) -> Sheet:
    said = MailedNotice(mail.text, load_settings().hotline_name, mail.created_at, mail.sent_at,
                        mail.status, mail.last_error)  # fmt: skip
    title = paper_title(mail.kind, mail.subject, name_of(step.session, mail))
    return notice_sheet(title, number, said)


def _pictures(sheet: Sheet) -> tuple[bytes, ...]:
    return tuple(sheet_pictures(sheet, fonts=installed_fonts()))


def _printed(sheet: Sheet) -> RenderedLetter:
    return render_sheet(sheet, fonts=installed_fonts())


# A sheet as PDF/A, and its pages as PNG: 1 MB each, so that a long one is drawn once, not a page.
printed = Kept(_printed, lambda made: len(made.pdf), MOST_PDF)
pictures = Kept(_pictures, lambda made: sum(map(len, made)), MOST_PICTURES)


def _common(step: Step, ticket: Ticket) -> dict[str, object]:
    return {
        "number": ticket.number, "kind": ticket.kind.label, "urgency": ticket.urgency.label,
        "confidential": ticket.confidential, "accepted_at": ticket.accepted_at,
        "issuer": load_settings().organ_name,
    }  # fmt: skip


def _parts(session: Session, ticket: Ticket) -> Sequence[Assignment]:
    """Return who has the ticket, lead first; of one that has ended, who had it then."""
    if ticket.status not in FINAL or ticket.lead_unit_id is None:
        return tickets.open_assignments(session, ticket)
    ended = [one for one in tickets.assignments(session, ticket) if one.ended_at]
    last = max((one.ended_at for one in ended if one.ended_at), default=None)
    return [*sorted((one for one in ended if one.ended_at == last),
                    key=lambda one: one.role is not AssignmentRole.LEAD)]  # fmt: skip


def _ending(step: Step, ticket: Ticket) -> dict[str, object]:
    """Return how a ticket ended, if it has: closed by which answer, or merged into which."""
    into = step.session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
    closed = ticket.status is TicketStatus.CLOSED
    answer = tickets.last_answer(step.session, ticket) if closed else None
    return {
        "unanswered": ticket.status in UNANSWERED, "status": ticket.status.label,
        "ended": ticket.status in FINAL, "into": into.number if into else "", "answer": answer,
        "closed_at": ticket.closed_at if closed else None,
        "answer_text": _said(answer.text) if answer else "",
    }  # fmt: skip


def _limit(step: Step, ticket: Ticket, own: Assignment | None, *, reads: bool) -> dict[str, object]:
    """Return until when: `own` is the part of an assisting unit, which has a limit of its own."""
    said = {"limit_name": "协办期限" if own else "办结期限"}
    if (clock := _clock(step.session, ticket, own)) is None:
        return {**said, "due_at": None, "reservation": "", "sentence": ""}
    sentence = Certificate.from_json(clock.certificate).sentence()
    return {**said, "due_at": clock.due_at, "reservation": _reservation(clock),
            "sentence": sentence if reads else without_kind(sentence)}  # fmt: skip


def _sign_by(
    session: Session, ticket: Ticket, lead: Assignment | None, mine: Assignment | None
) -> ToldDay | None:
    """Return by when to sign: a unit that assists signs with the lead it was called with."""
    clock = clocks.one(session, ticket.id, ClockKind.SIGN_FOR)
    together = lead and mine and lead.dispatched_at == mine.dispatched_at
    return told_moment(clock) if clock and together else None


def _clock(session: Session, ticket: Ticket, own: Assignment | None) -> Clock | None:
    if own:
        mine = [one for one in clocks.of_ticket(session, ticket.id)
                if one.assignment_id == own.id and one.kind is ClockKind.ASSISTING]  # fmt: skip
        return mine[-1] if mine else None
    lead = clocks.one(session, ticket.id, ClockKind.HANDLING)
    return lead or clocks.one(session, ticket.id, ClockKind.REQUESTER)


def _promise(session: Session, answer: Answer) -> dict[str, object]:
    """Return what an answer promises, and by which day."""
    found = promises.of_answer(session, answer)
    return {"promise": _said(found.text) if found else "",
            "promised_on": found.promised_on if found else None}  # fmt: skip


def _said(words: str) -> str:
    """Return somebody's words as they stand on paper: without numbers and mail addresses."""
    return without_personal_words(words, own=load_settings().contact)


def _matter(ticket: Ticket) -> str:
    """Return the words of a ticket, or how they begin where they would fill the page."""
    words = _said(ticket.content)
    return words if len(words) <= MOST else f"{words[:MOST]}……（全文登录后查看）"


def _reservation(clock: Clock) -> str:
    if clock.state is ClockState.PAUSED:
        return PAUSED
    if clock.state is ClockState.STOPPED:
        return STOPPED
    return PROVISIONAL if clock.due_status is DueStatus.PROVISIONAL else ""


def _approved(session: Session, ticket: Ticket) -> Answer:
    answer = tickets.last_answer(session, ticket)
    if answer is None or answer.review != "approved":
        message = "还没有审核通过的答复，不能告知诉求人。"
        raise NotFoundError(message)
    return answer


def _unit(session: Session, unit_id: int | None) -> str:
    unit = session.get(Unit, unit_id) if unit_id else None
    return unit.name if unit else ""
