"""Why a clock ends when it ends (为什么是这一天): its certificate, ready to be shown."""

from dataclasses import dataclass

from api.pages.words import due_words
from engine.models import Clock
from engine.rules.certificates import Certificate, CountedDay
from engine.rules.shanghai import weekday_name
from engine.terms import ClockKind, DueStatus


@dataclass(frozen=True)
class Why:
    """Why a clock ends when it ends: its certificate, ready to be shown."""

    clock: Clock
    certificate: Certificate
    begin: str
    lines: tuple[str, ...]

    @property
    def days(self) -> tuple[CountedDay, ...]:
        """Return the days of the strip."""
        return self.certificate.days

    @property
    def due_on(self) -> object:
        """Return the last day."""
        return self.certificate.due_on

    @property
    def daily(self) -> bool:
        """Return whether days were counted, not hours."""
        return len(self.certificate.days) > 1

    @property
    def due(self) -> str:
        """Return the last day and hour as people say them."""
        return due_words(self.clock)

    @property
    def provisional(self) -> bool:
        """Return whether the date may still move (暂定)."""
        return self.clock.due_status is DueStatus.PROVISIONAL


def why_of(clock: Clock) -> Why:
    """Return the certificate of a clock with its trace, day by day."""
    certificate = Certificate.from_json(clock.certificate)
    begin = {ClockKind.REQUESTER: "登记", ClockKind.CALLBACK: "触发"}.get(clock.kind, "起算")
    return Why(clock, certificate, begin, tuple(_trace(certificate)))


def _trace(certificate: Certificate) -> list[str]:
    lines = [f"规则   {certificate.rule}（自 {certificate.rule_since} 起施行）"]
    for day in certificate.days:
        mark = f"+{day.number:<4}" if day.number else "跳过 " if day.kind != "received" else "起算 "
        lines.append(f"{mark}  {day.on} {weekday_name(day.on)}  {day.reason}")
    return [*lines, f"到期   {certificate.due_on} {weekday_name(certificate.due_on)}"]
