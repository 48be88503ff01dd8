"""Many tickets at once (批量催办、督办、备注): listed first, done once, one mail a recipient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from engine.actions import callbacks, overseeing, post
from engine.actions.actor import require_role
from engine.actions.facts import gather
from engine.actions.impersonal import without_requester
from engine.actions.letter_facts import main_clock, overdue_working_days
from engine.actions.owing import check_owed, nothing_owed
from engine.actions.own_words import Own
from engine.actions.post import Addressee, Mail
from engine.actions.step import Step
from engine.errors import BadInputError, EngineError
from engine.lifecycle import Refused, move, without_ways
from engine.models import BulkAct, Ticket, Unit
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.settings import load_settings
from engine.store import bulk_acts as store
from engine.store import desk_filters, desk_views
from engine.store import tickets as ticket_store
from engine.terms import BulkKind, NoticeKind, Recipient, Role, TicketEvent

MOST = 500  # technical: tickets of one act, locked and written in one transaction
LONGEST_WORDS = 1000
EVENTS = {
    BulkKind.REMIND: TicketEvent.REMIND, BulkKind.SUPERVISE: TicketEvent.SUPERVISE,
    BulkKind.NOTE: TicketEvent.NOTE,
}  # fmt: skip
URGING = (BulkKind.REMIND, BulkKind.SUPERVISE)
TOLD: dict[BulkKind, tuple[Recipient, ...]] = {
    BulkKind.REMIND: (Recipient.UNIT, Recipient.UNIT_LEADER),
    BulkKind.SUPERVISE: (Recipient.UNIT,),
    BulkKind.NOTE: (),
}


@dataclass(frozen=True)
class Candidate:
    """One ticket of a bulk act: whom it would tell, or why it cannot be part of it."""

    ticket: Ticket
    unit: Unit | None
    addresses: tuple[str, ...]
    refusal: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Bulk:
    """What was confirmed: the act, its tickets by number, the words, and the page's own token."""

    kind: BulkKind
    numbers: tuple[str, ...]
    words: str
    once: str


def preview(step: Step, kind: BulkKind, numbers: Sequence[str]) -> list[Candidate]:
    """Return each ticket as it would fare now; nothing is written and nobody is told.

    Raises:
        NotPermittedError: only a supervisor acts in bulk.
        BadInputError: no ticket was chosen, or too many.
    """
    require_role(step.actor, Role.SUPERVISOR)
    _check_number(numbers)
    tickets = desk_filters.by_numbers(step.session, numbers)
    units = desk_views.units_by_id(step.session, [one.lead_unit_id for one in tickets])
    today = shanghai_moment(shanghai_date(step.now), time(0))
    done = store.last_events(step.session, [one.id for one in tickets], EVENTS[kind], today)
    return [
        Candidate(
            one, unit := units.get(one.lead_unit_id or 0),
            tuple(_addresses(step, unit, kind)) if unit else (),
            _refusal(step, one, kind), f"今天已{kind.label}过" if one.id in done else "",
        )
        for one in tickets
    ]  # fmt: skip


def _check_number(numbers: Sequence[str]) -> None:
    words = "" if numbers else "请先在清单里勾选工单。"
    if len(numbers) > MOST:
        words = f"一次最多 {MOST} 件，请缩小条件后分几次办。"
    if words:
        raise BadInputError(words, fields={"numbers": words})


def _refusal(step: Step, ticket: Ticket, kind: BulkKind) -> str:
    moved = move(gather(step.session, ticket, step.now, step.rules), EVENTS[kind])
    if isinstance(moved, Refused):
        return without_ways(moved.reason)
    return nothing_owed(step, ticket) if kind in URGING else ""


