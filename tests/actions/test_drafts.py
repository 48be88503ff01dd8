"""What was typed is never lost: two pages, a crash, a long pause."""

from datetime import timedelta

import pytest

from engine.actions import background, drafts
from engine.actions.drafts import Seen, draft, drafts_of, save_draft
from engine.store.database import work
from tests.builders import OPERATOR, an_account, moment

pytestmark = pytest.mark.usefixtures("database")
NOW = moment("Tue 2026-11-24 10:00")
FORM = "call-1"


def keep(words, page="one", seen=0, form=FORM, at=NOW):
    with work() as session:
        account = an_account(session, OPERATOR).id
        return save_draft(session, account, form, {"content": [words]}, at, Seen(page, seen))


def texts(form=FORM):
    with work() as session:
        found, _ = drafts.all_drafts(session, an_account(session, OPERATOR).id)
        return {one.form_id: drafts.typed_in(one)["content"][0] for one in found}


def revision(form=FORM):
    with work() as session:
        return draft(session, an_account(session, OPERATOR).id, form).revision


def test_one_page_writes_over_its_own_words_however_often_an_answer_was_lost():
    for words in ("说", "说到", "说到一半"):
        keep(words)

    assert texts() == {FORM: "说到一半"}


def test_a_second_page_with_the_same_draft_gets_one_of_its_own():
    keep("第一页写的", "one", 0)
    seen = revision()
    keep("第一页接着写的", "one", seen)
    other = keep("第二页写的", "two", seen)

    assert other != FORM
    assert drafts.is_call(other)
    assert texts() == {FORM: "第一页接着写的", other: "第二页写的"}


def test_a_page_opened_after_the_last_word_takes_the_draft_over():
    keep("第一页写的")

    assert keep("第二页接着写", "two", revision()) == FORM
    assert keep("第一页又写", "one", 1) != FORM


def test_two_fresh_pages_of_one_form_keep_both_texts():
    keep("甲", "one", 0, form="LZ1-answer")
    other = keep("乙", "two", 0, form="LZ1-answer")

    with work() as session:
        found = drafts_of(session, an_account(session, OPERATOR).id, "LZ1-answer")
        assert {drafts.typed_in(one)["content"][0] for one in found} == {"甲", "乙"}
    assert other.startswith("LZ1-answer.")


def test_drafts_nobody_sent_are_forgotten_after_the_set_days():
    keep("旧的", form="call-old", at=NOW - timedelta(days=8))
    keep("新的", form="call-new", at=NOW - timedelta(days=6))

    counts = background.tidy(NOW)

    assert counts["drafts"] == 1
    assert texts() == {"call-new": "新的"}
