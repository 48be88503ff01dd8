"""The district changes its rules (规则修改): two people, from a day on, provable for ever."""

import pytest

from engine.actions import rule_changes, rules_in_force
from engine.actions.rule_changes import NewValue
from engine.actions.rule_impact import impact_of_value
from engine.actions.verify import verify
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.rules.district import DistrictValue
from engine.store.database import connect, work
from engine.terms import ClockKind, RuleChangeState
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_dispatched_ticket,
    a_step,
    day,
    doing,
)
from tests.looking import clock_of

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
THURSDAY, FRIDAY = day("Thu 2026-11-26"), day("Fri 2026-11-27")
ADMINISTRATOR = "guanli"


def in_force():
    with work() as session:
        return rules_in_force.rules_in_force(session)


def proposed(text="2", who=SUPERVISOR, now=NOW, **changes):
    new = NewValue(**{"key": "sign_for.limit", "text": text, "since": THURSDAY, "reason": "试行",
                      **changes})  # fmt: skip
    return doing(now, who, lambda step: rule_changes.propose_value(fresh(step), new).id)


def fresh(step):
    return rule_changes.held(step)


def approved(who=SECOND_SUPERVISOR, now=NOW, **changes):
    number = proposed(**changes)
    doing(now, who, lambda step: rule_changes.approve(step, number))
    return number


def test_a_proposal_changes_nothing_until_a_second_person_approves_it():
    number = proposed()
    before = in_force().parameters["sign_for.limit"].on(THURSDAY).value

    doing(NOW, SECOND_SUPERVISOR, lambda step: rule_changes.approve(step, number))

    parameter = in_force().parameters["sign_for.limit"]
    assert (before, parameter.on(THURSDAY).value) == (1, 2)
    assert parameter.on(day("Wed 2026-11-25")).value == 1


def test_nobody_approves_what_is_their_own():
    number = proposed()

    with pytest.raises(NotPermittedError, match="另一位主管"):
        doing(NOW, SUPERVISOR, lambda step: rule_changes.approve(step, number))


