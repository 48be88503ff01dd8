"""The routing page: versions, scores, going back, words, heat; for supervisors."""

import pytest

from engine.actions.intake import propose
from engine.store.database import work
from tests.builders import OPERATOR, TAX, a_dispatched_ticket, a_ticket, day

SPORT = "区文化体育广电和旅游局"
TEXT = "蹦床馆的蹦床弹簧断了，孩子摔下来"


def first():
    with work() as session:
        found = propose(session, None, "", TEXT, day("Tue 2026-11-24"))
    return found.stored["candidates"][0]["unit"]


def test_a_word_added_on_the_page_routes_at_once_and_can_be_taken_back(as_):
    desk = as_("zhuguan1")
    desk.get("/routing")

    page = desk.post(
        "/routing/words", unit="wenlv", expression="蹦床馆", tier="strong", reason="居民常说"
    ).text

    assert "第 1 版派单规则已生效" in page
    assert "居民常说" in page
    assert first() == SPORT
    page = desk.post("/routing/restore", version="0", reason="不合适").text
    assert "恢复第 0 版" in page
    assert first() != SPORT


def test_a_wrong_word_is_said_by_field_and_what_was_typed_stays(as_):
    desk = as_("zhuguan1")
    desk.get("/routing")

    answer = desk.post("/routing/words", unit="无此单位", expression="蹦床馆", reason="")

    assert answer.status_code == 422
    assert "请选任务清单里的承办单位" in answer.text
    assert "请写明修改理由" in answer.text
    assert 'value="蹦床馆"' in answer.text


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30, "７", "42"])
def test_a_version_that_is_not_there_is_refused(as_, version):
    desk = as_("zhuguan1")
    desk.get("/routing")

    assert desk.post("/routing/restore", version=version, reason="试").status_code in (404, 422)


def test_the_heat_and_the_strange_words_are_shown(as_):
    a_dispatched_ticket("Mon 2026-11-23 09:00", TAX, content="增值税发票开不出来")
    for _ in range(4):
        a_ticket("Mon 2026-11-23 09:00", content="我们想问蹦床馆的事")

    page = as_("zhuguan1").get("/routing?days=30").text

    assert "区税务局" in page
    assert "蹦床馆" in page


def test_a_units_words_can_be_looked_at(as_):
    page = as_("zhuguan1").get("/routing?unit=shuiwu").text

    assert "发票" in page


def test_auditors_look_and_operators_do_not(as_):
    auditor = as_("zhidu")

    page = auditor.get("/routing")
    refused = auditor.post("/routing/words", unit=SPORT, expression="蹦床馆", reason="试")

    assert page.status_code == 200
    assert "立即生效" not in page.text
    assert refused.status_code == 403
    assert as_(OPERATOR).get("/routing").status_code == 403
