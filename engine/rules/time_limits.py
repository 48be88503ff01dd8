"""When a ticket must be answered, and when each step on the way must be done (时限)."""

from collections.abc import Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from engine.errors import BadInputError
from engine.rules.adjustments import Extension, Pause
from engine.rules.certificates import Certificate, CountedDay, certificate_of
from engine.rules.citations import cites
from engine.rules.counting import HOUR_UNITS, Count, due
from engine.rules.parameters import Value
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.shanghai import shanghai_date
from engine.terms import ClockKind, DueStatus, TicketKind, Urgency

__all__ = (
    "NO_LIMIT",
    "Certificate",
    "CountedDay",
    "Deadline",
    "Extension",
    "Pause",
    "RuleSet",
    "answer_deadline",
    "clock_deadline",
    "deadline_of",
    "limits_begin_on",
    "load_rules",
)

NO_LIMIT = "no_limit"
_ANSWER_LIMITS = MappingProxyType({kind: f"answer_limit.{kind}" for kind in TicketKind})
_HURRIED = (Urgency.CRITICAL, Urgency.URGENT)
_CLOCK_LIMITS = MappingProxyType(
    {
        ClockKind.SIGN_FOR: "sign_for.limit",
        ClockKind.FIRST_CONTACT: "first_contact.limit",
        ClockKind.REVIEW: "review.limit",
        ClockKind.CALLBACK: "callback.limit",
        ClockKind.RETURN_RULING: "return_ruling.limit",
        ClockKind.ARBITRATION: "arbitration.limit",
        ClockKind.RECTIFICATION_REPLY: "rectification.reply_limit",
        ClockKind.FOLLOW_UP: "follow_up.limit",
        ClockKind.PROMISE: "promise.limit",
        ClockKind.VERIFICATION: "promise.verify_limit",
    }
)


class Deadline(NamedTuple):
    """The last day and instant of a limit, and whether its calendar is published.

    `due_on` is a Shanghai date; `due_at` is UTC, by default 24:00 in Shanghai of that day.
    """

    due_on: date
    due_at: datetime
    status: DueStatus
    counted: Count

    @property
    def certificate(self) -> Certificate:
        """Return the proof: days counted and skipped, versions, citation; built when asked."""
        return certificate_of(self.counted, self.due_on, self.due_at, self.status)

    @property
    def provisional(self) -> bool:
        """Return whether the due date may still move (暂定)."""
        return self.status is DueStatus.PROVISIONAL


@cites("chengzhong-2023-19/113/time-limits", "house/H-49")
def limits_begin_on(kind: TicketKind, rules: RuleSet) -> date:
    """Return the first day on which a limit for tickets of this kind was in force."""
    return rules.parameters[_ANSWER_LIMITS[kind]].values[0].since


@cites(
    "chengzhong-2023-19/113/time-limits",
    "chengzhong-2023-19/130/kinds",
    "house/H-01",
    "house/H-03",
    "house/H-49",
)
def answer_deadline(
    kind: TicketKind,
    received_at: datetime,
    rules: RuleSet,
    *,
    rules_on: date | None = None,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Deadline | None:
    """Return when a ticket must be closed and answered (办结答复期限); None where none is set.

    The limit in force on the day of acceptance holds for the ticket's whole life, unless
    `rules_on` names another day whose rules are to be used.

    Raises:
        RuleNotInForceError: no limit was in force on that day.
        CalendarNotPublishedError: the count reaches a year without a calendar.
    """
    started_on = shanghai_date(received_at)
    rules_on = rules_on or started_on
    parameter = rules.parameters[_ANSWER_LIMITS[kind]]
    value = parameter.on(rules_on)
    if value.value == NO_LIMIT:
        return None
    return deadline_of(
        Count(
            parameter,
            value,
            value.value,
            ClockKind.REQUESTER,
            kind,
            received_at,
            started_on,
            rules,
            rules_on,
            tuple(pauses),
            tuple(extensions),
        )
    )


@cites(
    "house/H-03", "house/H-10", "house/H-12", "house/H-15", "house/H-16", "house/H-18",
    "house/H-92",
)  # fmt: skip
def clock_deadline(  # noqa: PLR0913 - the facts of one clock, all but three by keyword
    clock: ClockKind,
    started_at: datetime,
    rules: RuleSet,
    *,
    kind: TicketKind,
    urgency: Urgency = Urgency.NORMAL,
    accepted_on: date | None = None,
    rule: str = "",
    working_days: int | None = None,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Deadline | None:
    """Return when one clock of a ticket runs out; None where the kind has no limit.

    Args:
        clock: what is measured; a handling clock (承办时限) runs from dispatch and starts anew
            for a new unit, the requester's clock never does.
        started_at: the aware moment the clock starts.
        rules: parameters and calendar.
        kind: the ticket's kind.
        urgency: 特急 and 紧急 tickets are signed for in minutes, holidays included.
        accepted_on: the Shanghai day of acceptance, whose rules the ticket keeps.
        rule: the parameter in place of the clock's own, as for a reworked ticket (重办).
        working_days: a limit set in place of the rule's own, as for 跟踪督办 by another law; for a
            promise (承诺) the days until the promised one.
        pauses: what stopped the clock.
        extensions: what was granted on top.
    """
    started_on = shanghai_date(started_at)
    rules_on = accepted_on or started_on
    parameter = rules.parameters[rule or _limit_key(clock, kind, urgency)]
    value = parameter.on(rules_on)
    if value.value == NO_LIMIT:
        return None
    limit = _limit(clock, value, rules, rules_on) if working_days is None else working_days
    if limit < 1:
        msg = "时限至少为 1"
        raise BadInputError(msg, fields={"working_days": "至少为 1"})
    return deadline_of(
        Count(
            parameter,
            value,
            limit,
            clock,
            kind,
            started_at,
            started_on,
            rules,
            rules_on,
            tuple(pauses),
            tuple(extensions),
        )
    )


def _limit_key(clock: ClockKind, kind: TicketKind, urgency: Urgency) -> str:
    if clock is ClockKind.SIGN_FOR and urgency in _HURRIED:
        return "sign_for.urgent_limit"
    return _CLOCK_LIMITS.get(clock) or _ANSWER_LIMITS[kind]


def _limit(clock: ClockKind, value: Value, rules: RuleSet, on: date) -> int:
    limit: int = value.value
    if clock is not ClockKind.ASSISTING:
        return limit
    share: int = rules.parameters["assisting.share_percent"].on(on).value
    minimum: int = rules.parameters["assisting.minimum"].on(on).value
    return max(minimum, limit * share // 100)


@cites("civil-code/203", "house/H-08")
def deadline_of(count: Count) -> Deadline:
    """Return the deadline of one limit, provisional where a day of it is not published yet."""
    due_on, due_at = due(count)
    confirmed = due_on <= count.rules.calendar.confirmed_through
    if confirmed or count.parameter.unit in HOUR_UNITS:
        return Deadline(due_on, due_at, DueStatus.CONFIRMED, count)
    return Deadline(due_on, due_at, DueStatus.PROVISIONAL, count)
