"""Ends a ticket that its requester takes back (撤回), and keeps units from talking them into it."""

from dataclasses import dataclass

from engine.actions import clocks, post
from engine.actions.characters import visible
from engine.actions.dispatch import end_assignments
from engine.actions.own_words import Own
from engine.actions.parting import tell_units
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError
from engine.models import Ticket
from engine.rules.access import caller_refusal
from engine.rules.callback import counts_as_human
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.terms import CallbackChannel, NoticeKind, Recipient, TicketEvent

# A technical limit of this system, not a rule of any document.
LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class WithdrawalForm:
    """What the requester said, by which way, and who of an outside call centre spoke with them."""

    words: str
    channel: CallbackChannel
    called_by: str = ""


def withdraw(step: Step, ticket: Ticket, form: WithdrawalForm) -> bool:
    """End a locked ticket that the requester takes back; return whether it is ended.

    A ticket that a unit has had ends only by a person's word with the requester (H-75): what came
    by another way is recorded as asked for, and the hotline is told to call.

    Raises:
        BadInputError: it is not said why, or who of a call centre spoke with the requester.
        RefusedTransitionError: it was answered, is a report, or others were merged into it.
    """
    _check(step, ticket, form)
    details = {"text": form.words.strip(), "channel": form.channel.value,
               "called_by": form.called_by.strip()}  # fmt: skip
    why = Why(f"诉求人撤回（{form.channel.label}）", details=details)
    if not _may_end(step, ticket, form):
        take(step, ticket, TicketEvent.ASK_WITHDRAWAL, why)
        _ask_hotline(step, ticket)
        return False
    take(step, ticket, TicketEvent.WITHDRAW, why, freely_withdrawn=True)
    tell_units(step, ticket, "诉求人已自愿撤回")
    end_assignments(step, ticket, "诉求人撤回")
    clocks.stop_all(step, ticket, "诉求人撤回")
    return True


def _check(step: Step, ticket: Ticket, form: WithdrawalForm) -> None:
    fields = {}
    if not visible(form.words) or len(form.words) > LONGEST:
        fields["words"] = f"请写明诉求人为什么撤回，最多 {LONGEST} 字。"
    on = shanghai_date(ticket.accepted_at)
    refusal = caller_refusal(form.channel, form.called_by, step.rules, on)
    if step.actor.account_id is None and refusal:
        fields["called_by"] = refusal
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _by_person(step: Step, ticket: Ticket, form: WithdrawalForm) -> bool:
    return counts_as_human(form.channel, step.rules, shanghai_date(ticket.accepted_at))


def _may_end(step: Step, ticket: Ticket, form: WithdrawalForm) -> bool:
    untouched = not store.assignments(step.session, ticket)
    return untouched or _by_person(step, ticket, form)


def _ask_hotline(step: Step, ticket: Ticket) -> None:
    what = Own("诉求人申请撤回，请人工核实是否自愿")
    item = {"number": ticket.number, "kind": ticket.kind.label, "what": what, "due_on": None,
            "link": post.common_facts(ticket)["link"],
            "confidential": ticket.confidential}  # fmt: skip
    mail = Mail(key=f"withdrawal:{ticket.id}", kind=NoticeKind.DIGEST, facts={"items": [item]})
    to = post.addresses(step.session, None, (Recipient.HOTLINE,))
    post.post(step, ticket, mail, to)
