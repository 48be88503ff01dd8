"""A ticket that went to another unit takes nobody's words along: told, read, copied."""

import re

import pytest

from engine.actions.overseeing import redispatch
from engine.models import Draft
from engine.store.database import work
from engine.store.tickets import unit_by_name
from engine.terms import TicketKind
from tests.actions.return_steps import rule, send_back
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import sweep, unit_named

EARLIER, NOW = "Tue 2026-11-24 09:00", "Tue 2026-11-24 10:00"
WORDS = "经查，企业所称的收费没有依据，已责令窗口当日退还，并向企业当面说明了情况。" * 4
GONE = "11-24 10:00 起已改由其他单位办理"


def give_to(number, unit=TAX, now=NOW):
    on_ticket(number, now, SUPERVISOR, lambda step, ticket: redispatch(
        step, ticket, unit_by_name(step.session, unit), (), "职责在该单位"))  # fmt: skip


@pytest.fixture
def moved(as_):
    """Return a ticket whose unit had half an answer when it was moved, and its desk."""
    number, unit = a_signed_ticket(EARLIER), as_(MARKET)
    unit.get(f"/tickets/{number}/answer")
    unit.post(f"/drafts/{number}-answer", outcome="partly_solved", text=WORDS, legal_basis="第三条")
    give_to(number)
    return number, unit


def test_the_open_page_of_a_unit_tells_that_the_ticket_went_elsewhere(moved):
    number, unit = moved

    news = unit.get(f"/tickets/{number}/news?seen=3")

    assert news.status_code == 200
    assert f"工单 {number} {GONE}" in news.text
    assert "税务" not in news.text


def test_the_whole_text_of_what_was_begun_can_be_read_and_copied(moved):
    _, unit = moved

    page = unit.get("/drafts").text

    whole = re.search(r"<details open>.*?<pre>(.*?)</pre>.*?data-copy", page, re.DOTALL)[1]
    assert WORDS in whole
    assert "第三条" in whole
    assert "partly_solved" not in page
    assert GONE in page
    assert "接着写" not in page


def test_the_page_of_a_ticket_one_had_says_that_it_went_elsewhere(moved):
    number, unit = moved

    answer = unit.get(f"/tickets/{number}/answer")
    sent = unit.post(f"/tickets/{number}/answer", outcome="solved", text=WORDS)

    for page in (answer, sent):
        assert page.status_code == 404
        assert GONE in page.text
        assert "税务" not in page.text
        assert 'href="/drafts"' in page.text
    assert WORDS in sent.text


def test_a_unit_that_never_had_the_ticket_learns_nothing(as_, moved):
    number, _ = moved

    for path in (f"/tickets/{number}", f"/tickets/{number}/news"):
        answer = as_(FINANCE).get(path)
        assert answer.status_code == 404
        assert "改由" not in answer.text


def test_a_unit_that_a_report_is_about_is_told_nothing(as_, database):
    number = a_signed_ticket(EARLIER, kind=TicketKind.REPORT)
    with work() as session:
        session.connection().exec_driver_sql(
            "UPDATE ticket SET accused_unit_id = lead_unit_id WHERE number = %s", (number,)
        )
    give_to(number)

    answer = as_(MARKET).get(f"/tickets/{number}")

    assert answer.status_code == 404
    assert "改由" not in answer.text


def begun(who, count):
    with work() as session:
        account = (
            session.connection()
            .exec_driver_sql("SELECT id FROM account WHERE username = %s", (who,))
            .scalar_one()
        )
        for place in range(count):
            session.add(Draft(
                account_id=account, form_id=f"call-{place}", updated_at=moment(EARLIER),
                fields={"content": [f"第{place}件诉求"], "kind": ["complaint"]},
            ))  # fmt: skip


def test_every_draft_can_be_reached_page_by_page(as_):
    desk = as_(OPERATOR)
    begun(OPERATOR, 45)
    found, address = set(), "/drafts"

    while address:
        page = desk.get(address).text
        found |= set(re.findall(r"第(\d+)件诉求", page))
        more = re.search(r'href="\?after=(\d+)">下一页', page)
        address = f"/drafts?after={more[1]}" if more else ""

    assert len(found) == 45
    assert "等 45 份" in desk.get("/tickets/new").text


def test_in_english_the_drafts_are_named_in_english(as_):
    desk = as_(OPERATOR)
    begun(OPERATOR, 1)

    page = desk.get("/drafts?lang=en").text

    assert "登记工单" not in page


def test_the_form_after_an_upheld_return_leaves_the_returner_out_and_says_whom_it_suggested(as_):
    number = a_signed_ticket("Mon 2026-11-23 09:00")
    send_back(number)
    rule(number, EARLIER, upheld=True)
    name, desk = unit_named(MARKET).name, as_(OPERATOR)

    page, listed = desk.get(f"/tickets/{number}/dispatch").text, desk.get("/desk").text
    refused = desk.submit(f"/tickets/{number}/dispatch", lead_other=name)

    assert f'name="lead" value="{name}"' not in page + listed
    assert "退单已获准，不能再派给它" in page
    assert f"建议：{unit_named(TAX).name}" in page
    assert f"{name}退单已获准，建议：{unit_named(TAX).name}" in listed
    assert refused.status_code >= 400
    assert status_of(number) == "to_be_dispatched"


def test_moving_to_the_same_unit_is_refused_and_other_supports_are_said(as_):
    number, desk = a_signed_ticket(EARLIER), as_(SUPERVISOR)
    name, helper = unit_named(MARKET).name, unit_named(TAX).name
    address = f"/tickets/{number}/redispatch"

    form = desk.get(address).text
    refused = desk.submit(address, lead_other=name, reason="催一催")
    done = desk.submit(address, lead_other=name, supports=helper, reason="须税务配合")

    assert f'name="lead" value="{name}"' not in form
    assert f"{name}已是主办单位" in refused.text
    assert f"主办单位和时限不变，加派协办：{helper}。须税务配合" in done.text


def test_a_clock_that_an_older_version_stopped_says_so_in_words(as_):
    number = a_signed_ticket("Mon 2026-11-02 09:00")
    sweep("Mon 2026-11-23 09:00")
    give_to(number)
    with work() as session:
        session.connection().exec_driver_sql(
            "UPDATE clock SET stop_reason = 'redispatch' WHERE stop_reason = '改派'"
        )
    desk = as_(SUPERVISOR)

    pages = [
        desk.get(path).text
        for path in (f"/tickets/{number}", "/supervise/breaches", "/supervise/export/breaches.csv")
    ]

    assert "逾期 · 改派" in pages[0]
    assert "改派" in pages[2]
    assert not any("redispatch，" in one or ",redispatch," in one for one in pages)


def test_no_code_stands_for_an_hour_on_the_pages_of_the_rules(as_):
    assert "end_of_day" not in as_(SUPERVISOR).get("/rules").text
