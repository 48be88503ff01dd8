"""Many tickets at once (批量操作): listed first, done once, one mail a recipient."""

import pytest

from engine.actions import bulk
from engine.actions.adjusting import pause
from engine.actions.bulk import Bulk
from engine.actions.callbacks import supervise
from engine.actions.statutory import (
    claim_statutory_limit,
    decide_statutory_claim,
    staged_reply,
)
from engine.errors import BadInputError, NotPermittedError
from engine.models import OutboxMessage
from engine.rules.statutory import StatutoryClaim
from engine.store import bulk_acts
from engine.store.database import work
from engine.terms import BulkKind, ClockKind, ClockState, NoticeKind, TicketEvent
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    doing,
    on_ticket,
    status_of,
)
from tests.looking import breaches_of, clock_of, event_names, last_event, mails_of

pytestmark = pytest.mark.usefixtures("database")
THEN, NOW = "Mon 2026-11-02 09:00", "Tue 2026-11-24 10:00"


def act(*numbers, kind=BulkKind.REMIND, words="请抓紧办理", once="a-token", who=SUPERVISOR):
    what = Bulk(kind, numbers, words, once)
    return doing(NOW, who, lambda step: bulk.carry_out(step, what))


def mails(done):
    with work() as session:
        return bulk_acts.mails(session, done)


def test_a_preview_names_tickets_addressees_and_reasons_and_does_nothing():
    with_unit, alone = a_signed_ticket(THEN), a_ticket(THEN)

    found = doing(
        NOW, SUPERVISOR, lambda step: bulk.preview(step, BulkKind.REMIND, (with_unit, alone))
    )

    assert [one.ticket.number for one in found] == [with_unit, alone]
    assert found[0].addresses == (f"{MARKET}@demo.invalid", f"{MARKET}.leader@demo.invalid")
    assert (found[0].refusal, bool(found[1].refusal)) == ("", True)
    assert TicketEvent.REMIND.value not in event_names(with_unit)


def test_each_recipient_gets_one_mail_that_lists_its_tickets():
    first, second = a_signed_ticket(THEN), a_signed_ticket(THEN)
    third = a_signed_ticket(THEN, TAX)

    done = act(first, second, third)

    owed = {one.recipient: one for one in mails(done)}
    assert set(owed) == {f"{name}@demo.invalid" for name in
                         (MARKET, f"{MARKET}.leader", TAX, f"{TAX}.leader")}  # fmt: skip
    text = owed[f"{MARKET}@demo.invalid"].text
    assert (first in text, second in text, third in text) == (True, True, False)
    assert "主管意见：请抓紧办理" in text
    assert owed[f"{MARKET}@demo.invalid"].subject == "【催办】2件工单"
    assert mails_of(first, NoticeKind.REMINDER) == []
    assert all(last_event(one, TicketEvent.REMIND).reason == "请抓紧办理"
               for one in (first, second, third))  # fmt: skip


def test_sent_twice_it_is_done_once():
    number = a_signed_ticket(THEN)

    first, again = act(number), act(number)

    assert first.id == again.id
    assert event_names(number).count(TicketEvent.REMIND.value) == 1
    assert len(mails(first)) == 2


def test_one_that_refuses_leaves_the_others_as_they_are():
    good, bad = a_signed_ticket(THEN), a_ticket(THEN)

    done = act(bad, good, kind=BulkKind.SUPERVISE)

    assert {one["number"]: one["done"] for one in done.tickets} == {good: True, bad: False}
    assert next(one["reason"] for one in done.tickets if not one["done"])
    assert status_of(good) == "supervised"
    assert status_of(bad) == "accepted"
    assert [one.recipient for one in mails(done)] == [f"{MARKET}@demo.invalid"]


def test_notes_are_written_and_nobody_is_told():
    number = a_dispatched_ticket(THEN)

    done = act(number, kind=BulkKind.NOTE, words="专班已关注")

    assert last_event(number, TicketEvent.NOTE).reason == "专班已关注"
    assert mails(done) == []


def test_nothing_personal_is_mailed():
    number = a_signed_ticket(THEN, phone="13800001234", enterprise="演示企业丁")

    done = act(number, words="请回复 13800001234")

    for mail in mails(done):
        assert "13800001234" not in mail.text + mail.html + mail.subject
        assert "演示企业丁" not in mail.text + mail.html


def test_the_opinion_leaves_without_the_requesters_of_any_of_the_tickets():
    numbers = [a_signed_ticket(THEN, enterprise=one) for one in ("柳州鹅山制造", "柳州壶东贸易")]

    done = act(*numbers, words="请先办柳州壶东贸易的，再办柳州鹅山制造的")

    assert mails(done)
    for mail in mails(done):
        assert "主管意见：请先办该企业的，再办该企业的" in mail.text


