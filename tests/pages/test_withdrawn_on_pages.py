"""A withdrawn breach (已撤销) says so wherever it is shown, and takes no finding."""

import pytest

from engine.terms import ClockKind
from tests.actions.test_withdrawn_breaches import withdrawn
from tests.builders import SUPERVISOR
from tests.looking import breaches_of
from tests.pages.test_exports import export, sheet

pytestmark = pytest.mark.usefixtures("database", "var")
WHY = "没有送达，反馈期限届满不计超期"


def test_ledger_proof_export_and_letter_say_that_it_was_withdrawn_and_why(as_):
    letter_id, number = withdrawn()
    (breach,) = [one for one in breaches_of(number) if one.kind is ClockKind.RECTIFICATION_REPLY]
    desk = as_(SUPERVISOR)

    ledger = desk.get("/supervise/breaches?judgement=withdrawn").text
    proof = desk.get(f"/supervise/breaches/{breach.id}").text
    letter = desk.get(f"/letters/{letter_id}").text
    _, (row,) = sheet(export(desk, "breaches", "limit=rectification_reply"))

    assert "<b>已撤销</b>" in ledger
    assert WHY in ledger
    assert "已撤销：" in proof
    assert "保存认定" not in proof
    assert "整改反馈时限 自" in letter
    assert "起，已撤销" in letter
    assert row["主管认定"] == "已撤销"
    assert WHY in str(list(row.values()))
