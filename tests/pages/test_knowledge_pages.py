"""The knowledge base at the desks: found while typing, cited, written, reviewed, missed."""

import re

import pytest

from engine.actions import knowledge
from engine.terms import TicketKind
from tests.actions.test_knowledge import ASKED, NOW, in_use, reviewed, three_callers, written
from tests.builders import (
    LICENCE,
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_ticket,
    doing,
)

EARLIER = "Tue 2026-11-24 09:00"
TYPED = {"question": "个体户怎样注销", "answer": "带营业执照正副本，窗口当日办结。",
         "basis": "市场主体登记管理条例第三十一条", "valid_until": "2027-06-30"}  # fmt: skip


def test_while_an_operator_types_the_entry_that_answers_is_offered(as_):
    _, version_id = in_use()
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    found = desk.post("/tickets/suggest", kind="consultation", title="", content=ASKED).text
    other = desk.post("/tickets/suggest", kind="consultation", title="", content=LICENCE).text

    assert "个体户办营业执照带什么材料" in found
    assert f"{version_id}" in re.search(r'data-fill="([^"]+)"', found)[1]
    assert "带身份证" not in other


def test_an_answer_on_the_spot_names_the_entry_in_the_tickets_history(as_):
    entry_id, version_id = in_use()
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    said = desk.post(
        "/tickets/new", form_id=desk.hidden("form_id"), kind="consultation", content=ASKED,
        phone="0772-2800000", spot="1", spot_words="带身份证", spot_confirmed="1",
        knowledge=str(version_id),
    ).text  # fmt: skip
    number = re.search(r"LZ\d{10}", said)[0]

    assert "当场答复，已办结" in said
    assert f"知识库第 {entry_id} 条第 1 版" in desk.get(f"/tickets/{number}").text


def test_a_unit_writes_and_a_supervisor_reviews(as_):
    unit = as_(MARKET)
    unit.get("/knowledge")
    page = unit.post("/knowledge", **TYPED)
    path = re.search(r"/knowledge/\d+", str(page.url))[0]
    supervisor = as_(SUPERVISOR)

    supervisor.get(path)
    done = supervisor.post(f"{path}/approve", version_id=supervisor.hidden("version_id")).text

    assert "等另一人审核" in page.text
    assert "审核通过，即可引用" in done
    assert "● 现用" in done


def test_what_is_missing_in_a_new_entry_is_said_and_kept(as_):
    unit = as_(MARKET)
    unit.get("/knowledge")

    page = unit.post("/knowledge", **{**TYPED, "basis": ""})

    assert page.status_code == 422
    assert "请写依据" in page.text
    assert "窗口当日办结" in page.text


def test_supervisors_see_what_keeps_coming_and_ask_a_unit_for_it(as_):
    numbers = three_callers(EARLIER)
    desk = as_(SECOND_SUPERVISOR)
    shown = desk.get("/knowledge").text

    asked = desk.post(
        "/knowledge", want="1", question="个体户办照带什么", unit="scjgj", numbers=numbers
    ).text

    assert "缺的知识" in shown
    assert numbers[0] in shown
    assert "已提请区市场监管局撰写" in asked
    assert "缺的知识" not in asked


def test_the_list_can_be_searched_without_the_script(as_):
    in_use()
    desk = as_(OPERATOR)
    desk.get("/knowledge")

    found = desk.post("/knowledge/find", q="营业执照带什么材料").text
    none = desk.post("/knowledge/find", q="公积金怎么提取").text

    assert "<html" in found
    assert "个体户办营业执照带什么材料" in found
    assert "没有找到" in none


def test_the_form_of_an_answer_on_the_spot_offers_entries_too(as_):
    _, version_id = in_use()
    number = a_ticket(EARLIER, kind=TicketKind.CONSULTATION, content=ASKED)

    page = as_(OPERATOR).get(f"/tickets/{number}/spot").text

    assert f'name="knowledge" value="{version_id}"' in page


def test_a_word_that_is_in_an_entry_finds_it_wherever_it_stands(as_):
    in_use()
    desk = as_(SUPERVISOR)
    desk.get("/knowledge")

    def found(typed):
        return "个体户办营业执照带什么材料" in desk.post("/knowledge/find", q=typed).text

    assert [found(one) for one in ("营业执照", "经营场所证明", "登记管理条例", "照")] == [True] * 4
    assert not found("消防验收")


def test_what_is_missing_is_shown_by_words_of_its_topic_that_are_nobodys(as_):
    three_callers(EARLIER, text=f"{ASKED}，我是演示某人，电话 13800001234")

    page = as_(SUPERVISOR).get("/knowledge").text
    card = page[page.index("缺的知识") : page.index("提请撰写")]

    assert '<span class="st">营业执照</span>' in card
    assert "13800001234" not in card


@pytest.mark.parametrize(
    ("who", "empty", "missed"),
    [
        (OPERATOR, "登记工单时边打字边找", "没有找到，请换几个字"),
        (SUPERVISOR, "点下面“写一条新的”", "或写一条新的"),
        (MARKET, "点下面“写一条新的”", "或写一条新的"),
    ],
)  # fmt: skip
def test_an_empty_base_says_what_to_do_and_not_that_nothing_was_found(as_, who, empty, missed):
    desk = as_(who)

    page = desk.get("/knowledge").text
    searched = desk.post("/knowledge/find", q="营业执照").text

    assert ("还没有条目" in page, empty in page, "没有找到" in page) == (True, True, False)
    assert (missed in searched, "还没有条目" in searched) == (True, False)


def test_a_new_entry_waits_for_its_review_alone_and_a_withdrawn_one_is_in_use_no_more(as_):
    entry_id, version_id = written()
    desk = as_(SUPERVISOR)

    new = desk.get("/knowledge").text
    reviewed(version_id)
    doing(NOW, SUPERVISOR, lambda step: knowledge.withdraw(step, entry_id, "材料清单改了"))
    gone = desk.get(f"/knowledge/{entry_id}").text

    assert "▲ 待审核" in new
    assert "待撰写" not in new
    assert "现用" not in gone
    assert "停用前的一版" in gone
