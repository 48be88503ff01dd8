"""A number before a name is no count of sheets (张), and an extension goes with its number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.personal_words import personal_kinds, without_personal_numbers

HIDDEN = "（号码已隐去）"
WORDS = ("电话", "座机：", "请联系", "可致电", "打", "传真")
GIVEN = ("", "三", "伟", "建国")
TITLES = ("先生", "女士", "同志", "老师", "经理", "主任", "科长", "总")
SHEETS = (
    "发票",
    "收据",
    "增值税发票",
    "旧发票",
    "A4纸",
    "卡",
    "表格",
    "照片",
    "",
    "，共两次",
    "左右",
)
local = st.integers(2_000_000, 8_999_999).map(str) | st.integers(20_000_000, 89_999_999).map(str)
# A day (2026-11-23, 20261123) beside such a word stays one.
number = local.filter(lambda one: not re.match("19|20", one))
area = st.sampled_from(("010", "0731", "0772", "021"))
extension = st.integers(0, 99_999).map(str)


@given(word=st.sampled_from(WORDS), number=number, given=st.sampled_from(GIVEN),
       title=st.sampled_from(TITLES))  # fmt: skip
def test_whoever_is_called_zhang_counts_nothing(word, number, given, title):
    assert without_personal_numbers(f"{word}{number}张{given}{title}") == (
        f"{word}{HIDDEN}张{given}{title}"
    )


@given(word=st.sampled_from(WORDS), count=st.integers(1, 89_999_999).map(str),
       sheets=st.sampled_from(SHEETS))  # fmt: skip
def test_sheets_that_are_counted_stay(word, count, sheets):
    words = f"{word}说开具{count}张{sheets}"

    assert without_personal_numbers(words) == words


JOINED = ("转{}", "转分机{}", " 转 {}", "转接{}", "分机{}", "，分机{}", "（转{}）", "(分机{})",
          "-{}", "－{}", "—{}", "#{}", "*{}", "ext.{}", " EXT {}", "x{}")  # fmt: skip


@given(area=area, number=number, joined=st.sampled_from(JOINED), extension=extension,
       after=st.sampled_from(("", "。", "，李科长", "找李科长", " ")))  # fmt: skip
def test_an_extension_is_hidden_with_its_number(area, number, joined, extension, after):
    typed = f"电话{area}-{number}{joined.format(extension)}{after}"

    assert without_personal_numbers(typed) == f"电话{HIDDEN}{after}"
    assert personal_kinds(typed) == ["固定电话"]


@given(number=number, joined=st.sampled_from(JOINED), extension=extension)
def test_so_is_that_of_one_without_an_area_code(number, joined, extension):
    assert without_personal_numbers(f"电话{number}{joined.format(extension)}") == f"电话{HIDDEN}"


@pytest.mark.parametrize(
    "words",
    [
        "电话{2828282}张三", "电话{2828282}张三的手机", "电话{2828282}张伟，", "电话{2828282}张某",
        "{2828282}张女士电话", "电话{2828282}万先生", "电话{2828282}平经理", "电话{2828282}米女士",
        "电话{0731-8888888转801}", "电话{0731-8888888-801}", "电话{（0731）88888888转分机 801}",
        "电话{0731-8888888转八〇一}", "{0772-2828282}、{0772-2828283转802}",
        "电话{0772-2828282}-{2828283}", "电话{0772-2828282}转3000元到账",
        "电话{0772-2828282}-3号楼", "电话{0772-2828282}转12345热线", "电话{0772-2828282}-2026年",
        "电话{0772-2828282}转一下李科长", "电话{2828282}转2026年工单", "{2828282（转801）}（电话）",
    ],
)  # fmt: skip
def test_the_number_is_hidden_and_nothing_beside_it(words):
    typed = words.replace("{", "").replace("}", "")

    assert without_personal_numbers(typed) == re.sub(r"\{[^}]*\}", HIDDEN, words)


@pytest.mark.parametrize(
    "words",
    [
        "3张", "电话3张", "联系开具28282张发票", "联系打印28282828张发票", "电话2828282张收据",
        "联系2828282张发票，", "电话2828282万", "电话2828282万元", "电话2828282平方米",
        "电话2828282米",
        "合同编号0772-2828282-801", "订单号28282828-801", "电话8888888-801元", "电话2800-3500-1元",
        "联系2023-2024-1学期", "城中热线〔2026〕12号转801", "工单LZ2611230001-2",
        "投资项目2311-450202-04-01-123456", "发票号码28282828张三",
    ],
)  # fmt: skip
def test_sums_counts_official_and_document_numbers_stay(words):
    assert personal_kinds(words) == []
    assert without_personal_numbers(words) == words
