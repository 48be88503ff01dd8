"""The nightly learning of routing as a Prefect flow; see `engine.flows.recorded`."""

from datetime import datetime

from prefect import flow, get_run_logger
from prefect.runtime import flow_run

from engine import clock
from engine.flows import learning
from engine.rules.shanghai import SHANGHAI


def _run_name() -> str:
    given = flow_run.parameters.get("now_iso")
    now = datetime.fromisoformat(given) if given else clock.now()
    return f"{now.astimezone(SHANGHAI):%m-%d %H:%M:%S}"


@flow(name="learn-routing", flow_run_name=_run_name, persist_result=False)
def learn_routing(now_iso: str | None = None) -> dict[str, object]:
    """Learn small corrections of routing and keep them only if no worse (派单学习)."""
    now = datetime.fromisoformat(now_iso) if now_iso else clock.now()
    details = learning.learn(learning.live(), [], now).as_details()
    get_run_logger().info("found=%(found)s counts=%(counts)s truncated=%(truncated)s", details)
    return details
