"""The nightly learning of routing as a Prefect flow; see `engine.flows.recorded`."""

from prefect import flow

from engine.flows import learning
from engine.flows.recorded import moment_of, run_name, told


@flow(name="learn-routing", flow_run_name=run_name, persist_result=False)
def learn_routing(now_iso: str | None = None) -> dict[str, object]:
    """Learn small corrections of routing and keep them only if no worse (派单学习)."""
    return told(learning.learn(learning.live(), [], moment_of(now_iso)))
