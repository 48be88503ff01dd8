"""The same orders as Prefect flows: every run and every piece has a name people can look up.

`engine.flows.environment` must have been entered before this module is imported.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, Settings, temporary_settings

from engine import clock
from engine.flows import orders, upkeep
from engine.flows.batches import Ids, Kind, Outcome, Piece, Work
from engine.flows.cleaning import delete_old_runs
from engine.rules.shanghai import SHANGHAI

KEEP_RUNS_FOR = timedelta(days=14)


def quick() -> AbstractContextManager[Settings]:
    """Return the context in which a short flow costs 0.1 s and not 1.1 s.

    Prefect joins its heartbeat thread at the end of a sync flow, and that thread sleeps in whole
    seconds. Heartbeats tell crashed runs apart; our rows do that, so they are off.
    """
    return temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})


@task(persist_result=False, cache_policy=NO_CACHE)
def piece_of_work(work: Work, ids: Ids) -> dict[str, int]:
    """Carry out one piece; its name, its retries and its log are what Prefect adds."""
    return dict(work(ids))


def as_task_run(kind: Kind, piece: Piece, work: Work) -> Mapping[str, int]:
    """Carry a piece out as a Prefect task run of that name."""
    named = piece_of_work.with_options(
        name=kind.verb,
        task_run_name=piece.name,
        retries=len(kind.retry_after_seconds),
        retry_delay_seconds=list(kind.retry_after_seconds),
    )
    return named(work, piece.ids)


def run_name() -> str:
    """Return the name of the run under way: its moment in Shanghai time, and of how many ids."""
    given = flow_run.parameters
    at = moment_of(given.get("now_iso")).astimezone(SHANGHAI)
    count = f" · {len(given['ids'])}" if given.get("ids") else ""
    return f"{at:%m-%d %H:%M:%S}{count}"


@flow(name="route-tickets", flow_run_name=run_name, persist_result=False)
def route_tickets(
    now_iso: str | None = None, limit: int = orders.LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Route the tickets that wait (自动派单)."""
    actions = orders.live()
    ids = actions.tickets_to_route(limit) if ids is None else ids
    return told(orders.route(actions, ids, moment_of(now_iso), as_task_run))


@flow(name="watch-clocks", flow_run_name=run_name, persist_result=False)
def watch_clocks(
    now_iso: str | None = None, limit: int = orders.LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Warn, mark breaches and climb the ladder where a rung fell due (时限巡查)."""
    actions, now = orders.live(), moment_of(now_iso)
    ids = actions.clocks_due(now, limit) if ids is None else ids
    return told(orders.watch(actions, ids, now, as_task_run))


@flow(name="send-messages", flow_run_name=run_name, persist_result=False)
def send_messages(
    now_iso: str | None = None, limit: int = orders.SEND_LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Send the messages that are owed (发送通知); `ids` must have been reserved by the caller."""
    actions, now = orders.live(), moment_of(now_iso)
    ids = actions.messages_due(now, limit) if ids is None else ids
    return told(orders.send(actions, ids, now, as_task_run))


@flow(name="recompute-deadlines", flow_run_name=run_name, persist_result=False)
def recompute_deadlines(
    now_iso: str | None = None, limit: int = orders.LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Recount the deadlines counted by another calendar version (期限重算)."""
    actions, now = orders.live(), moment_of(now_iso)
    ids = actions.clocks_to_recompute(now, limit) if ids is None else ids
    return told(upkeep.recompute(actions, ids, now, as_task_run))


@flow(name="close-windows", flow_run_name=run_name, persist_result=False)
def close_windows(
    now_iso: str | None = None, limit: int = orders.LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Close the evaluation windows that ended in silence (评价期满)."""
    actions, now = orders.live(), moment_of(now_iso)
    ids = actions.windows_over(now, limit) if ids is None else ids
    return told(upkeep.close_windows(actions, ids, now, as_task_run))


@flow(name="deem-accepted", flow_run_name=run_name, persist_result=False)
def deem_accepted(
    now_iso: str | None = None, limit: int = orders.LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Record which refusals were not decided in time (视为受理)."""
    actions, now = orders.live(), moment_of(now_iso)
    ids = actions.refusals_over(now, limit) if ids is None else ids
    return told(upkeep.deem_accepted(actions, ids, now, as_task_run))


@flow(name="release-held", flow_run_name=run_name, persist_result=False)
def release_held(
    now_iso: str | None = None, limit: int = orders.LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Dispatch what can no longer be taken back (撤回时间已过)."""
    actions, now = orders.live(), moment_of(now_iso)
    ids = actions.held_over(now, limit) if ids is None else ids
    return told(upkeep.release(actions, ids, now, as_task_run))


@flow(name="tidy-desks", flow_run_name=run_name, persist_result=False)
def tidy_desks(now_iso: str | None = None) -> dict[str, object]:
    """Forget drafts and files that nobody needs (草稿、附件清理)."""
    return told(upkeep.tidy(orders.live(), [], moment_of(now_iso)))


@flow(name="calendar-alarm", flow_run_name=run_name, persist_result=False)
def calendar_alarm(now_iso: str | None = None) -> dict[str, object]:
    """Tell supervisors which calendars are missing, once a day (缺少日历提示)."""
    return told(upkeep.tell_alarms(orders.live(), [], moment_of(now_iso)))


@flow(name="housekeeping", flow_run_name=run_name, persist_result=False)
def housekeeping(now_iso: str | None = None, limit: int = orders.LIMIT) -> dict[str, object]:
    """Delete Prefect's own records older than two weeks (日常清理)."""
    before = moment_of(now_iso) - KEEP_RUNS_FOR
    deleted = delete_old_runs(before, limit)
    return told(Outcome(deleted, {"deleted": deleted}, truncated=deleted >= limit))


def moment_of(now_iso: str | None) -> datetime:
    """Return the moment that a run was given, or this one."""
    return datetime.fromisoformat(now_iso) if now_iso else clock.now()


def told(outcome: Outcome) -> dict[str, object]:
    """Return what a run came to, and write it to its log."""
    details = outcome.as_details()
    get_run_logger().info("found=%(found)s counts=%(counts)s truncated=%(truncated)s", details)
    return details
