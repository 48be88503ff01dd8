"""A list of days handed in: what contradicts itself is refused, and the file to mend is named."""

import json

import pytest

from engine.errors import RuleError
from engine.rules.calendar_reading import HandedIn
from tests.builders import day

DATED = day("Fri 2026-11-20")


def listed(*days, name="holidays.json"):
    text = json.dumps({"year": 2027, "days": list(days)}, ensure_ascii=False)
    return HandedIn(text, name, "国办发明电〔2026〕9号", DATED).year_file()


def entry(on, off):
    return {"name": "元旦", "date": on, "isOffDay": off}


@pytest.mark.parametrize("first", [True, False])
def test_a_day_listed_as_off_and_as_worked_is_refused(first):
    with pytest.raises(RuleError, match=r"holidays.json 把 2027-01-02 列了两次"):
        listed(entry("2027-01-02", first), entry("2027-01-02", not first))


def test_the_same_day_said_twice_alike_is_one_day():
    year = listed(entry("2027-01-01", True), entry("2027-01-01", True))

    assert list(year.notices[0].days_off) == [day("Fri 2027-01-01")]


@pytest.mark.parametrize("flag", ["false", "true", 1, 0, None])
def test_whether_a_day_is_off_is_true_or_false_and_no_word(flag):
    with pytest.raises(RuleError, match="isOffDay 应为 true 或 false"):
        listed(entry("2027-01-01", flag))


def test_a_csv_that_contradicts_itself_is_refused():
    text = "2027-01-02,放假,元旦\n2027-01-02,上班,元旦\n"

    with pytest.raises(RuleError, match="列了两次"):
        HandedIn(text, "days.csv", "国办发明电〔2026〕9号", DATED).year_file()


def of_text(text):
    return HandedIn(text, "放假安排", "国办发明电〔2026〕9号", DATED).year_file()


@pytest.mark.parametrize("apart", [",", "\t", ";", "，"])
@pytest.mark.parametrize("head", ["", "日期{0}安排{0}名称\n"])
def test_a_table_pasted_or_exported_is_read_whatever_is_between_its_cells(apart, head):
    text = head.format(apart) + apart.join(["2027/1/1", "放假", "元旦"]) + "\n"
    text = text.replace("2027/1/1", "2027-01-01")

    assert list(of_text(text).notices[0].days_off) == [day("Fri 2027-01-01")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "名称,日期,安排\n元旦,2027-01-01,放假\n",
            "第一行是“名称,日期,安排”，应为“日期,安排,名称”",
        ),
        ("日期,安排,名称\n2027-01-01,也许,元旦\n", "第 2 行：“2027-01-01,也许,元旦”不对"),
        ("2027-01-01 放假 元旦\n", "第 1 行：“2027-01-01 放假 元旦”不对"),
        ("日期,安排,名称\n", "没有一行放假安排"),
        ("关于2027年部分节假日安排的通知\n", "依次写日期、放假或上班、名称"),
    ],
)
def test_what_is_no_such_table_is_refused_with_how_it_should_be(text, said):
    with pytest.raises(RuleError, match=said):
        of_text(text)
