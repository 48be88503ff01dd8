"""Days and limits are known however people write them, and numbers of other things are not."""

from datetime import date

import pytest

from engine.documents.day_words import days_in, limits_in

SINCE = date(2026, 11, 24)


@pytest.mark.parametrize(
    "words",
    ["11月28日", "１１月２８日", "11 月 28 日", "十一月二十八日", "十一月廿八日", "11.28",
     "2026-11-28", "2026年11月28日", "28日前", "二十八号之前"],
)  # fmt: skip
def test_one_day_in_all_its_forms(words):
    (found,) = days_in(f"请于{words}反馈")

    assert found.means(date(2026, 11, 28))
    assert not found.means(date(2026, 11, 29))


@pytest.mark.parametrize(
    "words",
    ["28日前", "不迟于28日", "11月28日", "下周五", "星期五前", "三日内", "5个工作日内", "月底前"],
)
def test_what_sets_a_limit(words):
    assert limits_in(f"请{words}反馈", SINCE)


@pytest.mark.parametrize(
    "words",
    ["于11月21日签收", "城中热线〔2026〕1号", "工单LZ2611230001", "事件第12号", "付清11.28元",
     "第28日", "每案一次", "三份材料", "金额十一万元"],
)  # fmt: skip
def test_what_sets_none(words):
    assert limits_in(words, SINCE) == []
