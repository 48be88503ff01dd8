"""`verify` recounts what was stored and names the first certificate that does not hold."""

from datetime import timedelta

import pytest
from sqlmodel import select

from engine.actions import adjusting, statutory
from engine.actions.verify import verify
from engine.models import Clock
from engine.rules.rule_set import load_rules
from engine.rules.statutory import StatutoryClaim
from engine.store.database import work
from engine.terms import ClockKind, TicketKind, Urgency
from tests.builders import (
    MARKET,
    SUPERVISOR,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    doing,
    on_ticket,
)

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:00"


def verified():
    with work() as session:
        return verify(session, load_rules("CN-GX"))


def falsify(number, **changes):
    """Change the certificate of a ticket's requester's clock behind everybody's back."""
    with work() as session:
        query = select(Clock).where(Clock.kind == ClockKind.REQUESTER).order_by(Clock.id.desc())
        clock = session.exec(query).first()
        row = {name: value for name, value in changes.items() if name == "due_on"}
        clock.certificate = {**clock.certificate, **{
            name: str(value) for name, value in changes.items() if name == "due_on"}, **{
            name: value for name, value in changes.items() if name != "due_on"}}  # fmt: skip
        for name, value in row.items():
            setattr(clock, name, value)


def test_an_empty_database_holds():
    assert (verified().count, verified().difference) == (0, None)


def test_every_sort_of_clock_the_engine_starts_holds():
    for kind in TicketKind:
        a_signed_ticket(NOW, kind=kind)
    a_ticket("Sat 2026-11-21 23:59", urgency=Urgency.CRITICAL)
    a_ticket("Fri 2026-12-25 09:00")
    call_back(a_ticket_to_call_back(NOW), NEXT, an_unhappy_callback())

    found = verified()

    assert found.difference is None
    assert found.count > 15


def test_pauses_extensions_and_statutory_limits_hold():
    number = a_signed_ticket(NOW)
    on_ticket(
        number, NEXT, SUPERVISOR, lambda step, ticket: adjusting.pause(step, ticket, "testing")
    )
    assert verified().difference is None
    on_ticket(number, "Thu 2026-11-26 09:00", SUPERVISOR, adjusting.resume)
    request = on_ticket(number, "Thu 2026-11-26 10:00", MARKET, lambda step, ticket: (
        adjusting.request_extension(step, ticket, 3, "需检测").id))  # fmt: skip
    doing("Thu 2026-11-26 11:00", SUPERVISOR, lambda step: adjusting.decide_extension(
        step, request, granted=True, reason=""))  # fmt: skip
    law = StatutoryClaim("某法", "第一条", 30)
    on_ticket(number, "Thu 2026-11-26 12:00", MARKET,
              lambda step, ticket: statutory.claim_statutory_limit(step, ticket, law))  # fmt: skip
    on_ticket(number, "Thu 2026-11-26 13:00", SUPERVISOR, lambda step, ticket: (
        statutory.decide_statutory_claim(step, ticket, granted=True, reason="")))  # fmt: skip

    assert verified().difference is None


def test_the_first_certificate_that_differs_is_named():
    good, bad = a_ticket(NOW), a_ticket(NOW)
    with work() as session:
        due = session.exec(select(Clock).order_by(Clock.id.desc())).first().due_on
    falsify(bad, due_on=due + timedelta(days=1))

    found = verified()

    assert found.count == 1
    assert found.difference.ticket_number == bad != good
    assert "诉求人时限" in str(found.difference)
    assert str(due) in str(found.difference)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"limit": 11}, "2026-12-07"),
        ({"days": []}, "逐日"),
        ({"rule": "no.such.rule"}, "no.such.rule"),
        ({"calendar_version": "CN-GX-2026.9+000000"}, "CN-GX-2026.9+000000"),
        ({"rules_on": "2020-01-01"}, "不能重算"),
        ({"status": "provisional"}, "状态"),
        ({"kind": "help_request"}, "求助"),
        ({"started_at": "not a moment"}, "读不出来"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_falsified_certificate_is_told_from_a_true_one(changes, words):
    number = a_ticket(NOW)
    falsify(number, **changes)

    assert words in str(verified().difference)


def test_a_limit_changed_together_with_its_date_is_found():
    number = a_ticket(NOW)
    with work() as session:
        rules = load_rules("CN-GX")
        from engine.rules.certificates import Certificate
        from engine.rules.recomputation import recounted

        clock = session.exec(select(Clock).where(Clock.kind == ClockKind.REQUESTER)).one()
        clock.certificate = {**clock.certificate, "limit": 12}
        longer = recounted(Certificate.from_json(clock.certificate), rules)
        clock.certificate = longer.certificate.to_json()
        clock.due_on, clock.due_at = longer.due_on, longer.due_at

    assert verified().difference.ticket_number == number
    assert "凭证为 12，重算为 10" in str(verified().difference)


def certificate_of_requester():
    with work() as session:
        query = select(Clock).where(Clock.kind == ClockKind.REQUESTER).order_by(Clock.id.desc())
        return session.exec(query).first().certificate


def test_an_altered_day_is_named_in_words():
    number = a_ticket(NOW)
    first, second, *rest = certificate_of_requester()["days"]

    falsify(number, days=[first, {**second, "reason": "改过"}, *rest])

    assert str(verified().difference).endswith(
        "凭证为 2026-11-24 第 1 日（计入，改过），重算为 2026-11-24 第 1 日（计入，工作日）"
    )


def test_a_day_left_out_is_named_too():
    number = a_ticket(NOW)

    falsify(number, days=certificate_of_requester()["days"][:-1])

    assert "凭证为 无，重算为 2026-12-07" in str(verified().difference)


def test_an_altered_wording_of_the_law_is_quoted():
    number = a_ticket(NOW)
    citation = certificate_of_requester()["citation"]

    falsify(number, citation={**citation, "words": "改过的条文"})

    assert "附件第113项的文字，凭证为“改过的条文”，重算为“" in str(verified().difference)


def test_a_calendar_version_nobody_published_is_found():
    number = a_ticket(NOW)

    falsify(number, calendar_version="CN-GX-2026.9+abcdef")

    assert "找不到版本为“CN-GX-2026.9+abcdef”" in str(verified().difference)
