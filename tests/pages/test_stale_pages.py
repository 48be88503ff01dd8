"""A page that was left open: nothing is done twice from it, nothing typed in it is lost."""

from datetime import timedelta

import pytest
from freezegun import freeze_time
from sqlmodel import select

from engine.models import Breach, Draft, Finding
from engine.store.database import work
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    moment,
)
from tests.pages.conftest import NOW
from tests.pages.test_letter_seen import drawn_anew
from tests.pages.test_letters_and_supervision import LONG_AGO, draft, letter, letter_id, sweep

__all__ = ["letter_id"]
WORDS = "窗口说系统坏了，让我们下周再来"
CALL = {"content": WORDS, "phone": "0772-0000000", "place": "三楼", "form_id": "call-1"}


def findings():
    with work() as session:
        return [one.kind.value for one in session.exec(select(Finding).order_by(Finding.id))]


def late(desk, path, fields):
    """Send a form from a page whose session has ended since."""
    with freeze_time(moment(NOW) + timedelta(hours=13)):
        return desk.post(path, fields)


def test_after_the_session_ended_no_draft_is_promised_that_is_not_there(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    refused = late(desk, "/tickets/new", CALL)
    with freeze_time(moment(NOW) + timedelta(hours=13)):
        sign_in = desk.get("/login?next=/tickets/new").text

    with work() as session:
        assert session.exec(select(Draft)).all() == []
    for page in (refused.text, sign_in):
        assert "已存草稿" not in page
        assert "不会丢" not in page
    assert "没有存草稿" in refused.text


def test_signed_in_again_the_form_goes_on_from_the_page_that_refused(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    refused = late(desk, "/tickets/new", CALL)
    kept = {name: desk.hidden(name) for name in CALL}
    assert 'action="/tickets/new"' in refused.text

    assert desk.sign_in(OPERATOR).status_code == 200
    again = desk.post("/tickets/new", kept, csrf="")

    assert kept == CALL
    assert again.status_code == 403
    assert "您填的内容还在，请再提交一次" in again.text
    assert WORDS in again.text
    assert 'value="三楼"' in again.text


def test_no_password_is_shown_when_the_session_ended_under_it(as_):
    desk = as_(OPERATOR)
    desk.get("/password")

    page = late(desk, "/password", {"old": "old secret words", "new": "new secret words"})

    assert page.status_code == 401
    assert "secret words" not in page.text


@pytest.fixture
def breach_id(database) -> int:
    a_signed_ticket(LONG_AGO)
    sweep()
    with work() as session:
        return session.exec(select(Breach.id)).first()


@pytest.mark.parametrize("first", ["confirmed", "excused"])
def test_a_breach_judged_meanwhile_is_not_judged_again_from_an_old_page(as_, breach_id, first):
    path = f"/supervise/breaches/{breach_id}"
    one, other = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    one.get(path)
    other.get(path)
    one.post(path, judgement=first, reason="系统停机一日", evidence="机房记录第三号")

    typed = {"judgement": "excused", "reason": "另一个理由", "evidence": "另一份证据"}
    stale = other.post(path, typed)

    assert stale.status_code == 409
    assert "这条超期的认定变了，没有再记一次" in stale.text
    for words in ("另一个理由", "另一份证据", "系统停机一日"):
        assert words in stale.text
    assert findings() == [first]


def test_a_judgement_from_a_page_that_shows_the_first_is_taken(as_, breach_id):
    path = f"/supervise/breaches/{breach_id}"
    one, other = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    one.get(path)
    one.post(path, judgement="confirmed", reason="逾期属实")
    other.get(path)

    other.post(path, judgement="excused", reason="系统停机", evidence="机房记录第三号")

    assert findings() == ["confirmed", "excused"]


@pytest.mark.parametrize("what", ["reject", "drop", "refer"])
def test_a_letter_drafted_anew_is_not_turned_down_from_an_old_page(as_, letter_id, what):
    drafter, reader = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    draft(drafter, letter_id)
    reader.get(f"/letters/{letter_id}")
    old = reader.hidden("seen")
    drawn_anew(drafter, letter_id)

    stale = reader.post(f"/letters/{letter_id}/{what}", opinion="写得不对", seen=old)

    assert stale.status_code == 409
    assert "这份函的内容改过了" in stale.text
    assert "写得不对" in stale.text
    assert letter(letter_id).status == "drafted"
