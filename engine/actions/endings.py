"""How a ticket may end without a unit: refused, merged, handed on, answered at once."""

from collections.abc import Sequence

from engine.actions import clocks, knowledge
from engine.actions.dispatch import end_assignments
from engine.actions.parting import tell_units
from engine.actions.refusal_proposals import standing, what_is_missing
from engine.actions.silence import check_still_refusable
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError, ConflictError, NotFoundError, RefusedTransitionError
from engine.lifecycle import FINAL
from engine.lifecycle_guards import SECOND_PERSON
from engine.models import Ticket, TicketEventRecord
from engine.rules.acceptance import emergency_lines, refusal_rule, refusal_stands
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.terms import RefusalReason, TicketEvent, TicketKind

UNMERGEABLE = (TicketKind.REPORT, TicketKind.PRAISE)


def propose_refusal(step: Step, ticket: Ticket, reason: RefusalReason, words: str) -> None:
    """Propose not to accept a matter (不予受理); another person decides.

    Raises:
        BadInputError: it is not said why.
    """
    stated(words, "words", "请写明不予受理的具体情况。")
    check_still_refusable(step, ticket, reason)
    text = f"{reason.label}。{words.strip()}"
    mine = [one for one in standing(step.session, ticket)
            if one.actor_id == step.actor.account_id]  # fmt: skip
    if any(one.reason == text for one in mine):
        message = "同样的提议您已经提过，等主管决定；有新情况的，请写明有什么不同。"
        raise ConflictError(message)
    why = Why(text, details={"reason": reason.value})
    take(step, ticket, TicketEvent.PROPOSE_REFUSAL, why)


def refuse(step: Step, ticket: Ticket, reason: RefusalReason, words: str) -> None:
    """Decide not to accept a matter, with its lawful way; where it takes two, by the second.

    Raises:
        BadInputError: it is not said why.
        RefusedTransitionError: nobody else has proposed it, or it is with a unit.
    """
    stated(words, "words", "请写明不予受理的具体情况和应走的途径。")
    check_still_refusable(step, ticket, reason)
    rule = refusal_rule(reason, step.rules, shanghai_date(ticket.accepted_at))
    proposals = standing(step.session, ticket)
    second = refusal_stands(
        rule, _proposers(proposals, reason), step.actor.account_id,
        was_with_unit=bool(store.assignments(step.session, ticket)),
    )  # fmt: skip
    why = Why(f"{reason.label}。{words.strip()} {rule.advice}".strip(), rule.citation.label,
              {"reason": reason.value})  # fmt: skip
    try:
        take(step, ticket, TicketEvent.REFUSE, why, second_person=second)
    except RefusedTransitionError as error:
        raise _who_must(step, ticket, proposals, reason, error) from error
    _end(step, ticket, "不予受理")


def _who_must(
    step: Step, ticket: Ticket, proposals: Sequence[TicketEventRecord], reason: RefusalReason,
    error: RefusedTransitionError,
) -> RefusedTransitionError:  # fmt: skip
    """Return a refusal that says who proposed what, where a second person is what is missing."""
    if not str(error).endswith(SECOND_PERSON):
        return error
    words = what_is_missing(proposals, reason, step.actor.account_id)
    message = f"{ticket.number}：{words}"
    return RefusedTransitionError(message, clause=error.clause, allows=error.allows)


def _proposers(proposals: Sequence[TicketEventRecord], reason: RefusalReason) -> list[int | None]:
    return [one.actor_id for one in proposals if one.details.get("reason") == reason.value]


def merge(step: Step, ticket: Ticket, into: str) -> Ticket:
    """Merge a ticket into an open one (并单) and return that one; both keep a trace.

    Raises:
        NotFoundError: there is no ticket with that number.
        RefusedTransitionError: the other one is closed, or the same.
    """
    target = _target(step, ticket, into)
    _check_kinds(ticket, target)
    good = target.id != ticket.id and target.status not in FINAL
    take(step, ticket, TicketEvent.MERGE, Why(f"并入 {target.number}"), merge_target=good)
    ticket.merged_into_id = target.id
    take(step, target, TicketEvent.NOTE, Why(f"{ticket.number} 并入本件，办结时一并答复、回访"))
    _end(step, ticket, "并单")
    return target


def _check_kinds(ticket: Ticket, target: Ticket) -> None:
    """Refuse to hide a complaint or report in a ticket that is handled less strictly."""
    strict = (TicketKind.COMPLAINT, TicketKind.REPORT)
    if ticket.kind is not target.kind and (ticket.kind in strict or target.kind in UNMERGEABLE):
        words = f"{ticket.kind.label}不能并入{target.kind.label}：{target.number}。"
        raise BadInputError(words, fields={"into": words})


def _target(step: Step, ticket: Ticket, into: str) -> Ticket:
    if into.strip() == ticket.number:
        return ticket
    try:
        return store.ticket_by_number(step.session, into.strip(), lock=True)
    except NotFoundError as error:
        raise BadInputError(str(error), fields={"into": str(error)}) from error


def hand_to_emergency(step: Step, ticket: Ticket, line: str) -> None:
    """Hand an emergency to its line at once (转紧急热线); it leaves the clockwork.

    Raises:
        BadInputError: none of the emergency lines is named.
    """
    lines = emergency_lines(step.rules, shanghai_date(ticket.accepted_at))
    if not any(number in line for number in lines):
        words = f"请写明转给哪条紧急热线：{'、'.join(lines)}。"
        raise BadInputError(words, fields={"words": words})
    take(step, ticket, TicketEvent.HAND_TO_EMERGENCY, Why(f"转 {line.strip()}"))
    tell_units(step, ticket, "已转紧急热线处置")
    _end(step, ticket, "转紧急热线")


def answer_on_the_spot(
    step: Step, ticket: Ticket, words: str, *, confirmed: bool, knowledge_id: int | None = None
) -> None:
    """Close a matter on the telephone (当场答复), if the caller confirms that it is solved.

    `knowledge_id` is the version of the knowledge base that the answer cites, if it does.

    Raises:
        BadInputError: the answer is missing, or the entry cited may not be used any more.
        RefusedTransitionError: a complaint or report, or the caller did not confirm.
    """
    stated(words, "words", "请写明答复了什么。")
    cited = knowledge.cite(step, ticket, knowledge_id) if knowledge_id is not None else ""
    details = {"knowledge": cited, "version_id": knowledge_id} if cited else {}
    source = f"（依据{cited}）" if cited else ""
    why = Why(f"当场答复：{words.strip()}{source}", details=details)
    take(step, ticket, TicketEvent.ANSWER_ON_THE_SPOT, why, requester_content=confirmed)
    _end(step, ticket, "当场办结")


def _end(step: Step, ticket: Ticket, reason: str) -> None:
    end_assignments(step, ticket, reason)
    clocks.stop_all(step, ticket, reason)
