"""Where a text says most: title, opening, demand, and who is asked; not who the caller is."""

import pytest

from engine.rules.routing import load_router
from engine.rules.routing.said import read_said
from engine.rules.routing.tuning import load_tuning

STORY = "这里说的是经过，一件接着一件，慢慢说来。" * 9


def said(text, title=""):
    return read_said(text, title, load_tuning())


def loudness(words, text, title=""):
    read = said(text, title)
    return read.loudness(read.whole.index(words))


def test_the_title_is_louder_than_the_demand_and_that_than_the_story():
    text = f"{STORY}夹一句税务。{STORY}恳请商务给个说法。"
    title, demand, story = (
        loudness("发票", text, "发票的事"),
        loudness("商务", text, "发票的事"),
        loudness("税务", text, "发票的事"),
    )

    assert title > max(demand, story)


def test_whoever_is_asked_to_act_is_loudest_of_the_body():
    text = f"{STORY}请管公证的部门核一核。"

    assert loudness("公证", text) > loudness("经过", text, "题目")


@pytest.mark.parametrize("words", ["申请公证", "邀请公证处", "请假去公证"])
def test_a_word_with_please_in_it_asks_nobody(words):
    text = f"{STORY}{words}的事办了三天。{STORY}"

    assert loudness("公证", text) == said(text).side


def test_what_the_caller_is_counts_for_less_than_what_happened():
    text = f"我们是做餐饮的公司。{STORY}"

    assert loudness("餐饮", text, "题目") < 1


def test_a_greeting_is_not_the_opening():
    greeted, plain = said("尊敬的领导您好，" + STORY), said(STORY)

    assert greeted.head == plain.head


def test_a_short_text_is_all_focus_and_a_long_one_is_not():
    assert said("发票开不出来").focus == "发票开不出来"
    assert len(said(STORY + "。请税务局处理。", "发票").focus) < len(STORY)


def test_a_hard_rule_does_not_fire_on_a_debt_told_by_the_way():
    by_the_way = f"{STORY}那年镇政府拖欠过我工程款三十万元。{STORY}请把营业执照换了。"
    routing = load_router().route(by_the_way, title="营业执照变更")

    assert routing.lead == "区市场监管局"
    assert routing.rule == ""


def test_what_was_written_beyond_the_reading_is_still_looked_at_for_the_accused():
    read = said(STORY * 5 + "住建局" + STORY * 5)

    assert "住建局" in read.every
    assert "住建局" not in read.whole
