"""A person's own words and the mail they answer, told apart without losing one of theirs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.quotes import own_words

OURS = """区市场监管局：

热线派给你单位一件工单，请按期签收、办理并答复。

工单编号：LZ2611240001
类型：投诉
紧急程度：一般
派单时间：11月24日（周二）10:00
办结期限：12月8日（周二）

办理入口（需登录）：http://127.0.0.1:8000/tickets/LZ2611240001
联系：12345专线分派岗"""
MARKED = "\n".join(f"> {line}" for line in OURS.split("\n"))
SAID = "在 2026年11月24日 10:00，12345专线 <h@demo.invalid> 写道："
HEADERS = "发件人： 12345\n发送时间： 2026-11-24 10:00\n收件人： u\n主题： 【派单】"
WORDS = "已联系企业。\n\n明日送达。"


@pytest.mark.parametrize(
    "quote",
    [
        "> 工单编号：LZ1\n> 请办理",
        f"-----原始邮件-----\n发件人：x\n{OURS}",
        f"------------------\xa0原始邮件\xa0------------------\n{HEADERS}\n\n{OURS}",
        f"---- 回复的原邮件 ----\n| 发件人 | 12345<h@demo.invalid> |\n| 主题 | y |\n{OURS}",
        f"{HEADERS}\n\n{OURS}",
        f"________________________________\n{HEADERS}\n\n{OURS}",
        f"{SAID}\n{MARKED}",
        f"12345专线 <h@demo.invalid> 于2026年11月24日周二 10:00写道：\n\n{MARKED}",
        "On Tue, 24 Nov 2026 at 10:00, 12345 <h@demo.invalid> wrote:\n> a",
        "On Tue, 24 Nov 2026 at 10:00, 12345 <h@demo.invalid>\nwrote:\n> a",
        f"-----原始邮件-----\n{HEADERS}\n\n请李四办\n\n{HEADERS}\n\n{OURS}",
    ],
)
@pytest.mark.parametrize("sent", [(), (f"{OURS}\n工单编号：LZ1\n请办理\na",)])
def test_the_quotation_that_closes_a_mail_is_left_out_and_that_is_known(quote, sent):
    found = own_words(f"{WORDS}\n\n{quote}", sent)

    assert (found.text, found.left_out) == (WORDS, True)


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        "办理情况如下：\n==========\n一、已联系企业；\n二、执照已送达。\n__________\n张三",
        "已联系企业。\n发件人：张三（科长）\n企业称材料已补齐，执照11月23日送达。",
        "企业\n在来信中写道：\n材料齐全。我局已办结，执照送达。",
        "处理结果：\n> 3个工作日内办结\n> 已送达执照\n特此答复",
        "11月23日 9:30 企业来信写道：\n材料齐全，已办结。",
        "发件人：张三\n主题：执照\n已办结。",
        "--\n张三\n-----\n区市场监管局",
    ],
)
def test_what_only_looks_like_a_quotation_is_a_persons_word(words):
    for sent in ((), (OURS,)):
        found = own_words(words, sent)

        assert (found.text, found.left_out) == (words, False)


def test_a_list_that_a_person_marked_stays_where_we_did_not_write_it():
    words = "处理结果：\n> 3个工作日内办结\n> 已送达执照"

    assert own_words(words, [OURS]).text == words
    assert own_words(words, [f"{OURS}\n3个工作日内办结\n已送达执照"]).text == "处理结果："


def test_answers_between_the_lines_of_a_quotation_stand_with_those_lines():
    words = (
        "逐条答复见下文：\n\n在 2026-11-24，热线写道：\n"
        "> 一、何时办结\n11月23日已办结，执照已送达。\n"
        "> 二、是否联系企业\n已于11月22日联系。"
    )

    assert own_words(words).text == words
    assert own_words(f"{words}\n> 三、其他\n> 专线").text == words


def test_answers_between_lines_that_nobody_marked_stand_with_the_line_they_answer():
    answered = OURS.replace("（周二）\n\n办理入口", "（周二）\n11月23日已办结。\n\n办理入口")

    found = own_words(f"逐条见下：\n\n{HEADERS}\n\n{answered}", [OURS])

    assert found.text == "逐条见下：\n\n办结期限：12月8日（周二）\n11月23日已办结。"
    assert found.left_out


@pytest.mark.parametrize("sent", [(), (OURS,)])
def test_words_below_a_quotation_are_read(sent):
    found = own_words(f"{SAID}\n{MARKED}\n\n已办结。\n执照已送达。", sent)

    assert (found.text, found.left_out) == ("已办结。\n执照已送达。", True)


def test_a_mail_of_ours_quoted_whole_between_a_persons_words_is_left_out():
    found = own_words(f"见下。\n\n{SAID}\n{MARKED}\n\n已办结。", [OURS])

    assert (found.text, found.left_out) == ("见下。\n\n已办结。", True)


def test_our_html_as_a_program_breaks_its_lines_is_known():
    html = "工单编号\nLZ2611240001\n类型\n投诉\n办结期限\n12月8日（周二）"

    found = own_words(f"已办结。\n\n{HEADERS}\n\n{html}\n\n执照已送达", [OURS, html])

    assert found.text == "已办结。\n\n执照已送达"


@pytest.mark.parametrize("quote", [f"{SAID}\n{MARKED}", f"-----原始邮件-----\n{OURS}", "> a"])
def test_a_quotation_alone_says_nothing(quote):
    found = own_words(quote)

    assert (found.text, found.left_out) == ("", True)


LINE = st.text("已办结。一二三四 ：—-=_*x1", min_size=1, max_size=12).filter(str.strip)
QUOTE = LINE.map(lambda line: f"> {line}")


@given(st.lists(LINE, min_size=1, max_size=12))
def test_without_a_quotation_nothing_is_left_out(lines):
    found = own_words("\n".join(lines))

    assert found.text.split("\n") == "\n".join(one.rstrip() for one in lines).strip().split("\n")
    assert not found.left_out


@given(st.lists(st.one_of(LINE, QUOTE), max_size=16), st.booleans())
def test_no_line_of_a_persons_is_lost_between_marked_ones(lines, ours):
    found = own_words("\n".join(lines), ["一二三四"] if ours else [])

    kept = iter([one.strip() for one in found.text.split("\n")])
    own = [one.strip() for one in lines if not one.startswith(">")]
    assert all(any(one == line for one in kept) for line in own)


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_words_can_be_read(text, sent):
    assert isinstance(own_words(text, [sent]).text, str)


@pytest.mark.parametrize("line", ["在 <a@b.invalid> 写道：", "发件人: a", "> a\n\nb", "-" * 40])
def test_a_mail_of_very_many_lines_is_read_in_time(line):
    started = time.process_time()

    own_words("\n".join([line] * 50_000), [OURS])

    assert time.process_time() - started < 4
