"""The figures of a past day come out the same whatever is found, excused or taken out later."""

import random
from datetime import timedelta

import pytest
from sqlmodel import select

from engine.actions import background, figures, findings, retention
from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.figure_keeping import keep
from engine.actions.finding_evidence import FindingForm
from engine.actions.withdrawing import WithdrawalForm, withdraw
from engine.errors import EngineError
from engine.models import Breach, Finding, Unit
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store.database import work
from engine.terms import CallbackChannel, Indicator, TicketKind
from tests.actions.test_any_walk import something_happens
from tests.actions.test_figures import EARLY, FIRST, LAST
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, a_ticket, doing, moment, on_ticket
from tests.seeds import seeds

pytestmark = pytest.mark.usefixtures("database")
LEFT_OUT = tuple(one.value for one in Indicator)


def report(ended, now):
    """Every figure of the period as it stood when a day ended, made at a moment."""
    with work() as session:
        made = figures.report_on(session, load_rules("CN-GX"), (FIRST, LAST), ended, now)
        by_unit = {unit.slug: found for unit, found in made.units}
    return made.district, by_unit, made.tax


def picked(table, chance):
    with work() as session:
        return chance.choice(list(session.exec(select(table.id).order_by(table.id))) or [0])


def found_of(now, chance, numbers):
    """Let supervisors or a unit try something with findings: most of it is refused."""
    who, other = chance.sample([SUPERVISOR, SECOND_SUPERVISOR], 2)
    breach, finding = picked(Breach, chance), picked(Finding, chance)
    form = FindingForm(
        kind=chance.choice(["confirmed", "excused"]), reason="全区停电", evidence="《停电公告》"
    )
    left = ExclusionForm(
        number=chance.choice(numbers), indicator=chance.choice(LEFT_OUT), ground="force_majeure",
        reason="全区停电", evidence="《停电公告》",
    )  # fmt: skip
    for person, what in (
        (who, lambda step: findings.judge_breach(step, breach, form)),
        (who, lambda step: exclude(step, left)),
        (other, lambda step: findings.decide(
            step, finding, agreed=chance.random() < 0.8, reason="核")),
        (unit_of(finding), lambda step: findings.appeal(step, finding, "另有材料")),
        (other, lambda step: findings.rule_on_appeal(
            step, finding, changed=chance.random() < 0.5, reason="核")),
    ):  # fmt: skip
        tried(lambda one=person, act=what: doing(now, one, act))


def unit_of(finding_id):
    with work() as session:
        finding = session.get(Finding, finding_id)
        unit = session.get(Unit, finding.unit_id) if finding and finding.unit_id else None
        return unit.slug if unit else SUPERVISOR


def tried(what):
    try:
        what()
    except EngineError:
        return


def lived(seed, steps=30):
    """Let anything happen to some tickets for weeks; return what each day's figures were then."""
    chance = random.Random(seed)
    numbers = [a_ticket(EARLY, kind=kind) for kind in (TicketKind.COMPLAINT,
               TicketKind.HELP_REQUEST, TicketKind.COMPLAINT)]  # fmt: skip
    now, told = moment(EARLY), {}
    for _ in range(steps):
        before, now = now, now + timedelta(hours=chance.choice([1, 3, 8, 20]))
        if shanghai_date(before) != shanghai_date(now):
            ended = shanghai_date(before)
            told[ended] = report(ended, end_of_day(ended))
        something_happens(chance.choice(numbers), now, chance)
        found_of(now, chance, numbers)
        for clock in background.clocks_due(now, 100):
            background.climb_one(clock, now)
    return told, now, chance, numbers


@pytest.mark.parametrize("seed", seeds([21, 23, 24]))
def test_a_past_day_comes_out_the_same_after_findings_appeals_withdrawals_and_retention(seed):
    told, now, chance, numbers = lived(seed)
    for hours in range(1, 40, 3):
        found_of(now + timedelta(hours=hours), chance, numbers)
    form = WithdrawalForm(words="不再需要", channel=CallbackChannel.HUMAN_CALL)
    later = now + timedelta(hours=40)
    for number in numbers:
        tried(
            lambda one=number: on_ticket(one, later, SUPERVISOR, lambda s, t: withdraw(s, t, form))
        )
    keep(now + timedelta(days=3))
    with work() as session:
        for unit in session.exec(select(Unit)):
            unit.active = False
    years = now + timedelta(days=4 * 365)
    retention.run(years)

    again = {ended: report(ended, years) for ended in told}

    assert again == told
    assert any(one.raw != one.fair for district, *_ in told.values() for one in district)
