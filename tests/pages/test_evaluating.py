"""The public page of an evaluation link: three questions, once, nothing told of anybody."""

import pytest
from freezegun import freeze_time

from api.pages import evaluate
from engine.actions.evaluations import issue_evaluation_link
from tests.builders import OPERATOR, a_ticket_to_call_back, moment, on_ticket, status_of
from tests.pages.conftest import Browser

NOW = "Mon 2026-11-23 09:00"
GOOD = {"contacted": "yes", "solved": "solved", "satisfaction": "satisfied"}


@pytest.fixture(autouse=True)
def rested():
    evaluate._looks.clear()


@pytest.fixture
def number(database):
    return a_ticket_to_call_back(NOW)


@pytest.fixture
def path(number):
    return f"/evaluate/{on_ticket(number, NOW, OPERATOR, issue_evaluation_link).secret}"


def answer(browser, path, **fields):
    return browser.post(path, fields, origin=None)


def test_the_page_asks_three_questions_and_tells_nothing_of_anybody(browser, number, path):
    page = browser.get(path)

    assert page.status_code == 200
    for name in ("contacted", "solved", "satisfaction"):
        assert f'name="{name}"' in page.text
    for secret in (number, "演示企业甲", "0772", "市场监管局", "营业执照"):
        assert secret not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert status_of(number) == "callback_due"


def test_a_satisfied_answer_is_taken_without_signing_in(browser, path):
    told = answer(browser, path, **GOOD, words="办得很快")

    assert told.status_code == 200
    assert "评价已收到，谢谢" in told.text


def test_looking_or_answering_again_is_told_politely(browser, path):
    answer(browser, path, **GOOD)

    for again in (browser.get(path), answer(browser, path, **GOOD)):
        assert again.status_code == 409
        assert "您已经评价过了，谢谢" in again.text


def test_an_expired_or_unknown_link_is_a_polite_page(browser, path):
    with freeze_time(moment("Mon 2026-11-30 09:00")):
        late = [browser.get(path), answer(browser, path, **GOOD)]
    unknown = [browser.get("/evaluate/none"), answer(browser, "/evaluate/none", **GOOD),
               browser.get("/evaluate/%00")]  # fmt: skip

    assert all("请拨打 12345" in one.text for one in late)
    assert all("评价链接无效" in one.text for one in unknown)
    assert {one.status_code for one in (*late, *unknown)} <= {404, 409, 410}


def test_a_question_left_out_is_named_and_the_rest_kept(browser, path):
    page = answer(browser, path, contacted="no", solved="not_solved", words="没有人来过")

    assert page.status_code == 422
    assert 'id="satisfaction-e"' in page.text
    assert "没有人来过" in page.text
    assert 'value="not_solved" checked' in page.text
    assert answer(browser, path).status_code == 422


def test_an_address_that_hammers_the_page_must_wait_a_minute(browser, path):
    codes = [browser.get(path).status_code for _ in range(evaluate.MOST + 1)]

    assert codes[-2:] == [200, 429]
    with freeze_time(moment("Tue 2026-11-24 10:02")):
        assert Browser().get(path).status_code == 200


def test_every_question_left_out_is_counted_and_named(browser, path):
    page = answer(browser, path, words="").text

    assert "还差 3 处没填好" in page
    for name in ("contacted", "solved", "satisfaction"):
        assert f'href="#{name}"' in page


def test_in_english_one_field_is_one_field(browser, path):
    browser.get(f"{path}?lang=en")

    page = answer(browser, path, contacted="yes", solved="solved").text

    assert "1 field still to be filled in" in page
