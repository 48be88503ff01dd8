"""The care of personal data as Prefect flows; see `engine.flows.recorded`. They tell counts."""

from prefect import flow
from prefect.runtime import flow_run

from engine.flows import keeping
from engine.flows.recorded import _moment, _told
from engine.rules.shanghai import SHANGHAI


def _run_name() -> str:
    return f"{_moment(flow_run.parameters.get('now_iso')).astimezone(SHANGHAI):%m-%d %H:%M:%S}"


@flow(name="protect-people", flow_run_name=_run_name, persist_result=False)
def protect_people(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """Seal names and numbers that an older version wrote (个人信息加密)."""
    return _told(keeping.protect(keeping.live(), ids or [], _moment(now_iso)))


@flow(name="keep-retention", flow_run_name=_run_name, persist_result=False)
def keep_retention(now_iso: str | None = None) -> dict[str, object]:
    """Take the requester out of tickets whose time is over (到期脱敏)."""
    return _told(keeping.retain(keeping.live(), [], _moment(now_iso)))
