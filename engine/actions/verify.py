"""Proves every stored deadline again (期限凭证核验): recounts it and compares."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from engine.actions import clocks
from engine.errors import EngineError
from engine.models import Clock, Ticket
from engine.rules.certificates import Certificate
from engine.rules.recomputation import certificate_difference
from engine.rules.rule_set import RuleSet
from engine.store.certificates import every_clock
from engine.terms import ClockKind

OWN_DAYS = (ClockKind.FOLLOW_UP, ClockKind.PROMISE)


@dataclass(frozen=True)
class Difference:
    """The first certificate that does not hold: whose, which clock, and what differs."""

    ticket_number: str
    clock: ClockKind
    clock_id: int
    what: str

    def __str__(self) -> str:
        """Return the difference in one Chinese line."""
        return f"{self.ticket_number} {self.clock.label}（计时 {self.clock_id}）：{self.what}"


@dataclass(frozen=True)
class Verified:
    """How many certificates hold, and the first that does not, if any."""

    count: int
    difference: Difference | None


def verify(session: Session, rules: RuleSet, told: Callable[[int], None] | None = None) -> Verified:
    """Recount every stored certificate, oldest first, and stop at the first that differs.

    `told` is called with the number verified so far.
    """
    count = 0
    for clock, ticket in every_clock(session):
        what = difference_of(clock, ticket, rules)
        if what is not None:
            return Verified(count, Difference(ticket.number, clock.kind, clock.id, what))
        count += 1
        if told is not None:
            told(count)
    return Verified(count, None)


def difference_of(clock: Clock, ticket: Ticket, rules: RuleSet) -> str | None:
    """Return what a clock's certificate says differently from a fresh count; None if it holds."""
    try:
        stored = Certificate.from_json(clock.certificate)
    except (KeyError, ValueError, TypeError) as error:
        return f"凭证读不出来（{type(error).__name__}：{error}）"
    try:
        return (
            _of_columns(clock, stored)
            or certificate_difference(stored, rules)
            or _of_limit(clock, ticket, stored, rules)
        )
    except EngineError as error:
        return f"不能重算：{error}"
    except KeyError as error:
        return f"不能重算：没有参数 {error}"


def _of_columns(clock: Clock, stored: Certificate) -> str | None:
    """Compare what the clock's row says with its certificate."""
    said = {
        "时限种类": (clock.kind, stored.clock),
        "起算时刻": (clock.started_at, stored.started_at),
        "到期日": (clock.due_on, stored.due_on),
        "到期时刻": (clock.due_at, stored.due_at),
        "到期日状态": (clock.due_status, stored.status),
        "停表": (clock.pauses, [pause.to_json() for pause in stored.pauses]),
    }
    for name, (row, certificate) in said.items():
        if row != certificate:
            return f"{name}：计时为 {row}，凭证为 {certificate}"
    return None


def _of_limit(clock: Clock, ticket: Ticket, stored: Certificate, rules: RuleSet) -> str | None:
    """Compare rule and limit with those of acceptance day; another law's or a promise's are own."""
    if stored.kind is not ticket.kind:
        return f"工单类型：工单为 {ticket.kind.label}，凭证为 {stored.kind.label}"
    if clock.kind in OWN_DAYS:
        return None
    own = clocks.own_rules(clock, rules)
    rule = clocks.given_rule(clock)
    fresh = clocks.deadline_of(ticket, clock.kind, clock.started_at, own, rule=rule)
    if fresh is None:
        return f"{ticket.kind.label}没有{clock.kind.label}"
    said = {
        "规则": (stored.rule, fresh.counted.parameter.key),
        "时限": (stored.limit, fresh.counted.limit),
        "适用规则之日": (stored.rules_on, fresh.counted.rules_on),
    }
    for name, (was, now) in said.items():
        if was != now:
            return f"{name}：凭证为 {was}，重算为 {now}"
    return None
