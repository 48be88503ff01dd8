"""The care of personal data as Prefect flows; see `engine.flows.recorded`. They tell counts."""

from prefect import flow

from engine.flows import keeping
from engine.flows.recorded import moment_of, run_name, told


@flow(name="protect-people", flow_run_name=run_name, persist_result=False)
def protect_people(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """Seal names and numbers that an older version wrote (个人信息加密)."""
    return told(keeping.protect(keeping.live(), ids or [], moment_of(now_iso)))


@flow(name="keep-retention", flow_run_name=run_name, persist_result=False)
def keep_retention(now_iso: str | None = None) -> dict[str, object]:
    """Take the requester out of tickets whose time is over (到期脱敏)."""
    return told(keeping.retain(keeping.live(), [], moment_of(now_iso)))
