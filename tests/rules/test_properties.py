"""What must hold for every ticket, whatever its day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.rules.calendar_files import load_year_files
from engine.rules.callback import Attempt, callback_bars_closing, callback_need, callback_state
from engine.rules.certificates import Certificate
from engine.rules.day_ledger import Segment, day_ledger
from engine.rules.escalation import due_rungs, ladder, next_rung_at
from engine.rules.extension import extended_deadline
from engine.rules.rule_set import RuleSet, load_rules
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import Extension, Pause, answer_deadline, clock_deadline
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    ClockKind,
    DayKind,
    Satisfaction,
    TicketKind,
    Urgency,
)
from tests.rules.changing import calendar_with

FIRST, LAST = datetime(2023, 11, 8, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)
moments = st.datetimes(
    FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)
)
days = st.dates(date(2023, 1, 1), date(2027, 6, 30))
kinds = st.sampled_from([kind for kind in TicketKind if kind is not TicketKind.PRAISE])
regions = st.sampled_from(["CN", "CN-GX"])
attempts = st.lists(
    st.builds(Attempt, moments, st.sampled_from(CallbackChannel), st.sampled_from(AttemptResult)),
    max_size=6,
)
quick = settings(max_examples=120, deadline=None)


@quick
@given(kinds, moments, regions)
def test_a_deadline_is_a_working_day_after_receipt(kind, received_at, region):
    rules = load_rules(region)
    found = answer_deadline(kind, received_at, rules)

    assert rules.calendar.is_working_day(found.due_on)
    assert shanghai_date(received_at) < found.due_on
    assert found.due_at > received_at


@quick
@given(kinds, moments, regions)
def test_a_certificate_counts_exactly_the_limit(kind, received_at, region):
    found = answer_deadline(kind, received_at, load_rules(region))
    certificate = found.certificate

    numbers = [day.number for day in certificate.days if day.number is not None]
    assert numbers == list(range(1, certificate.limit + 1))
    assert certificate.days[-1].on == found.due_on
    assert certificate.days[-1].number == certificate.limit
    assert Certificate.from_json(certificate.to_json()) == certificate


@quick
@given(days, st.integers(0, 40), st.integers(0, 40), regions)
def test_a_days_and_then_b_days_are_a_plus_b_days(start, a, b, region):
    calendar = load_rules(region).calendar

    halfway = calendar.nth_working_day_after(start, a)
    assert calendar.nth_working_day_after(halfway, b) == calendar.nth_working_day_after(
        start, a + b
    )


@quick
@given(days, st.integers(1, 60), regions)
def test_counting_forth_and_back_agrees(start, n, region):
    calendar = load_rules(region).calendar
    end = calendar.nth_working_day_after(start, n)

    assert calendar.working_days_between(start, end) == n
    assert calendar.working_days_after(start, n)[-1] == end


@quick
@given(kinds, moments, moments)
def test_received_later_is_never_due_earlier(kind, one, other):
    rules = load_rules()
    first, second = sorted((one, other))

    assert answer_deadline(kind, first, rules).due_at <= answer_deadline(kind, second, rules).due_at


@cache
def rules_of_2024(day: date, *, off: bool) -> RuleSet:
    (file,) = (one for one in load_year_files("CN") if one.year == 2024)
    notice = file.notices[0]
    added = {day: "试验"}
    changed = (
        replace(notice, days_off={**notice.days_off, **added}, make_up_days=_without(notice, day))
        if off
        else replace(
            notice, make_up_days={**notice.make_up_days, **added}, days_off=_off(notice, day)
        )
    )
    calendar = calendar_with(replace(file, notices=(changed,)), "CN")
    return RuleSet(load_rules("CN").parameters, calendar)


def _without(notice, day):
    return {on: why for on, why in notice.make_up_days.items() if on != day}


def _off(notice, day):
    return {on: why for on, why in notice.days_off.items() if on != day}


received_in_2024 = st.datetimes(
    datetime(2024, 1, 1), datetime(2024, 12, 10), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
days_of_2024 = st.dates(date(2024, 1, 2), date(2024, 12, 30))


@settings(max_examples=25, deadline=None)
@given(kinds, received_in_2024, days_of_2024)
def test_an_added_day_off_never_makes_a_deadline_earlier(kind, received_at, day):
    before = answer_deadline(kind, received_at, load_rules("CN")).due_on
    after = answer_deadline(kind, received_at, rules_of_2024(day, off=True)).due_on

    assert before <= after <= before + timedelta(days=12)


@settings(max_examples=25, deadline=None)
@given(kinds, received_in_2024, days_of_2024)
def test_an_added_working_day_never_makes_a_deadline_later(kind, received_at, day):
    before = answer_deadline(kind, received_at, load_rules("CN")).due_on
    after = answer_deadline(kind, received_at, rules_of_2024(day, off=False)).due_on

    assert after <= before


@st.composite
def pauses(draw, around):
    start = around + timedelta(hours=draw(st.integers(-100, 500)))
    length = draw(st.one_of(st.none(), st.integers(0, 400)))
    return Pause(start, start + timedelta(hours=length) if length is not None else None, "testing")


@quick
@given(st.data(), moments, st.integers(1, 10))
def test_pauses_and_extensions_never_make_a_deadline_earlier(data, received_at, added):
    rules = load_rules()
    several = data.draw(st.lists(pauses(received_at), max_size=3))
    plain = answer_deadline(TicketKind.COMPLAINT, received_at, rules)
    paused = answer_deadline(TicketKind.COMPLAINT, received_at, rules, pauses=several)

    certificate = paused.certificate
    stood_still = [day for day in certificate.days if day.kind is DayKind.PAUSED]
    counted = [day for day in certificate.days if day.number is not None]
    assert paused.due_on >= plain.due_on
    assert len(counted) == certificate.limit
    assert len(stood_still) <= 15
    assert extended_deadline(paused, Extension(added, received_at)).due_on > paused.due_on


@quick
@given(st.sampled_from(ClockKind), kinds, moments, st.sampled_from(Urgency))
def test_rungs_come_in_order_each_once_and_none_before_the_start(clock, kind, started_at, urgency):
    rules = load_rules()
    deadline = clock_deadline(clock, started_at, rules, kind=kind, urgency=urgency)
    steps = ladder(clock, deadline, started_at, rules)

    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert len({step.rung for step in steps}) == len(steps)
    assert all(step.at > started_at for step in steps)
    assert all((step.at < deadline.due_at) == step.warning for step in steps)


@quick
@given(moments, st.lists(st.integers(0, 600), max_size=6), st.data())
def test_the_ledger_always_adds_up(started_at, lengths, data):
    rules, segments, at = load_rules(), [], started_at
    for hours in lengths:
        holder = data.draw(st.sampled_from(["hotline", "甲局", "乙局", "pause", "requester"]))
        wrong = data.draw(st.booleans())
        segments.append(Segment(holder, at, at + timedelta(hours=hours), wrong))
        at = segments[-1].end

    ledger = day_ledger(segments, rules)
    whole = rules.calendar.working_days_between(shanghai_date(started_at), shanghai_date(at))
    assert ledger.whole == sum(days for _, days in ledger.used) == whole


@quick
@given(
    st.sampled_from([None, *AnswerOutcome]),
    st.sampled_from([None, *Satisfaction]),
    st.sampled_from([None, *AnswerOutcome]),
    st.sampled_from(TicketKind),
    attempts,
)
def test_nothing_unresolved_or_unsatisfied_closes_without_a_human_callback(
    outcome, satisfaction, solved, kind, tried
):
    rules, on = load_rules(), date(2024, 3, 1)
    need = callback_need(outcome, satisfaction, solved, kind, rules, on)
    state = callback_state(tried, rules, on)
    closes = not callback_bars_closing(need.human, state, rules, on)
    bad = {AnswerOutcome.NOT_SOLVED, AnswerOutcome.PARTLY_SOLVED}

    if satisfaction is Satisfaction.DISSATISFIED or {outcome, solved} & bad:
        human = {CallbackChannel.HUMAN_CALL, CallbackChannel.FIELD_VERIFICATION}
        assert need.owed
        assert need.human
        assert not closes or any(attempt.channel in human for attempt in tried)


@quick
@given(attempts, moments, st.sampled_from(AttemptResult))
def test_a_robot_s_call_changes_nothing(tried, at, result):
    rules, on = load_rules(), date(2024, 3, 1)
    robot = Attempt(at, CallbackChannel.ROBOT_CALL, result)

    assert callback_state([*tried, robot], rules, on) is callback_state(tried, rules, on)


class LadderWalk(RuleBasedStateMachine):
    """A sweep at any time, twice, late or after downtime takes each rung once, in order."""

    @initialize(started_at=moments, kind=kinds)
    def start(self, started_at, kind):
        self.rules = load_rules()
        deadline = clock_deadline(ClockKind.HANDLING, started_at, self.rules, kind=kind)
        self.steps = ladder(ClockKind.HANDLING, deadline, started_at, self.rules)
        self.now, self.taken = started_at, []

    @rule(hours=st.integers(0, 200))
    def sweep(self, hours):
        self.now += timedelta(hours=hours)
        self.taken += [step.rung for step in due_rungs(self.steps, set(self.taken), self.now)]

    @rule()
    def sweep_again_at_once(self):
        assert due_rungs(self.steps, set(self.taken), self.now) == () or not self.taken
        self.sweep(0)

    @invariant()
    def rungs_are_taken_in_order_and_none_is_lost(self):
        if hasattr(self, "steps"):
            in_order = [step.rung for step in self.steps]
            assert self.taken == in_order[: len(self.taken)]
            later = next_rung_at(self.steps, set(self.taken))
            assert later is None or not self.taken or later > self.now


class CallbackDuty(RuleBasedStateMachine):
    """Once a person has reached the requester, no later attempt takes that back."""

    @initialize()
    def start(self):
        self.rules, self.on, self.tried = load_rules(), date(2024, 3, 1), []
        self.seen = CallbackState.OWED

    @rule(
        at=moments, channel=st.sampled_from(CallbackChannel), result=st.sampled_from(AttemptResult)
    )
    def attempt(self, at, channel, result):
        self.tried.append(Attempt(at, channel, result))
        state = callback_state(self.tried, self.rules, self.on)
        order = [CallbackState.OWED, CallbackState.EXHAUSTED, CallbackState.REACHED]
        assert order.index(state) >= order.index(self.seen)
        self.seen = state


TestLadderWalk = LadderWalk.TestCase
TestLadderWalk.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestCallbackDuty = CallbackDuty.TestCase
TestCallbackDuty.settings = settings(max_examples=25, stateful_step_count=10, deadline=None)
