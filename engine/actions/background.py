"""What the flows call: each function owns its transactions, and may run twice or late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from engine.actions import (
    after_leaving,
    alarms,
    delivering,
    digests,
    evaluations,
    knowledge,
    silence,
    tidying,
    undo,
)
from engine.actions.actor import SYSTEM
from engine.actions.recompute import recompute
from engine.actions.routing import route_ticket
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.actions.sweep import climb
from engine.actions.sweep_chunk import Swept, climb_chunk
from engine.errors import EngineError, RuleError, UnavailableError
from engine.models import Clock, EvaluationLink, Heartbeat, Ticket
from engine.rules.calendar_alarms import missing_calendars
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.store import clocks as clock_store
from engine.store import desk_own, matters, outbox, recomputing
from engine.store import evaluations as evaluation_store
from engine.store import set_aside as set_aside_store
from engine.store import tickets as ticket_store
from engine.store.database import work
from engine.terms import AsideWork

log = structlog.get_logger()
LEASE = timedelta(minutes=2)
SET_ASIDE = "set_aside"
CHUNK = 200  # clocks climbed in one transaction
T = TypeVar("T")


def system_step(session: Session, now: datetime) -> Step:
    """Return a step by the engine itself."""
    return Step(session, SYSTEM, now, rules_in_force(session))


def tickets_to_route(limit: int) -> list[int]:
    """Return the ids of accepted tickets nobody has routed, oldest first."""
    with work() as session:
        return list(ticket_store.unrouted(session, limit))


def still_to_route(ticket_ids: list[int]) -> list[int]:
    """Return which of those tickets still wait for routing, in their order."""
    with work() as session:
        return list(ticket_store.still_unrouted(session, ticket_ids))


def route_one(ticket_id: int, now: datetime) -> str:
    """Route one ticket and return what became of it; a broken one is set aside, visibly."""

    def aside(error: Exception) -> str:
        log.exception("routing_failed", ticket_id=ticket_id)
        with work() as session:
            ticket_store.lock_ticket(session, ticket_id).routing_error = _short(error)
        return SET_ASIDE

    return _guarded(lambda step: route_ticket(step, ticket_id), now, aside)


def held_over(now: datetime, limit: int) -> list[int]:
    """Return the tickets that can no longer be taken back and wait to be dispatched."""
    with work() as session:
        return list(desk_own.held_over(session, now, limit))


def release_one(ticket_id: int, now: datetime) -> str:
    """Dispatch a ticket whose undo window is over; a broken one is set aside, visibly."""

    def aside(error: Exception) -> str:
        log.exception("release_failed", ticket_id=ticket_id)
        with work() as session:
            ticket_store.lock_ticket(session, ticket_id).routing_error = _short(error)
            desk_own.let_go(session, ticket_id)
        return SET_ASIDE

    return _guarded(lambda step: undo.release(step, ticket_id), now, aside)


def _guarded(act: Callable[[Step], T], now: datetime, aside: Callable[[Exception], T]) -> T:
    """Act in one transaction; what fails for reasons of its own is set aside, not tried forever.

    Raises:
        UnavailableError: the database is away; that is nobody's fault and is tried again.
    """
    try:
        with work() as session:
            return act(system_step(session, now))
    except UnavailableError:
        raise
    except Exception as error:
        return aside(error)


def _short(error: Exception) -> str:
    words = str(error) if isinstance(error, EngineError) else type(error).__name__
    return words[:300]


def clocks_due(now: datetime, limit: int) -> list[int]:
    """Return the ids of clocks with a rung due, longest due first."""
    with work() as session:
        return list(clock_store.due(session, now, limit))


def climb_one(clock_id: int, now: datetime) -> list[str]:
    """Climb what fell due on one clock; a broken one is set aside and never stops the rest."""

    def aside(error: Exception) -> list[str]:
        log.exception("escalation_failed", clock_id=clock_id)
        _set_clock_aside(clock_id, error)
        return []

    return _guarded(lambda step: [one.value for one in climb(step, clock_id)], now, aside)


def climb_many(clock_ids: list[int], now: datetime) -> dict[int, list[str]]:
    """Climb what fell due on these clocks, a chunk in one transaction; return the rungs by clock.

    What a chunk leaves, because it broke or takes more than rows, is climbed clock by clock.
    """
    climbed: dict[int, list[str]] = {}
    for start in range(0, len(clock_ids), CHUNK):
        waiting, alone = clock_ids[start : start + CHUNK], set[int]()
        while waiting:
            swept = _climb_chunk(waiting, now)
            climbed |= {one: [rung.value for rung in rungs] for one, rungs in swept.climbed.items()}
            waiting = swept.again
            alone.update(swept.alone)
        left = [one for one in clock_ids[start : start + CHUNK] if one in alone]
        climbed |= {one: climb_one(one, now) for one in left}
    return climbed


def _climb_chunk(clock_ids: list[int], now: datetime) -> Swept:
    def leave(_error: Exception) -> Swept:
        log.exception("chunk_failed", first=clock_ids[0], clocks=len(clock_ids))
        return Swept({}, [], clock_ids)

    return _guarded(lambda step: climb_chunk(step, clock_ids), now, leave)


def _set_clock_aside(clock_id: int, error: Exception) -> None:
    with work() as session:
        session.get_one(Clock, clock_id).stuck_reason = _short(error) or "出错"


def clocks_to_recompute(now: datetime, limit: int) -> list[int]:
    """Return the ids of clocks counted by another calendar than the one loaded, nearest first."""
    with work() as session:
        version = rules_in_force(session).calendar.version
        return list(recomputing.counted_otherwise(session, version, now, limit))


def recompute_one(clock_id: int, now: datetime) -> str:
    """Recount one clock and return what became of it; a broken one is set aside, visibly."""

    def aside(error: Exception) -> str:
        log.exception("recompute_failed", clock_id=clock_id)
        _set_clock_aside(clock_id, error)
        return SET_ASIDE

    return _guarded(lambda step: recompute(step, clock_id), now, aside)


def calendar_alarm_lines(session: Session, now: datetime) -> tuple[str, ...]:
    """Return what supervisors must be told today of calendars that are missing (缺少日历提示)."""
    return tuple(one.told for one in missing_calendars(shanghai_date(now), rules_in_force(session)))


def tell_calendar_alarms(now: datetime) -> dict[str, int]:
    """Owe supervisors today's mail of missing calendars; return how many alarms and new mails."""
    with work() as session:
        lines = calendar_alarm_lines(session, now)
        mailed = alarms.tell_supervisors(session, now, lines)
        step = Step(session, SYSTEM, now, rules_in_force(session))
        return {"alarms": len(lines), "mailed": mailed + knowledge.tell_owners(step)}