def test_an_opinion_about_a_confidential_ticket_among_others_stays_inside():
    secret, other = a_signed_ticket(THEN, confidential=True), a_signed_ticket(THEN, TAX)

    done = act(secret, other, words="请抓紧核查线索")

    told = {one.recipient: one.text for one in mails(done)}
    assert "主管意见：登录后查看" in told[f"{MARKET}@demo.invalid"]
    assert "核查线索" not in told[f"{MARKET}@demo.invalid"]
    assert "主管意见：请抓紧核查线索" in told[f"{TAX}@demo.invalid"]


@pytest.mark.parametrize(
    ("numbers", "words", "field"),
    [((), "催", "numbers"), (("LZ1",), "  ", "words"), (("LZ1",) * 501, "催", "numbers")],
)
def test_what_is_missing_is_said(numbers, words, field):
    with pytest.raises(BadInputError) as error:
        act(*numbers, words=words)

    assert list(error.value.fields) == [field]


def test_only_a_supervisor_acts_in_bulk():
    with pytest.raises(NotPermittedError):
        act(a_signed_ticket(THEN), who=OPERATOR)


def test_a_recipient_of_two_units_gets_one_mail():
    from engine.store.tickets import unit_by_name

    first, second = a_signed_ticket(THEN), a_signed_ticket(THEN, TAX)
    with work() as session:
        for name in (MARKET, TAX):
            unit_by_name(session, name).leader_email = "district@demo.invalid"

    done = act(first, second)

    (mail,) = [one for one in mails(done) if one.recipient == "district@demo.invalid"]
    assert first in mail.text
    assert second in mail.text
    assert isinstance(mail, OutboxMessage)
    assert mail.unit_id is None


def test_a_ticket_that_waits_for_the_hotlines_call_is_left_out_and_keeps_its_clock():
    waiting, owed = a_ticket_to_call_back(THEN), a_signed_ticket(THEN)
    before = clock_of(waiting, ClockKind.CALLBACK)

    found = doing(NOW, SUPERVISOR, lambda step: bulk.preview(
        step, BulkKind.SUPERVISE, (waiting, owed)))  # fmt: skip
    done = act(waiting, owed, kind=BulkKind.SUPERVISE)

    assert ["待回访" in one.refusal for one in found] == [True, False]
    assert "热线回访已超期" in found[0].refusal
    assert {one["number"]: one["done"] for one in done.tickets} == {waiting: False, owed: True}
    assert status_of(waiting) == "callback_due"
    after = clock_of(waiting, ClockKind.CALLBACK)
    assert (after.id, after.state, after.due_at) == (before.id, ClockState.RUNNING, before.due_at)


@pytest.mark.parametrize("kind", [BulkKind.REMIND, BulkKind.SUPERVISE])
def test_whose_clocks_stand_still_is_not_urged_in_bulk(kind):
    number = a_signed_ticket(THEN)
    on_ticket(
        number, THEN, SUPERVISOR, lambda step, ticket: pause(step, ticket, "awaiting_requester")
    )

    done = act(number, kind=kind)

    assert "停表中" in done.tickets[0]["reason"]
    assert mails(done) == []


def test_the_hotlines_own_breach_stays_in_the_ledger_when_one_ticket_is_supervised():
    number = a_ticket_to_call_back(THEN)

    on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: supervise(step, ticket, "回访拖太久"))

    assert ClockKind.CALLBACK in {one.kind for one in breaches_of(number)}


def test_supervision_of_a_case_under_another_laws_limit_gives_no_shorter_one():
    number = a_signed_ticket(THEN)
    claim = StatutoryClaim("市场监督管理投诉举报处理暂行办法", "第二十一条", 45)
    on_ticket(number, THEN, MARKET, lambda step, ticket: claim_statutory_limit(step, ticket, claim))
    on_ticket(number, THEN, SUPERVISOR, lambda step, ticket: decide_statutory_claim(
        step, ticket, granted=True, reason=""))  # fmt: skip
    on_ticket(number, THEN, MARKET, lambda step, ticket: staged_reply(
        step, ticket, "已立案调查，预计明年一月办结。"))  # fmt: skip
    stopped = clock_of(number, ClockKind.HANDLING).id

    act(number, kind=BulkKind.SUPERVISE)

    assert status_of(number) == "supervised"
    assert clock_of(number, ClockKind.HANDLING).id == stopped
    assert clock_of(number, ClockKind.FOLLOW_UP).state is ClockState.RUNNING
