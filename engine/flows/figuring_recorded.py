"""The kept summaries of the indicators as a Prefect flow; see `engine.flows.recorded`."""

from datetime import datetime

from prefect import flow, get_run_logger
from prefect.runtime import flow_run

from engine import clock
from engine.flows import figuring
from engine.rules.shanghai import SHANGHAI


def _run_name() -> str:
    given = flow_run.parameters.get("now_iso")
    now = datetime.fromisoformat(given) if given else clock.now()
    return f"{now.astimezone(SHANGHAI):%m-%d %H:%M:%S}"


@flow(name="keep-figures", flow_run_name=_run_name, persist_result=False)
def keep_figures(now_iso: str | None = None) -> dict[str, object]:
    """Bring the summaries of the indicators up to now (指标汇总)."""
    now = datetime.fromisoformat(now_iso) if now_iso else clock.now()
    details = figuring.keep(figuring.live(), [], now).as_details()
    get_run_logger().info("found=%(found)s counts=%(counts)s truncated=%(truncated)s", details)
    return details