def test_an_administrator_proposes_and_a_supervisor_approves():
    number = proposed(who=ADMINISTRATOR)

    with pytest.raises(NotPermittedError):
        doing(NOW, ADMINISTRATOR, lambda step: rule_changes.approve(step, number))
    with pytest.raises(NotPermittedError):
        proposed(who=OPERATOR, key="callback.attempts")
    doing(NOW, SUPERVISOR, lambda step: rule_changes.approve(step, number))

    assert in_force().parameters["sign_for.limit"].on(FRIDAY).value == 2


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"text": "0"}, "value", "应为1 至 9999"),
        ({"text": "1"}, "value", "相同"),
        (
            {"key": "documents.number_format", "text": "{organ}〔{year}〕号"},
            "value",
            "“{number}”没有写",
        ),
        ({"since": day("Mon 2026-11-23")}, "since", "2026-11-24"),
        ({"since": None}, "since", "请写生效日期"),
        ({"since": day("Fri 2032-11-26")}, "since", "之间"),
        ({"reason": " "}, "reason", "理由"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said_beside_its_field(changes, field, said):
    with pytest.raises(BadInputError) as error:
        proposed(**changes)

    assert list(error.value.fields) == [field]
    assert said in error.value.fields[field]


def test_the_laws_own_values_are_refused():
    with pytest.raises(ConflictError, match="文件规定"):
        proposed(key="answer_limit.complaint", text="12")


def test_two_changes_of_one_thing_do_not_wait_beside_each_other_nor_share_a_day():
    number = proposed()

    with pytest.raises(ConflictError, match=f"第{number}号"):
        proposed(text="3")
    doing(NOW, SECOND_SUPERVISOR, lambda step: rule_changes.approve(step, number))
    with pytest.raises(BadInputError, match="已有一版"):
        proposed(text="3")


def test_approving_twice_is_refused_and_a_day_that_came_meanwhile_as_well():
    number = approved()
    late = proposed(text="3", since=FRIDAY)

    with pytest.raises(ConflictError, match="已批准"):
        doing(NOW, SECOND_SUPERVISOR, lambda step: rule_changes.approve(step, number))
    with pytest.raises(ConflictError, match="生效日期应在"):
        doing("Fri 2026-11-27 09:00", SECOND_SUPERVISOR,
              lambda step: rule_changes.approve(step, late))  # fmt: skip


def test_a_refused_change_stays_on_record_with_its_reason():
    number = proposed()

    with pytest.raises(BadInputError):
        doing(NOW, SECOND_SUPERVISOR, lambda step: rule_changes.refuse(step, number, " "))
    doing(NOW, SECOND_SUPERVISOR, lambda step: rule_changes.refuse(step, number, "太松"))

    with work() as session:
        change = rule_changes.store.change(session, number)
        assert (change.state, change.decision_reason) == (RuleChangeState.REFUSED, "太松")
    assert in_force().parameters["sign_for.limit"].on(FRIDAY).value == 1


def test_an_approved_change_is_taken_back_only_before_its_day():
    number = approved()

    with pytest.raises(ConflictError, match="不能撤回"):
        doing("Thu 2026-11-26 09:00", SUPERVISOR,
              lambda step: rule_changes.withdraw(step, number, "不改了"))  # fmt: skip
    doing(NOW, SUPERVISOR, lambda step: rule_changes.withdraw(step, number, "不改了"))

    assert in_force().parameters["sign_for.limit"].on(FRIDAY).value == 1


def test_another_process_counts_by_it_at_once(database):
    elsewhere = connect(database.url, pool_size=1)
    with elsewhere.work() as session:
        before = rules_in_force.rules_in_force(session)

    approved()

    with elsewhere.work() as session:
        after = rules_in_force.rules_in_force(session)
    elsewhere.dispose()
    assert before.parameters["sign_for.limit"].on(FRIDAY).value == 1
    assert after.parameters["sign_for.limit"].on(FRIDAY).value == 2


def test_tickets_keep_the_rules_of_their_day_and_every_certificate_holds():
    old = a_dispatched_ticket("Mon 2026-11-23 10:00")
    approved()
    between = a_ticket_by_rules("Wed 2026-11-25 10:00")
    new = a_ticket_by_rules("Thu 2026-11-26 10:00")

    due = [clock_of(one, ClockKind.SIGN_FOR).due_on for one in (old, between, new)]

    assert due == [day("Tue 2026-11-24"), THURSDAY, day("Mon 2026-11-30")]
    rules_in_force._known.clear()
    with work() as session:
        found = verify(session, rules_in_force.rules_in_force(session))
    assert found.difference is None
    assert found.count >= 9


def a_ticket_by_rules(now):
    """Take a ticket in and hand it over by the rules in force then."""
    from dataclasses import replace

    from engine.actions.dispatch import Dispatch, dispatch
    from engine.actions.intake import accept_ticket
    from engine.store import tickets
    from tests.builders import MARKET, a_new_ticket

    with work() as session:
        step = replace(a_step(session, now, OPERATOR), rules=rules_in_force.rules_in_force(session))
        ticket = accept_ticket(step, a_new_ticket())
        dispatch(step, ticket, Dispatch(tickets.unit_by_name(session, MARKET), (), "测试派单"))
        return ticket.number


def test_the_preview_counts_tickets_whose_dates_would_differ_and_moves_none():
    first, second = a_dispatched_ticket(NOW), a_dispatched_ticket(NOW)
    value = DistrictValue(0, "sign_for.limit", THURSDAY, 3, "试行")

    impact = doing(NOW, None, lambda step: impact_of_value(step, value))

    assert (impact.in_hand, impact.tickets, impact.complete) == (2, 2, True)
    assert {one.number for one in impact.shown} == {first, second}
    assert {one.kind for one in impact.shown} == {ClockKind.SIGN_FOR}
    assert clock_of(first, ClockKind.SIGN_FOR).due_on == day("Tue 2026-11-24")


def test_a_setting_that_is_no_limit_moves_no_date():
    a_dispatched_ticket(NOW)
    value = DistrictValue(0, "callback.attempts", THURSDAY, 5, "试行")

    assert doing(NOW, None, lambda step: impact_of_value(step, value)).tickets == 0
