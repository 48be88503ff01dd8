"""Incoming mail and the daily word about stuck mail, as Prefect flows.

`engine.flows.environment` must have been entered before this module is imported.
"""

from prefect import flow

from engine.flows import mailing
from engine.flows.recorded import moment_of, run_name, told


@flow(name="fetch-mail", flow_run_name=run_name, persist_result=False)
def fetch_mail(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """File the mails of units that came in (收信)."""
    actions = mailing.live()
    now = moment_of(now_iso)
    ids = actions.waiting(now) if ids is None else ids
    return told(mailing.fetch(actions, ids, now))


@flow(name="tell-stuck", flow_run_name=run_name, persist_result=False)
def tell_stuck(now_iso: str | None = None) -> dict[str, object]:
    """Tell supervisors what is stuck today (卡住告知)."""
    return told(mailing.tell_stuck(mailing.live(), [], moment_of(now_iso)))


@flow(name="tell-daily", flow_run_name=run_name, persist_result=False)
def tell_daily(now_iso: str | None = None, ids: list[int] | None = None) -> dict[str, object]:
    """Tell everybody who owns work what they owe today (每日摘要)."""
    return told(mailing.tell_daily(mailing.live(), ids or [], moment_of(now_iso)))
