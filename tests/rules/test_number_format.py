"""发文字号的格式: one in which no two letters of an office ever get the same number."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules import district
from engine.rules.district import DistrictValue
from engine.rules.number_format import SHIPPED, format_problem, number_as
from engine.rules.parameters import load_parameters

RIGHT = (SHIPPED, "{organ}〔{year}〕第{number:03d}号", "{number}－{organ}{year}",
         "{organ}{year}-{number:04}", "关于{organ}（{year}）{number}号")  # fmt: skip
WRONG = (
    ("{organ}〔{year}〕号", "“{number}”没有写"),
    ("城中热线〔{year}〕{number}号", "“{organ}”没有写"),
    ("{organ}{number}号", "“{year}”没有写"),
    ("{organ}〔{year}〕{number}-{number}号", "“{number}”写了不止一次"),
    ("{organ}〔{year}〕第{nummer}号", "不认识的“{nummer}”"),
    ("{organ}〔{year}〕{}号", "不认识的“{}”"),
    ("{organ.real}〔{year}〕{number}号", "不认识的“{organ.real}”"),
    ("{organ}〔{year}〕{number", "花括号没有成对"),
    ("{organ}〔{year}〕}{number}号", "花括号没有成对"),
    ("{organ}〔{year}〕{{{number}}}号", "不能用的字符“{”"),
    ("{organ!r}〔{year}〕{number}号", "“{organ}”带了别的写法"),
    ("{organ:d}〔{year}〕{number}号", "“{organ}”带了别的写法"),
    ("{organ}〔{year:02d}〕{number}号", "“{year}”带了别的写法"),
    ("{organ}〔{year}〕{number:.0e}号", "“{number}”带了别的写法"),
    ("{organ}〔{year}〕{number:{year}}号", "“{number}”带了别的写法"),
    ("{organ}〔{year}〕1{number}号", "分不清顺序号"),
    ("{organ}〔{year}〕{number}0号", "分不清顺序号"),
    ("{organ}{year}{number}号", "分不清顺序号"),
    ("{organ}/{year}/{number}号", "不能用的字符“/”"),
    ("{organ}〔{year}〕\n{number}号", "不能用的字符"),
    ("{organ}〔{year}〕㊣{number}号", "不能用的字符“㊣”"),
    ("柳州市城中区政务网络服务中心{organ}〔{year}〕{number}号", "多于 10 个字"),
)


@pytest.mark.parametrize("form", RIGHT)
def test_a_format_with_each_part_once_is_taken(form):
    assert format_problem(form) == ""


@pytest.mark.parametrize(("form", "said"), WRONG)
def test_a_format_by_which_numbers_fail_or_come_twice_is_refused(form, said):
    assert said in format_problem(form)


@pytest.mark.parametrize("form", RIGHT)
def test_no_two_numbers_of_an_organ_are_written_alike(form):
    places = list(product((2026, 2027), range(1, 1200)))

    written = {number_as(form, organ="城中热线", year=year, number=one) for year, one in places}

    assert len(written) == len(places)


PIECES = st.sampled_from(
    ["{organ}", "{year}", "{number}", "{number:03d}", "{", "}", "〔", "1", "号"]
)


@given(st.lists(PIECES, max_size=7).map("".join))
def test_whatever_is_taken_can_be_written_and_tells_numbers_apart(form):
    if format_problem(form):
        return

    said = {form.format(organ="城", year=2026, number=one) for one in (1, 2, 11, 12, 111, 1111)}

    assert len(said) == 6


def test_what_cannot_be_used_is_written_as_shipped():
    assert number_as("{organ}{", organ="城中热线", year=2026, number=3) == "城中热线〔2026〕3号"


@pytest.mark.parametrize("form", ["{organ}〔{year}〕号", "{organ}〔{year}"])
def test_a_change_proposed_before_it_was_looked_at_cannot_be_approved(form):
    change = DistrictValue(3, "documents.number_format", date(2026, 11, 23), form, "试行")

    assert district.unfit(change).endswith("请退回第3号修改，另提一版。")
    assert district.unfit(DistrictValue(3, "sign_for.limit", date(2026, 11, 23), 2, "试行")) == ""


def test_a_change_approved_before_it_was_looked_at_does_not_stop_the_program():
    change = DistrictValue(3, "documents.number_format", date(2026, 11, 23), "{organ}号", "试行")

    assert "documents.number_format" in district.laid_over(load_parameters(), [change])
