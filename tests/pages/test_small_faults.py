"""Accounts, the audit page, words and numbers: small things people stumble over."""

import pytest
from freezegun import freeze_time
from sqlmodel import col, select

from engine.actions import bulk
from engine.actions.intake_checks import PHONE, normal_phone
from engine.documents.personal_words import without_personal_numbers
from engine.models import Account
from engine.store.database import work
from engine.terms import BulkKind, TicketEvent
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_signed_ticket,
    doing,
    moment,
)
from tests.looking import event_names, requester_of
from tests.pages.conftest import Browser
from tests.pages.test_taking_back import NUMBER, logged

EARLIER = "Tue 2026-11-24 09:00"
ANSWER = {"outcome": "solved", "text": "已按规定办结，材料齐全，当面交付企业。", "sure": "1"}


def make_account(desk, username, email=""):
    desk.get("/admin/accounts")
    return desk.post(
        "/admin/accounts/add", username=username, name="演示新人", role="operator", email=email
    )


@pytest.mark.parametrize("taken", ["HUAWU", "Huawu", "ｈｕａｗｕ"])
def test_no_second_account_differs_in_case_or_width_alone(as_, taken):
    refused = make_account(as_("guanli"), taken)

    assert refused.status_code == 409
    assert "已存在（不分大小写）" in refused.text


@pytest.mark.parametrize("typed", ["HUAWU", "Huawu", "ｈｕａｗｕ", " huawu "])
def test_signing_in_does_not_ask_for_the_case(browser, typed):
    assert browser.sign_in(typed).url.path == "/desk"


def test_accounts_from_before_that_differ_in_case_each_sign_in_by_their_own_spelling(browser):
    with work() as session:
        old = session.exec(select(Account).where(Account.username == MARKET)).one()
        old.username = "HUAWU"

    assert browser.sign_in("huawu").url.path == "/desk"
    assert Browser().sign_in("HUAWU").url.path == "/unit"
    assert "账号或密码不对" in Browser().sign_in("Huawu").text


def test_what_is_no_address_is_no_address_of_an_account(as_):
    refused = make_account(as_("guanli"), "xinren", "not-mail")

    assert refused.status_code == 422
    assert "这不像邮箱地址" in refused.text
    with work() as session:
        assert session.exec(select(Account).where(col(Account.username) == "xinren")).all() == []


@pytest.mark.parametrize("query", ["since=2026-13-45", "since=2026-11-25&until=2026-11-01"])
def test_the_audit_page_refuses_days_that_are_none_or_the_wrong_way_round(as_, query):
    answer = as_("zhidu").get(f"/audit?{query}")

    assert answer.status_code == 422
    assert "登录" not in answer.text.split("<table")[-1]


def test_the_audit_page_says_why_a_number_was_looked_at_and_whose_password_was_wrong(as_):
    number = a_signed_ticket(EARLIER)
    Browser().sign_in(OPERATOR, password="not this one")
    desk = as_(OPERATOR)
    desk.get(f"/tickets/{number}")
    desk.post(f"/tickets/{number}/unmask", reason="回访核对")

    auditor = as_("zhidu")
    assert "查看号码：回访核对" in auditor.get("/audit?action=unmask").text
    assert "（huawu）" in auditor.get("/audit?log=changes&action=wrong_password").text


def test_an_answer_without_the_tick_names_the_tick(as_):
    number = a_signed_ticket(EARLIER)

    refused = as_(MARKET).submit(f"/tickets/{number}/answer", **ANSWER)

    assert refused.status_code == 422
    assert 'href="#contacted"' in refused.text
    assert "勾选“已联系过诉求人”" in refused.text


def test_a_key_without_scopes_is_refused_in_the_forms_own_words(as_):
    desk = as_("guanli")
    desk.get("/admin/keys")

    refused = desk.post("/admin/keys/add", name="热线系统")

    assert "请至少选一项权限。" in refused.text
    assert "权限：tickets" not in refused.text


def test_the_extension_form_says_how_early_it_must_be_asked(as_):
    page = as_(MARKET).get(f"/tickets/{a_signed_ticket(EARLIER)}/extend").text

    assert "须在到期前至少 1 个工作日提出" in page


def test_a_form_without_fields_promises_no_draft(as_):
    number = a_signed_ticket(EARLIER)

    assert "自动存草稿" in as_(OPERATOR).get(f"/tickets/{number}/note").text
    assert "自动存草稿" not in as_(OPERATOR).get(f"/tickets/{number}/approve").text


def test_the_mails_of_a_bulk_act_are_called_what_they_are(as_):
    number = a_signed_ticket(EARLIER)
    act = bulk.Bulk(BulkKind.SUPERVISE, (number,), "请抓紧办理。", "once-1")
    doing(EARLIER, SUPERVISOR, lambda step: bulk.carry_out(step, act))

    page = as_("guanli").get("/admin/outbox").text

    assert "批量督办" in page
    assert "每日摘要" not in page


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0772-2825512转801", "07722825512-801"),
        ("0772-2825512 分机 801", "07722825512-801"),
        ("0772-2825512-801", "07722825512-801"),
        ("00852-2000 0000", "0085220000000"),
        ("+852 20000000", "0085220000000"),
        ("00853-20000000", "0085320000000"),
        ("+886-2-2000-0000", "00886220000000"),
        ("+86 13800001234", "13800001234"),
    ],
)
def test_numbers_with_an_extension_and_of_hong_kong_macao_and_taiwan_are_taken(typed, kept):
    assert normal_phone(typed) == kept
    assert PHONE.fullmatch(kept)


@pytest.mark.parametrize("typed", ["0085212", "00852123456789", "0772-2825512转"])
def test_what_is_no_such_number_is_still_refused(typed):
    assert not PHONE.fullmatch(normal_phone(typed))


def test_a_number_of_hong_kong_is_sealed_masked_and_found(as_):
    desk = as_(OPERATOR)
    logged(desk, phone="+852 2000-0000")

    assert requester_of(NUMBER).phone == "0085220000000"
    assert b"20000000" not in requester_of(NUMBER).phone_sealed
    page = desk.get(f"/tickets/{NUMBER}").text
    assert "008****0000" in page
    assert "20000000" not in page
    for typed in ("00852-20000000", "+852 20000000".replace(" ", "-"), "20000000"):
        desk.get("/desk")
        assert NUMBER in desk.post("/search", q=typed).text
    assert "2000" not in without_personal_numbers("请回电 +852 2000 0000，急")


def test_a_note_sent_again_after_going_back_is_written_once(as_):
    number = a_signed_ticket(EARLIER)
    desk = as_(OPERATOR)
    desk.submit(f"/tickets/{number}/note", words="企业来电询问进度")

    again = desk.submit(f"/tickets/{number}/note", words="企业来电询问进度")

    assert again.status_code == 409
    assert "同样的话您在" in again.text
    assert event_names(number).count(TicketEvent.NOTE.value) == 1


def test_the_same_words_on_another_hour_are_another_note(as_):
    number = a_signed_ticket(EARLIER)
    desk = as_(OPERATOR)
    desk.submit(f"/tickets/{number}/remind", words="请抓紧办理")

    with freeze_time(moment("Tue 2026-11-24 15:00")):
        desk.submit(f"/tickets/{number}/remind", words="请抓紧办理")

    assert event_names(number).count(TicketEvent.REMIND.value) == 2
