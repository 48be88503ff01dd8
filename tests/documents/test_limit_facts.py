"""Which words only tell of the limit to handle a ticket, and which ask for something by its day."""

from datetime import date
from time import process_time

import pytest

from engine.documents.day_words import limits_in
from engine.documents.limit_facts import clauses_of

SINCE, OWN = date(2026, 11, 24), (date(2026, 12, 7), date(2026, 12, 10))


def added(words):
    return [one for clause, tells in clauses_of(words)
            for one in limits_in(clause, SINCE, OWN if tells else ())]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "承办时限已延至12月10日", "延期申请获准，承办时限延至2026年12月10日", "应于12月10日办结",
        "承办时限12月7日届满前已延至十二月十日", "承办时限由12月7日改为12月10日", "应于10日办结",
        "经提请批准，承办时限延至12月10日", "经提请延期承办时限改为12月10日",
        "承办时限到12月10日24:00届满", "期限已按延期申请批复改为12月10日", "12月10日为承办时限",
        "办理期限延长至12月10日，尚未届满", "你单位申请延期并说明理由后期限改为12月10日",
        "按规定须于12月10日办结", "承办时限改到12月10日", "承办时限为12月10日",
        "承办时限12月10日届满", "办结期限调整为12月10日止", "该工单办理时限相应顺延至12月10日",
        "你单位应于12月10日前办结并答复", "应当于12月10日之前答复诉求人", "获准延期至12月10日",
        "经报告同意后，承办时限变更为12月10日", "签收期限为12月7日", "原期限改为12月10日",
    ],
)  # fmt: skip
def test_a_limit_that_is_only_told_is_a_fact(words):
    assert added(words) == []


@pytest.mark.parametrize(
    "words",
    [
        "应于12月10日报送书面材料", "应于12月10日到专班接受约谈", "办理情况的报送期限为12月10日",
        "应于12月10日向专班报告办理情况", "有关材料应于12月10日送达本专班", "应于10日报送材料",
        "限12月10日到期补齐材料", "应于12月10日前改正到位", "到期日12月10日提交材料",
        "整改时限12月10日", "应于12月10日书面报我专班", "须于10日到场", "反馈期限延至12月10日",
        "须提交书面说明，期限改为12月10日", "承办时限已延至12月10日，届时报送材料",
        "承办时限延至12月10日，并在此前说明原因", "承办时限不变，另须公示至12月10日",
        "承办时限内须公示至12月10日", "应于12月10日办结并书面反馈", "应于12月10日办结后报专班",
        "承办时限已延至12月10日并附材料", "应于12月10日召开现场会", "现场会延至12月10日",
        "应于12月10日答复本专班", "期限为12月10日", "复查期限为12月10日", "12月10日前公示",
        "承办时限已延至12月11日", "请于12月10日办结", "请于10日办结", "整顿期限改为12月10日",
    ],
)  # fmt: skip
def test_whatever_is_asked_for_by_that_day_is_a_limit_of_its_own(words):
    assert added(words)


@pytest.mark.parametrize(
    "words", ["承办时限", "应于12月10日", "相应", "，", "12月10日", "期限改为延"]
)
def test_no_words_take_long(words):
    began = process_time()
    clauses_of((words * 200)[:200])

    assert process_time() - began < 0.2
