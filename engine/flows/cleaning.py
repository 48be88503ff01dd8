"""Deletes Prefect's records of runs that ended long ago; our own tables are not touched.

The embedded server does this by itself every hour (its vacuum service, with logs and events). This
is for a shared Prefect server whose vacuum nobody has switched on.
"""

from datetime import datetime

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterEndTime,
)
from prefect.client.schemas.sorting import FlowRunSort

OURS = ["route-tickets", "watch-clocks", "send-messages", "recompute-deadlines", "close-windows",
        "deem-accepted", "calendar-alarm", "learn-routing", "seal-audit", "check-audit",
        "keep-figures", "protect-people", "keep-retention",
        "push-webhooks", "tidy-webhooks", "housekeeping", "release-held",
        "tidy-desks", "fetch-mail", "tell-stuck", "tell-daily"]  # fmt: skip
PAGE = 200


def delete_old_runs(before: datetime, limit: int) -> int:
    """Delete at most `limit` runs of our flows that ended before that moment; return how many."""
    deleted = 0
    with get_client(sync_client=True) as client:
        while deleted < limit:
            found = _page(client, before, min(PAGE, limit - deleted))
            deleted += found
            if found < PAGE:
                break
    return deleted


def _page(client: SyncPrefectClient, before: datetime, size: int) -> int:
    runs = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=OURS)),
        flow_run_filter=FlowRunFilter(
            end_time=FlowRunFilterEndTime.model_validate({"before_": before})
        ),
        sort=FlowRunSort.START_TIME_ASC,
        limit=size,
    )
    for run in runs:
        client.delete_flow_run(run.id)
    return len(runs)
