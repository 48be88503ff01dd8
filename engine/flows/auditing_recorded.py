"""Sealing and checking the audit log as Prefect flows; see `engine.flows.recorded`."""

from prefect import flow

from engine.flows import auditing
from engine.flows.recorded import as_task_run, moment_of, run_name, told


@flow(name="seal-audit", flow_run_name=run_name, persist_result=False)
def seal_audit(now_iso: str | None = None) -> dict[str, object]:
    """Seal what was written to the audit log (审计封存)."""
    return told(auditing.seal(auditing.live(), [], moment_of(now_iso)))


@flow(name="check-audit", flow_run_name=run_name, persist_result=False)
def check_audit(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """Read the audit log through (链条核验)."""
    actions, now = auditing.live(), moment_of(now_iso)
    ids = actions.checks_waiting(now) if ids is None else ids
    return told(auditing.check(actions, ids, now, as_task_run))
