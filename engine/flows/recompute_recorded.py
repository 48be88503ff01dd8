"""The recount after a calendar's publication as a Prefect flow; see `engine.flows.recorded`."""

from datetime import datetime

from prefect import flow, get_run_logger

from engine import clock
from engine.flows import recompute
from engine.flows.orders import LIMIT
from engine.flows.recorded import as_task_run


@flow(name="recompute-deadlines", persist_result=False)
def recompute_deadlines(
    now_iso: str | None = None, limit: int = LIMIT, ids: list[int] | None = None
) -> dict[str, object]:
    """Recount the deadlines counted by another calendar version (期限重算)."""
    actions = recompute.live()
    now = datetime.fromisoformat(now_iso) if now_iso else clock.now()
    ids = actions.clocks_to_recompute(now, limit) if ids is None else ids
    details = recompute.recompute(actions, ids, now, as_task_run).as_details()
    get_run_logger().info("found=%(found)s counts=%(counts)s truncated=%(truncated)s", details)
    return details
