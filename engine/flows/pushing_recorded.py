"""Pushing events as Prefect flows.

`engine.flows.environment` must have been entered before this module is imported.
"""

from prefect import flow

from engine.flows import pushing
from engine.flows.recorded import as_task_run, moment_of, run_name, told


@flow(name="push-webhooks", flow_run_name=run_name, persist_result=False)
def push_webhooks(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """Push events to other systems (事件推送); `ids` must have been reserved by the caller."""
    now = moment_of(now_iso)
    ids = pushing.due(now) if ids is None else ids
    return told(pushing.push(pushing.live(), ids, now, as_task_run))


@flow(name="tidy-webhooks", flow_run_name=run_name, persist_result=False)
def tidy_webhooks(now_iso: str | None = None) -> dict[str, object]:
    """Delete records of pushes kept long enough (推送记录清理)."""
    return told(pushing.tidy(pushing.live(), [], moment_of(now_iso)))
