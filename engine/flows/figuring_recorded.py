"""The kept summaries of the indicators as a Prefect flow; see `engine.flows.recorded`."""

from prefect import flow

from engine.flows import figuring
from engine.flows.recorded import moment_of, run_name, told


@flow(name="keep-figures", flow_run_name=run_name, persist_result=False)
def keep_figures(now_iso: str | None = None) -> dict[str, object]:
    """Bring the summaries of the indicators up to now (指标汇总)."""
    return told(figuring.keep(figuring.live(), [], moment_of(now_iso)))
