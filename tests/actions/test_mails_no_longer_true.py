"""Mail about work a unit has no longer: taken back while it is held, told where it went out."""

import pytest
from sqlmodel import select

from engine.actions import bulk
from engine.actions.bulk import Bulk
from engine.actions.digests import fold_storms
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.overseeing import redispatch
from engine.actions.review import Ruling, rule_on_return
from engine.actions.unit_work import ReturnForm, request_return
from engine.models import OutboxMessage
from engine.rules.limit_names import OWN_NAMES
from engine.rules.time_limits import load_rules
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import BulkKind, ClockKind, LetterKind, MessageStatus, NoticeKind, ReturnReason
from tests.actions.letter_steps import approve, draft, proposed
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    doing,
    on_ticket,
)
from tests.looking import clocks_of, mails_of, send_mails, sweep, unit_named

pytestmark = pytest.mark.usefixtures("database")
NIGHT, MORNING, NOW = "Mon 2026-11-23 21:00", "Tue 2026-11-24 09:00", "Mon 2026-11-23 09:00"


def to(number, unit, kind):
    return [one for one in mails_of(number, kind) if one.unit_id == unit_named(unit).id]


def hand_on(number, now, unit=TAX):
    on_ticket(number, now, SUPERVISOR, lambda step, ticket: redispatch(
        step, ticket, store.unit_by_name(step.session, unit), (), "职责在该局"))  # fmt: skip


def test_an_assignment_held_over_night_does_not_reach_the_unit_it_was_taken_from():
    number = a_dispatched_ticket(NIGHT)
    (held,) = to(number, MARKET, NoticeKind.ASSIGNMENT)
    assert held.status is MessageStatus.PENDING

    hand_on(number, "Mon 2026-11-23 21:30")
    send_mails(MORNING)

    (held,) = to(number, MARKET, NoticeKind.ASSIGNMENT)
    assert (held.status, held.last_error) == (MessageStatus.SUPERSEDED, "工单已不在该单位")
    assert to(number, MARKET, NoticeKind.WITHDRAWN) == []
    assert [one.status for one in to(number, TAX, NoticeKind.ASSIGNMENT)] == [MessageStatus.SENT]


def test_a_unit_that_was_sent_the_assignment_is_told_that_it_went_elsewhere():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)

    hand_on(number, "Mon 2026-11-23 10:00")

    assert len(to(number, MARKET, NoticeKind.WITHDRAWN)) == 1


def a_ticket_with_two_units():
    number = a_ticket(NOW)

    def hand_over(step, ticket):
        lead, helper = (store.unit_by_name(step.session, one) for one in (MARKET, FINANCE))
        dispatch(step, ticket, Dispatch(lead, (helper,), "测试派单"))

    on_ticket(number, NOW, OPERATOR, hand_over)
    send_mails(NOW)
    return number


@pytest.mark.parametrize(("lead", "supports"), [("", ()), (TAX, ()), (TAX, (FINANCE,))])
def test_an_upheld_return_tells_the_assisting_unit_that_its_part_has_ended(lead, supports):
    number = a_ticket_with_two_units()
    form = ReturnForm(reason=ReturnReason.NOT_OUR_DUTY, explanation="不属本单位职责",
                      legal_basis="三定方案", suggested_unit=TAX)  # fmt: skip
    on_ticket(number, "Mon 2026-11-23 10:00", MARKET, lambda s, t: request_return(s, t, form))

    def uphold(step, ticket):
        units = {one: store.unit_by_name(step.session, one) for one in (lead, *supports) if one}
        helpers = tuple(units[one] for one in supports)
        rule_on_return(step, ticket, Ruling(True, "职责在其他单位", units.get(lead), helpers))

    on_ticket(number, "Mon 2026-11-23 11:00", SUPERVISOR, uphold)

    told = to(number, FINANCE, NoticeKind.WITHDRAWN)
    assert len(told) == (0 if supports else 1)
    assert all("主办单位退单已获准，你单位不必再办" in one.text for one in told)
    assert to(number, MARKET, NoticeKind.WITHDRAWN) == []


def test_the_reply_to_a_supervision_letter_has_a_limit_of_its_own_name():
    number = a_signed_ticket(NOW)
    sweep("Tue 2026-12-08 09:00")
    letter_id = proposed(number, "Tue 2026-12-08 09:00", kind=LetterKind.SUPERVISION)
    draft(letter_id, "Tue 2026-12-08 09:00")

    approve(letter_id, "Tue 2026-12-08 10:00")

    (clock,) = clocks_of(number, ClockKind.RECTIFICATION_REPLY)
    assert clock.limit_name == "督办函反馈时限"
    labels = {rule: load_rules().parameters[rule].label for rule in OWN_NAMES}
    assert labels == dict(OWN_NAMES)


ORDERS = ("红牌", "黄牌", "督办", "你单位", "催办", "责令", "务必", "限期")


def test_no_mail_to_a_body_that_is_only_asked_has_an_order_in_it_nor_a_digest():
    first, second = (a_signed_ticket(NOW, TAX) for _ in range(2))
    for now in ("Fri 2026-12-04 09:00", "Tue 2026-12-08 09:00", "Tue 2026-12-15 09:00"):
        sweep(now)
        doing(now, None, fold_storms)
        send_mails(now)
    doing("Tue 2026-12-15 09:30", SUPERVISOR, lambda step: bulk.carry_out(
        step, Bulk(BulkKind.REMIND, (first, second), "红牌催办后仍未办", "a-token")))  # fmt: skip
    letter_id = proposed(first, "Tue 2026-12-15 10:00", kind=LetterKind.SUPERVISION)
    draft(letter_id, "Tue 2026-12-15 10:00")
    approve(letter_id, "Tue 2026-12-15 11:00")
    sweep("Tue 2026-12-22 09:00")

    address = unit_named(TAX).email
    with work() as session:
        found = session.exec(select(OutboxMessage)).all()
        told = [one for one in found if one.recipient == address]
    assert {one.kind for one in told} >= {
        NoticeKind.ASSIGNMENT, NoticeKind.REMINDER, NoticeKind.DIGEST,
    }  # fmt: skip
    said = [(one.kind, "".join((one.subject, one.text, one.html))) for one in told]
    assert [(kind, word) for kind, words in said for word in ORDERS if word in words] == []
