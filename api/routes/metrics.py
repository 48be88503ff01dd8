"""`/metrics` for Prometheus: what is open, late, owed, stuck, and how far the calendar goes."""

import ipaddress
import secrets
from collections.abc import Iterable
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.dependencies import Now
from engine.actions.rules_in_force import rules_in_force
from engine.errors import NotPermittedError
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store.database import work
from engine.store.gauges import Gauges, gauges

router = APIRouter(include_in_schema=False)
MEANT = {
    "tickets_open": "在办工单", "tickets_overdue": "已超期工单", "callbacks_owed": "待回访",
    "callbacks_owed_human": "待人工回访", "letters_waiting": "待审函件",
    "outbox_pending": "待发邮件", "outbox_oldest_seconds": "最久一封待发邮件已等的秒数",
    "outbox_undelivered": "送达失败", "set_aside": "出错搁置的工单、时限和其他",
    "audit_whole": "审计链上次核验完整为 1",
}  # fmt: skip


@router.get("/metrics")
def metrics(request: Request, now: Now) -> Response:
    """Publish the figures; only to this machine, or to who knows `HOTLINE_METRICS_TOKEN`.

    Raises:
        NotPermittedError: asked from elsewhere without the token.
    """
    _check(request)
    with work() as session:
        found = gauges(session, now)
        horizon = (rules_in_force(session).calendar.confirmed_through - shanghai_date(now)).days
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(found, horizon, now))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _check(request: Request) -> None:
    token = load_settings().metrics_token
    given = request.headers.get("authorization", "").encode()
    if token and secrets.compare_digest(given, f"Bearer {token}".encode()):
        return
    if not token and _is_here(request.client.host if request.client else ""):
        return
    message = "指标只给本机；其他机器请设置 HOTLINE_METRICS_TOKEN，并用 Bearer 带上。"
    raise NotPermittedError(message)


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class _Collector(Collector):
    """One measurement as Prometheus reads it."""

    def __init__(self, found: Gauges, horizon: int, now: datetime) -> None:
        self._found, self._horizon, self._now = found, horizon, now

    def collect(self) -> Iterable[Metric]:
        """Yield every figure."""
        for name, value in self._found.plain().items():
            yield GaugeMetricFamily(f"hotline_{name}", MEANT[name], value=value)
        days = "已公布的日历还剩几天"
        yield GaugeMetricFamily("hotline_calendar_days_left", days, value=self._horizon)
        lag = GaugeMetricFamily(
            "hotline_job_age_seconds", "定时任务上次运行距今秒数", labels=["job"]
        )
        well = GaugeMetricFamily("hotline_job_ok", "定时任务上次正常为 1", labels=["job"])
        for beat in self._found.heartbeats:
            lag.add_metric([beat.name], (self._now - beat.ran_at).total_seconds())
            well.add_metric([beat.name], float(beat.ok))
        yield lag
        yield well
