"""The escalation ladder (升级阶梯): who is told what and when, before and after a due date."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any, NamedTuple

from engine.rules.citations import Citation, cites
from engine.rules.parameter_tables import BEFORE_DUE
from engine.rules.pauses import paused_days
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.rules.time_limits import Deadline
from engine.terms import ClockKind, NoticeKind, Recipient, RectificationGround, Rung

_NOTICES = {kind.value: kind for kind in NoticeKind}
_RECIPIENTS = {recipient.value: recipient for recipient in Recipient}
_GROUNDS = {ground.value: ground for ground in RectificationGround}
_RUNGS = {rung.value: rung for rung in Rung}
_ALL = 100
# With these steps the limit is missed: a signature deemed given ends the wait alone (H-11).
MISSED = frozenset({Rung.BREACH, Rung.DEEMED_SIGNED})


class DueRung(NamedTuple):
    """One step of a ladder with its UTC moment: whom it tells, what it sends or proposes."""

    rung: Rung
    at: datetime
    recipients: tuple[Recipient, ...]
    proposes: tuple[RectificationGround, ...]
    sends: NoticeKind | None
    cites: Citation
    needs_person: bool
    warning: bool

    @property
    def tells(self) -> tuple[Recipient, ...]:
        """Return whom it is told to: what takes a person is the supervisors' first (H-24)."""
        return (Recipient.SUPERVISOR,) if self.needs_person else self.recipients


@cites(
    "chengzhong-2023-19/101/persistence",
    "chengzhong-2023-19/3-4/supervision",
    "house/H-08",
    "house/H-11",
    "house/H-23",
    "house/H-24",
)
def ladder(
    clock: ClockKind, deadline: Deadline, since: datetime, rules: RuleSet
) -> tuple[DueRung, ...]:
    """Return every step of a clock's ladder, earliest first.

    `since` is when the due date was set: the start, or when it last moved. Warnings that would
    come before it or together with a sharper one are left out. On a provisional due date there
    are warnings only: no breach, nothing after it.
    """
    setting = rules.parameters[f"escalation.ladder.{clock}"].on(deadline.counted.rules_on)
    steps = [step for step in setting.value if _may_happen(step, deadline)]
    opens_at = _opening(deadline, rules)
    days = _counted_days(deadline, rules)
    rungs = []
    for step in steps:
        at = _moment(step, deadline, days, opens_at, rules)
        if at is not None and _in_time(step, at, since, deadline):
            rungs.append(_rung(step, at, setting.citation))
    return _without_coinciding_warnings(rungs)


@cites("house/H-24")
def due_rungs(
    steps: Iterable[DueRung], taken: Collection[Rung], now: datetime
) -> tuple[DueRung, ...]:
    """Return the steps that are due by `now` and not yet taken, in order."""
    return tuple(step for step in steps if step.at <= now and step.rung not in taken)


@cites("house/H-24")
def next_rung_at(steps: Iterable[DueRung], taken: Collection[Rung]) -> datetime | None:
    """Return when the next step not yet taken falls due; None when the ladder is done."""
    return min((step.at for step in steps if step.rung not in taken), default=None)


@cites("house/H-23", "house/H-24")
def one_mail_each(rungs: Iterable[DueRung]) -> Mapping[Recipient, DueRung]:
    """Return, for steps caught up together, the one step each recipient is written about.

    It is the last one addressed to them; every step is still recorded, with the time it fell due
    and the time it was found.
    """
    told: dict[Recipient, DueRung] = {}
    for step in rungs:
        told.update(dict.fromkeys(step.tells, step) if step.sends else {})
    return told


def _may_happen(step: Mapping[str, Any], deadline: Deadline) -> bool:
    return step["when"] in BEFORE_DUE or not deadline.provisional


def _opening(deadline: Deadline, rules: RuleSet) -> time:
    opens_at = rules.parameters["calendar.opens_at"].on(deadline.counted.rules_on).value
    return time.fromisoformat(opens_at)


def _counted_days(deadline: Deadline, rules: RuleSet) -> tuple[date, ...]:
    """Return the working days that count towards a deadline, in order."""
    count = deadline.counted
    length = rules.calendar.working_days_between(count.started_on, deadline.due_on)
    days = rules.calendar.working_days_after(count.started_on, length) if length else ()
    paused = paused_days(count.pauses, rules, count.rules_on) if count.pauses else ()
    return tuple(day for day in days if day not in paused)


def _moment(
    step: Mapping[str, Any],
    deadline: Deadline,
    days: tuple[date, ...],
    opens_at: time,
    rules: RuleSet,
) -> datetime | None:
    """Return the UTC moment of a step; None where the limit is too short for it."""
    match step["when"]:
        case "share_of_limit":
            return _opening_of(days, len(days) * step["percent"] // _ALL, opens_at)
        case "working_days_left":
            return _opening_of(days, len(days) - 1 - step["working_days"], opens_at)
        case "due_day_opening":
            return shanghai_moment(deadline.due_on, opens_at)
        case "due":
            return deadline.due_at
    overdue_day = rules.calendar.nth_working_day_after(deadline.due_on, step["working_days"] + 1)
    return shanghai_moment(overdue_day, opens_at)


def _opening_of(days: tuple[date, ...], place: int, opens_at: time) -> datetime | None:
    return shanghai_moment(days[place], opens_at) if 0 <= place < len(days) else None


def _in_time(step: Mapping[str, Any], at: datetime, since: datetime, deadline: Deadline) -> bool:
    return step["when"] not in BEFORE_DUE or since.astimezone(UTC) < at < deadline.due_at


def _rung(step: Mapping[str, Any], at: datetime, citation: Citation) -> DueRung:
    return DueRung(
        rung=_RUNGS[step["rung"]],
        at=at,
        recipients=tuple(_RECIPIENTS[name] for name in step["recipients"]),
        proposes=tuple(_GROUNDS[name] for name in step.get("proposes", ())),
        sends=_NOTICES[step["sends"]] if step.get("sends") else None,
        cites=citation,
        needs_person=bool(step.get("needs_person", False)),
        warning=step["when"] in BEFORE_DUE,
    )


def _without_coinciding_warnings(rungs: list[DueRung]) -> tuple[DueRung, ...]:
    """Keep the sharper of two warnings of one moment: the later in the ladder's own order."""
    ordered = sorted(rungs, key=lambda step: step.at)
    dull = {one.rung for one, next_ in pairwise(ordered) if one.warning and one.at == next_.at}
    return tuple(step for step in ordered if step.rung not in dull)


@cites("house/H-24")
def overdue_working_days(due_on: date, due_at: datetime, at: datetime, rules: RuleSet) -> int:
    """Return how many working days a limit is over its due date at `at`; 0 while it is not.

    The day on which it is looked at counts, if it is worked.
    """
    if at < due_at:
        return 0
    return rules.calendar.working_days_between(due_on, shanghai_date(at))
