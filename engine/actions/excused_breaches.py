"""Missed limits that were judged excused (免责): told as facts, held against nobody (H-94)."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from engine.actions.step import Step
from engine.models import Breach, Clock, Ticket, TicketEventRecord
from engine.rules.excused import is_evidence
from engine.store import clocks as store
from engine.store import tickets as ticket_store
from engine.terms import TicketEvent

OF_A_LIMIT = frozenset({TicketEvent.BREACH, TicketEvent.ESCALATE, TicketEvent.DEEM_SIGNED})
EXCUSED = "这次超期已认定免责（H-94）"


def excused_clocks(
    step: Step, ticket_id: int, records: Iterable[TicketEventRecord] | None = None
) -> AbstractSet[int]:
    """Return the clocks of a ticket whose breach was judged excused; `records` spare a look."""
    return frozenset(excused_since(step, ticket_id, records))


def excused_since(
    step: Step, ticket_id: int, records: Iterable[TicketEventRecord] | None = None
) -> Mapping[int, datetime | None]:
    """Return since when the breach of a clock is judged excused, by clock."""
    if records is not None and all(one.event is not TicketEvent.JUDGE_BREACH for one in records):
        return {}
    return {one.clock_id: one.judged_at for one in _excused(step, ticket_id)}


def _excused(step: Step, ticket_id: int) -> list[Breach]:
    found = store.breaches(step.session, ticket_id)
    return [one for one in found if one.unit_id is not None and not is_evidence(one.judgement)]


def excused_misses(
    step: Step, ticket: Ticket, records: Sequence[TicketEventRecord]
) -> frozenset[int]:
    """Return the numbers of the events of limits whose breach was excused: they prove nothing."""
    clocks = excused_clocks(step, ticket.id, records)
    return frozenset(one.seq for one in records if one.event in OF_A_LIMIT
                     and one.details.get("clock", 0) in clocks)  # fmt: skip


def is_excused(step: Step, clock: Clock) -> bool:
    """Return whether the breach of a clock was judged excused."""
    breach = store.breach_of(step.session, clock.id)
    return breach is not None and not is_evidence(breach.judgement)


def excused_note(step: Step, ticket: Ticket) -> str:
    """Return which missed limits of a ticket are excused and so no evidence; else nothing."""
    clocks = excused_clocks(step, ticket.id, ticket_store.events(step.session, ticket))
    if not clocks:
        return ""
    names = (one.limit_name for one in store.of_ticket(step.session, ticket.id)
             if one.id in clocks)  # fmt: skip
    which = "、".join(dict.fromkeys(names))
    return f"{which}的超期已认定免责，不能作事由和依据，只在工单经过里如实写明（H-94）。"
