"""The care of personal data as Prefect flows; see `engine.flows.recorded`. They tell counts."""

from datetime import datetime

from prefect import flow, get_run_logger
from prefect.runtime import flow_run

from engine import clock
from engine.flows import keeping
from engine.flows.batches import Outcome
from engine.rules.shanghai import SHANGHAI


def _run_name() -> str:
    return f"{_moment(flow_run.parameters.get('now_iso')).astimezone(SHANGHAI):%m-%d %H:%M:%S}"


def _moment(given: str | None) -> datetime:
    return datetime.fromisoformat(given) if given else clock.now()


def _told(outcome: Outcome) -> dict[str, object]:
    details = outcome.as_details()
    get_run_logger().info("found=%(found)s counts=%(counts)s truncated=%(truncated)s", details)
    return details


@flow(name="protect-people", flow_run_name=_run_name, persist_result=False)
def protect_people(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """Seal names and numbers that an older version wrote (个人信息加密)."""
    return _told(keeping.protect(keeping.live(), ids or [], _moment(now_iso)))


@flow(name="keep-retention", flow_run_name=_run_name, persist_result=False)
def keep_retention(now_iso: str | None = None) -> dict[str, object]:
    """Take the requester out of tickets whose time is over (到期脱敏)."""
    return _told(keeping.retain(keeping.live(), [], _moment(now_iso)))
