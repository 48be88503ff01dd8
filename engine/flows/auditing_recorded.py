"""Sealing and checking the audit log as Prefect flows; see `engine.flows.recorded`."""

from prefect import flow
from prefect.runtime import flow_run

from engine.flows import auditing
from engine.flows.recorded import _moment, _told, as_task_run
from engine.rules.shanghai import SHANGHAI


def _run_name() -> str:
    return f"{_moment(flow_run.parameters.get('now_iso')).astimezone(SHANGHAI):%m-%d %H:%M:%S}"


@flow(name="seal-audit", flow_run_name=_run_name, persist_result=False)
def seal_audit(now_iso: str | None = None) -> dict[str, object]:
    """Seal what was written to the audit log (审计封存)."""
    return _told(auditing.seal(auditing.live(), [], _moment(now_iso)))


@flow(name="check-audit", flow_run_name=_run_name, persist_result=False)
def check_audit(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """Read the audit log through (链条核验)."""
    actions, now = auditing.live(), _moment(now_iso)
    ids = actions.checks_waiting(now) if ids is None else ids
    return _told(auditing.check(actions, ids, now, as_task_run))
