"""The page of the system's state speaks of its jobs in words."""

import re
from datetime import timedelta

from sqlmodel import update

from api.pages import health_words
from engine.actions.background import beat
from engine.errors import RefusedSenderError
from engine.models import OutboxMessage, ReferenceData
from engine.scheduler import JOBS
from engine.store.database import work
from tests.builders import a_mail_tried_since, moment
from tests.pages.conftest import NOW


def test_every_job_has_a_name_in_words():
    assert {one.name for one in JOBS} == set(health_words.JOBS)


def test_jobs_and_their_last_runs_are_told_in_words(as_):
    plain = {"mode": "plain", "found": 1, "counts": {"alarms": 1}, "truncated": False}
    beat("alarm", moment(NOW), True, plain)
    beat("route", moment(NOW), True, {"mode": "idle"})

    page = as_("guanli").get("/admin").text

    assert "日历提醒" in page
    assert "处理 1 项" in page
    assert "没有待办的事" in page
    assert not [raw for raw in ("alarm", "mode ", "alarms", "truncated", "idle") if raw in page]


def test_a_long_version_can_be_broken_on_a_narrow_screen(as_):
    with work() as session:
        session.add(ReferenceData(name="personal-keys", version="0123456789abcdef" * 2, rows=1,
                                  loaded_at=moment(NOW)))  # fmt: skip

    page = as_("guanli").get("/admin").text

    assert "个人信息密钥" in page
    assert "01234567<wbr>89abcdef<wbr>" in page


def marked(page):
    """Return what the page marks red of mail: the alarm above, the queue, the job, the part."""
    places = (r'role="alert"><p>有信发不出去，最久的已等 (\d+) 分钟',
              r'class="bad"><b>1</b>待发邮件()', r"发送邮件</td>.*?■ 发不出去()(?=.*邮件</dt>)",
              r"邮件</dt><dd><span class=\"tag bad\">■ 发不出去()")  # fmt: skip
    return [found[1] if (found := re.search(one, page, re.S)) else None for one in places]


def test_mail_that_does_not_leave_is_marked_by_the_same_rule_as_in_the_check(as_):
    beat("send", moment(NOW), True, {"mode": "idle"})
    a_mail_tried_since(moment(NOW) - timedelta(minutes=46))

    page = as_("guanli").get("/admin").text

    assert marked(page) == ["46", "", "", ""]
    assert "没有待办的事" not in page


def test_mail_that_waits_no_longer_than_a_quarter_of_an_hour_is_not(as_):
    beat("send", moment(NOW), True, {"mode": "idle"})
    a_mail_tried_since(moment(NOW) - timedelta(minutes=15))

    page = as_("guanli").get("/admin").text

    assert marked(page) == [None, None, None, None]
    assert "没有待办的事" in page


def test_a_mail_server_that_takes_nothing_from_us_is_an_alarm_at_once(as_):
    a_mail_tried_since(moment(NOW) - timedelta(minutes=46))
    with work() as session:
        refused = str(RefusedSenderError("535 5.7.8 bad", whoever=True))
        session.exec(update(OutboxMessage).values(last_error=refused))

    page = as_("guanli").get("/admin").text

    assert "邮件服务器拒绝本系统发信（535 5.7.8 bad），请管理员核对发信设置" in page
    assert "请查 HOTLINE_SMTP_URL 的账号、口令和 HOTLINE_MAIL_FROM。" in page