def windows_over(now: datetime, limit: int) -> list[int]:
    """Return the evaluation links whose window ended in silence, oldest first."""
    with work() as session:
        return list(evaluation_store.expired(session, now, limit))


def close_window(link_id: int, now: datetime) -> str:
    """Close one window and return what the silence brought; a broken one is set aside, visibly."""

    def act(step: Step) -> str:
        return "callback_owed" if evaluations.close_window(step, link_id) else "closed"

    def aside(error: Exception) -> str:
        log.exception("window_failed", link_id=link_id)
        with work() as session:
            ticket_id = session.get_one(EvaluationLink, link_id).ticket_id
            _put_aside(session, AsideWork.WINDOW, (link_id, ticket_id), error, now)
        return SET_ASIDE

    return _guarded(act, now, aside)


def _put_aside(
    session: Session, what: AsideWork, ids: tuple[int, int], error: Exception, now: datetime
) -> None:
    row_id, ticket_id = ids
    set_aside_store.put(session, what, row_id, ticket_id, reason=_short(error), at=now)


def retry_set_aside() -> None:
    """Let what was set aside be tried again; called at the start of a process."""
    with work() as session:
        set_aside_store.clear(session)


def refusals_over(now: datetime, limit: int) -> list[int]:
    """Return tickets with a refusal proposed and not decided in time: silence accepts them.

    One whose time can't be told is among them: `deem_accepted` sets it aside.
    """
    with work() as session:
        rules = rules_in_force(session)
        waiting = matters.refusals_waiting(session, now, limit)
        return [one.id for one in waiting if _is_over(one, now, rules)]


def _is_over(ticket: Ticket, now: datetime, rules: RuleSet) -> bool:
    try:
        return silence.refusal_closes_at(ticket, rules) <= now
    except RuleError:
        return True


def deem_accepted(ticket_id: int, now: datetime) -> bool:
    """Record that one proposed refusal was not decided in time; false when time remains.

    A broken one is set aside, visibly.
    """

    def aside(error: Exception) -> bool:
        log.exception("silence_failed", ticket_id=ticket_id)
        with work() as session:
            _put_aside(session, AsideWork.SILENCE, (ticket_id, ticket_id), error, now)
        return False

    return _guarded(lambda step: silence.deem_accepted(step, ticket_id), now, aside)


def tidy(now: datetime) -> dict[str, int]:
    """Forget drafts nobody sent, and files nobody refers to; return how many of each."""
    return tidying.tidy(now)


def messages_due(now: datetime, limit: int) -> list[int]:
    """Return the messages due, reserved for this sender, and those that something must follow."""
    with work() as session:
        outbox.drop_moot(session, now)
        digests.fold_storms(system_step(session, now))
        left = after_leaving.left_behind(session, now, limit)
        return [*outbox.claim(session, now, limit, LEASE), *left]


def deliver(ids: list[int], now: datetime) -> dict[str, int]:
    """Send reserved messages and return how many were sent, will be retried, or failed."""
    return delivering.deliver(ids, now)


def beat(name: str, now: datetime, ok: bool, details: dict[str, object]) -> None:
    """Record that a recurring job ran (心跳)."""
    values = {"ran_at": now, "ok": ok, "details": details}
    statement = insert(Heartbeat).values(name=name, **values)
    with work() as session:
        session.exec(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def set_aside(limit: int = 100) -> dict[str, list[str]]:
    """Return what was set aside: tickets that could not be routed, clocks that could not climb."""
    with work() as session:
        return set_aside_store.numbers(session, limit)