def carry_out(step: Step, bulk: Bulk) -> BulkAct:
    """Do it to every ticket that allows it, tell each recipient once, and return what was done.

    Sent twice it is done once: the second time what was done is returned.

    Raises:
        NotPermittedError: only a supervisor acts in bulk.
        BadInputError: words or tickets are missing, or there are too many.
    """
    require_role(step.actor, Role.SUPERVISOR)
    _check_number(bulk.numbers)
    words = bulk.words.strip()
    if not 0 < len(words) <= LONGEST_WORDS:
        said = f"请写明意见，不超过 {LONGEST_WORDS} 字。"
        raise BadInputError(said, fields={"words": said})
    act = store.claim(step.session, {
        "once": bulk.once, "kind": bulk.kind, "words": words, "made_at": step.now, "tickets": [],
        "made_by": step.actor.name, "made_by_id": step.actor.account_id,
    })  # fmt: skip
    if act is None:
        return store.by_token(step.session, bulk.once)
    found = desk_filters.by_numbers(step.session, bulk.numbers)
    act.tickets = [_one(step, act, ticket.id) for ticket in found]
    _tell(step, act)
    return act


def _one(step: Step, act: BulkAct, ticket_id: int) -> dict[str, Any]:
    """Act on one ticket; one that refuses is noted and leaves the others as they are."""
    ticket = ticket_store.lock_ticket(step.session, ticket_id)
    reason = ""
    try:
        with step.session.begin_nested():
            _do(step, act, ticket)
    except EngineError as error:
        reason = without_ways(str(error).removeprefix(f"{ticket.number}："))
    return {"number": ticket.number, "unit": ticket.lead_unit_id, "done": not reason,
            "reason": reason}  # fmt: skip


def _do(step: Step, act: BulkAct, ticket: Ticket) -> None:
    if act.kind in URGING:
        check_owed(step, ticket)
    if act.kind is BulkKind.REMIND:
        overseeing.remind(step, ticket, act.words, tell=False)
    elif act.kind is BulkKind.SUPERVISE:
        callbacks.supervise(step, ticket, act.words, tell=False)
    else:
        overseeing.note(step, ticket, act.words)


def _tell(step: Step, act: BulkAct) -> None:
    """Owe each address one mail that lists its tickets."""
    done = [one["number"] for one in act.tickets if one["done"]]
    if not TOLD[act.kind]:
        return
    tickets = desk_filters.by_numbers(step.session, done)
    units = desk_views.units_by_id(step.session, [one.lead_unit_id for one in tickets])
    items: dict[str, list[dict[str, Any]]] = {}
    named: dict[str, set[int]] = {}
    for ticket in tickets:
        unit = units[ticket.lead_unit_id or 0]
        for address in _addresses(step, unit, act.kind):
            items.setdefault(address, []).append(_item(step, act, ticket))
            named.setdefault(address, set()).add(unit.id)
    words = _impersonal(step, act.words, tickets)
    for address, some in items.items():
        mine = [units[one] for one in sorted(named[address])]
        _post(step, act, address, {"items": some, "reason": words}, mine)


def _impersonal(step: Step, words: str, tickets: Sequence[Ticket]) -> str:
    for ticket in tickets:
        words = without_requester(step, ticket.id, words)
    return words


def _addresses(step: Step, unit: Unit, kind: BulkKind) -> list[str]:
    return [one.address for one in post.addresses(step.session, unit, TOLD[kind])]


def _item(step: Step, act: BulkAct, ticket: Ticket) -> dict[str, Any]:
    clock = main_clock(step, ticket)
    late = overdue_working_days(step, clock)
    what = Own(act.kind.label + (f"，已超期 {late} 个工作日" if late else ""))
    settled = post.common_facts(ticket)
    return {"number": ticket.number, "kind": ticket.kind.label, "what": what,
            "due_on": clock.due_on, "link": settled["link"],
            "confidential": ticket.confidential}  # fmt: skip


def _post(
    step: Step, act: BulkAct, address: str, said: Mapping[str, object], units: list[Unit]
) -> None:
    settings = load_settings()
    facts = {
        **said, "link": f"{settings.link_base}/unit", "confidential": False,
        "hotline_name": settings.hotline_name, "contact": settings.contact,
        "unit": "、".join(one.name for one in units), "about": act.kind.label,
    }  # fmt: skip
    unit = units[0] if len(units) == 1 else None
    mail = Mail(key=store.mail_key(act), kind=NoticeKind.DIGEST, facts=facts, unit=unit)
    post.post(step, None, mail, [Addressee(address, Recipient.UNIT)])
