"""What a person typed as a reason leaves by mail without the requester in it."""

import pytest

from engine.actions import callbacks, overseeing
from engine.actions.dispatch import Dispatch, dispatch
from engine.errors import BadInputError
from engine.terms import NoticeKind, TicketEvent, TicketKind
from tests.builders import (
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    on_ticket,
)
from tests.looking import mails_of, unit_named

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
WHO = {"contact_name": "演示人", "enterprise": "龙城试验食品有限公司"}
SHORT = {"contact_name": "覃演示", "enterprise": "柳州市鹅山机械制造有限公司"}
TYPED = "请与龙城试验食品有限公司的演示人当面说明，致电13800001234"


def test_the_reason_of_a_supervision_goes_out_without_name_enterprise_and_number():
    number = a_signed_ticket(NOW, **WHO)

    on_ticket(number, NOW, SUPERVISOR, lambda s, t: callbacks.supervise(s, t, TYPED))

    mails = mails_of(number, NoticeKind.SUPERVISION)
    assert mails
    for one in mails:
        for telling in ("演示人", "龙城试验食品", "13800001234"):
            assert telling not in one.subject + one.text + one.html
        assert "请与该企业的诉求人当面说明" in one.text


def test_a_reason_typed_about_a_report_stays_inside():
    number = a_signed_ticket(NOW, kind=TicketKind.REPORT, **WHO)

    on_ticket(number, NOW, SUPERVISOR, lambda s, t: callbacks.supervise(s, t, "举报人某先生急需"))

    mails = mails_of(number, NoticeKind.SUPERVISION)
    assert mails
    for one in mails:
        assert "某先生" not in one.text + one.html
        assert "举报" not in one.subject + one.text + one.html
        assert "登录后查看" in one.text


def test_no_short_name_of_the_requester_goes_out_as_the_ground_of_a_dispatch():
    number = a_dispatched_ticket(NOW, **SHORT)
    tax = unit_named(TAX)

    with pytest.raises(BadInputError, match="改派理由里有诉求人企业名称“鹅山机械”") as refused:
        on_ticket(number, NOW, SUPERVISOR, lambda s, t: overseeing.redispatch(
            s, t, tax, (), "鹅山机械的税务问题"))  # fmt: skip
    assert list(refused.value.fields) == ["words"]

    order = Dispatch(tax, (), "鹅山机械覃先生的税务问题", event=TicketEvent.REDISPATCH)
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: dispatch(s, t, order))
    mail = mails_of(number, NoticeKind.ASSIGNMENT)[-1]
    assert "派单依据：该企业诉求人的税务问题" in mail.text
    assert "鹅山" not in mail.text + mail.html


def test_a_word_that_stands_where_nobody_is_named_is_no_name():
    number = a_signed_ticket(NOW, contact_name="本人", enterprise="个人")

    on_ticket(number, NOW, SUPERVISOR, lambda s, t: callbacks.supervise(s, t, "请向个人说明"))

    assert "请向个人说明" in mails_of(number, NoticeKind.SUPERVISION)[0].text
