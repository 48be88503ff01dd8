"""What proves a finding can be looked up (H-47), and its reason says what happened."""

import io

import pytest

from engine.actions.attachments import Upload, attach
from engine.errors import BadInputError
from engine.terms import FindingState
from tests.actions.test_findings import NOW, judge, late, state
from tests.builders import MARKET, on_ticket
from tests.files import PDF

__all__ = ["late"]


@pytest.mark.parametrize(
    "words",
    [
        "无",
        "同上",
        "情况属实",
        "见主管口头说明",
        "事件第99号",
        "2026-11-02",
        "20261123",
        "13800000000",
        "第1号",
        "《情况》",
        "《情况说明》",
        "《1234》",
        "abc123456",
        "日期20261102",
        "电话13800000000",
        "文件第一号",
        "停电2026-11-02",
        "号码 abc123456",
    ],
)
def test_evidence_that_nobody_can_look_up_excuses_nothing(late, words):
    with pytest.raises(BadInputError) as refused:
        judge(late[1], evidence=words)

    assert list(refused.value.fields) == ["evidence"]


@pytest.mark.parametrize(
    "words",
    [
        "事件第2号",
        "《停机公告》",
        "城中政办〔2026〕5号",
        "录音20261103-0012",
        "〔2026〕3号",
        "《关于停电的情况说明》",
        "停机报告第12号",
        "银行回单 88123456",
        "同类工单LZ2611020001",
    ],
)
def test_an_event_a_document_or_a_record_by_its_number_is_evidence(late, words):
    assert state(judge(late[1], evidence=words)) is FindingState.PROPOSED


@pytest.mark.parametrize(
    "words",
    [
        "情况属实的",
        "同意免责",
        "理由如上",
        "无无无无",
        "1234",
        "该工单应予免责",
        "经核实情况属实",
        "abab",
    ],
)
def test_a_reason_that_only_repeats_the_verdict_or_says_nothing_is_none(late, words):
    with pytest.raises(BadInputError) as refused:
        judge(late[1], reason=words)

    assert list(refused.value.fields) == ["reason"]


@pytest.mark.parametrize("words", ["全区停电", "派单通知没有送达", "情况属实，系统停机一日"])
def test_a_reason_that_says_what_happened_is_one(late, words):
    assert state(judge(late[1], reason=words)) is FindingState.PROPOSED


def test_a_file_of_the_ticket_is_evidence_by_its_name(late):
    number, breach_id = late
    upload = Upload(name="停机证明.pdf", source=io.BytesIO(PDF))
    on_ticket(number, NOW, MARKET, lambda s, t: attach(s, t, [upload]))

    assert state(judge(breach_id, evidence="停机证明.pdf")) is FindingState.PROPOSED
