"""The pages say why the mails of a letter wait, and which missed limit was excused."""

import re

import pytest
from sqlalchemy import text

from engine.store.database import work
from engine.terms import ClockKind
from tests.actions.test_excused_letters import excuse, overdue
from tests.actions.test_findings import decide, judge
from tests.actions.test_recalled_letters import NOON, sent_at_night
from tests.builders import SUPERVISOR, a_signed_ticket
from tests.looking import breaches_of, sweep
from tests.pages.test_recalled_letter_page import LINK, shown

pytestmark = pytest.mark.usefixtures("database", "var")
QUIET, TRIED = "静默时段里发出的函", "邮件服务器暂时没有收下，系统还会再试"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("attempts = 1, last_error = '450 busy'", TRIED),
        ("status = 'undelivered', attempts = 1, last_error = '550'", "邮件没有送达，还没有人收到"),
        ("next_attempt_at = created_at", "邮件正在排队，马上送出"),
        ("next_attempt_at = '2026-11-25 01:00Z'", QUIET),
    ],
)  # fmt: skip
def test_the_page_says_why_the_mails_of_a_sent_letter_have_not_left(as_, how, said):
    letter_id, _ = sent_at_night()
    with work() as session:
        session.exec(text(f"UPDATE outbox_message SET {how} WHERE letter_id = {letter_id}"))

    page = shown(as_, letter_id)

    assert LINK in page
    assert said in page
    assert (QUIET in page) == (said == QUIET)


def test_the_limits_of_a_ticket_say_which_breach_was_excused(as_):
    number = overdue()
    before = as_(SUPERVISOR).get(f"/tickets/{number}").text
    excuse(number, NOON)

    page = as_(SUPERVISOR).get(f"/tickets/{number}").text

    limits = page.partition("<h2>各项时限</h2>")[2].partition("</section>")[0]
    assert '<span class="hint nw">已认定免责</span>' not in before
    assert limits.count('<span class="hint nw">已认定免责</span>') == 1


def test_the_head_of_a_ticket_says_so_beside_the_red_mark(as_):
    number = a_signed_ticket("Thu 2026-11-19 09:00")
    sweep("Mon 2026-11-23 09:00")
    before = head(as_, number)
    excused(number, ClockKind.FIRST_CONTACT)

    after = head(as_, number)

    red = '<span class="tag bad"><span aria-hidden="true">■</span> 首联超'
    assert red in before
    assert "免责" not in before
    assert red in after
    assert re.search('首联超[^<]*</span> <span class="hint nw">已认定免责</span>', after)
    assert after.count("免责") == 1


def test_the_head_names_an_excused_limit_that_it_does_not_mark(as_):
    number = overdue()
    before = head(as_, number)
    excused(number, ClockKind.HANDLING)

    after = head(as_, number)

    assert "办结超 6 个工作日" in before
    assert "免责" not in before
    assert "handling missed, excused" in head(as_, number, "?lang=en")
    assert '<span class="hint nw">承办时限的超期已认定免责</span>' in after


def excused(number, kind):
    breach = next(one for one in breaches_of(number) if one.kind is kind)
    decide(judge(breach.id, now=NOON), now=NOON)


def head(as_, number, more=""):
    page = as_(SUPERVISOR).get(f"/tickets/{number}{more}").text
    return page.partition("<h1>")[2].partition("</h1>")[0]
