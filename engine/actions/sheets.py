"""What stands on the sheets of a ticket (工单、回访单、答复告知、通知), and who reads it there.

Nobody's number is printed: whoever has to call looks it up, which leaves a trace.
"""

from functools import lru_cache

from sqlmodel import Session

from engine.actions.step import Step
from engine.documents.fonts import installed_fonts
from engine.documents.letters import RenderedLetter
from engine.documents.personal_words import without_personal_numbers
from engine.documents.sheets import (
    MailedNotice,
    Sheet,
    answer_note,
    form_sheet,
    notice_sheet,
    render_sheet,
    sheet_pictures,
)
from engine.documents.templates import without_kind
from engine.errors import NotFoundError
from engine.lifecycle import UNANSWERED
from engine.models import Answer, Clock, Ticket, Unit
from engine.rules.certificates import Certificate
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import clocks, desk_ticket, tickets
from engine.store.mail_names import name_of
from engine.terms import AssignmentRole, ClockKind, ClockState, DueStatus, TicketStatus

AGAIN = (TicketStatus.REWORK, TicketStatus.SUPERVISED)
PROVISIONAL, PAUSED = "（暂定，日历公布后可能调整）", "（已停表，恢复后顺延）"


def order_sheet(step: Step, ticket: Ticket, *, reads: bool) -> Sheet:
    """Return a ticket as a work order (工单): what is to be done by whom, with room to sign.

    `reads` is whether who prints it may read the matter of a confidential ticket.
    """
    parts = tickets.open_assignments(step.session, ticket)
    lead = next((one for one in parts if one.role is AssignmentRole.LEAD), None)
    sign_by = clocks.one(step.session, ticket.id, ClockKind.SIGN_FOR)
    facts = {
        **_common(step, ticket), **_limit(step, ticket, reads=reads), "reads": reads,
        "dispatched_at": lead.dispatched_at if lead else None,
        "lead": _unit(step.session, lead.unit_id if lead else None),
        "assisting": [_unit(step.session, one.unit_id) for one in parts if one is not lead],
        "task_rows": ticket.task_rows, "sign_by": sign_by.due_at if sign_by else None,
        "unanswered": ticket.status in UNANSWERED, "status": ticket.status.label,
        "content": without_personal_numbers(ticket.content),
    }  # fmt: skip
    return form_sheet("order_sheet", facts, shanghai_date(step.now))


def callback_sheet(step: Step, ticket: Ticket) -> Sheet:
    """Return the questions of a callback (回访单) with boxes to tick and room for the words."""
    answer = tickets.last_answer(step.session, ticket)
    due = clocks.one(step.session, ticket.id, ClockKind.CALLBACK)
    facts = {
        **_common(step, ticket), "due_at": due.due_at if due else None,
        "lead": _unit(step.session, ticket.lead_unit_id),
        "title": without_personal_numbers(ticket.title), "answer": answer,
        "answer_text": without_personal_numbers(answer.text) if answer else "",
    }  # fmt: skip
    return form_sheet("callback_sheet", facts, shanghai_date(step.now))


def answer_note_sheet(step: Step, ticket: Ticket) -> Sheet:
    """Return what the requester is told (答复告知): the answer as the hotline approved it.

    Raises:
        NotFoundError: no answer was approved yet.
    """
    answer = _approved(step.session, ticket)
    facts = {
        **_common(step, ticket), "lead": _unit(step.session, ticket.lead_unit_id),
        "hotline_name": load_settings().hotline_name, "answer": answer,
        "answer_lines": answer.text.splitlines(), "again": ticket.status in AGAIN,
        "to_be_called_back": ticket.status is TicketStatus.CALLBACK_DUE,
    }  # fmt: skip
    return answer_note(facts, shanghai_date(answer.reviewed_at or answer.answered_at))


def mailed_notice(step: Step, ticket: Ticket, mail_id: int) -> Sheet:
    """Return a notice to a unit (派单通知, 延期批复, 退单裁定 …) as paper, as it was mailed.

    Raises:
        NotFoundError: the ticket has no such notice, or it went to another unit than the reader's.
    """
    mail = desk_ticket.notice_of(step.session, ticket, mail_id, step.actor.unit_id)
    said = MailedNotice(mail.text, load_settings().hotline_name, mail.created_at, mail.sent_at)
    return notice_sheet(name_of(step.session, mail), ticket.number, said)


@lru_cache(maxsize=8)
def printed(sheet: Sheet) -> RenderedLetter:
    """Return a sheet as PDF/A; the newest few are kept.

    Raises:
        DocumentError: it cannot be set in type: a font or a character is missing.
    """
    return render_sheet(sheet, fonts=installed_fonts())


@lru_cache(maxsize=8)
def pictures(sheet: Sheet) -> tuple[bytes, ...]:
    """Return the pages of a sheet as PNG; the newest few are kept.

    Raises:
        DocumentError: as for `printed`.
    """
    return tuple(sheet_pictures(sheet, fonts=installed_fonts()))


def _common(step: Step, ticket: Ticket) -> dict[str, object]:
    return {
        "number": ticket.number, "kind": ticket.kind.label, "urgency": ticket.urgency.label,
        "confidential": ticket.confidential, "accepted_at": ticket.accepted_at,
        "issuer": load_settings().organ_name,
    }  # fmt: skip


def _limit(step: Step, ticket: Ticket, *, reads: bool) -> dict[str, object]:
    clock = clocks.one(step.session, ticket.id, ClockKind.HANDLING)
    clock = clock or clocks.one(step.session, ticket.id, ClockKind.REQUESTER)
    if clock is None:
        return {"due_at": None, "reservation": "", "sentence": ""}
    sentence = Certificate.from_json(clock.certificate).sentence()
    return {"due_at": clock.due_at, "reservation": _reservation(clock),
            "sentence": sentence if reads else without_kind(sentence)}  # fmt: skip


def _reservation(clock: Clock) -> str:
    if clock.state is ClockState.PAUSED:
        return PAUSED
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
