"""A withdrawn breach (已撤销) says so wherever it is shown, and takes no finding."""

import pytest

from engine.actions.letters import Proposal, propose_by_hand
from engine.terms import ClockKind, LetterKind, LetterStatus, RectificationGround
from tests.actions.test_late_grants import OVER, grant, missed
from tests.actions.test_withdrawn_breaches import withdrawn
from tests.builders import SUPERVISOR, on_ticket
from tests.looking import breaches_of, letters_of
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


def test_a_persons_proposal_with_nothing_behind_it_any_more_says_so_and_can_be_dropped(as_):
    number, wish = missed()
    wanted = Proposal(
        LetterKind.SUPERVISION, (RectificationGround.DUTY_NOT_PERFORMED,), "多次来电催问"
    )
    on_ticket(number, OVER, SUPERVISOR, lambda step, one: propose_by_hand(step, one, wanted))
    at = f"/letters/{letters_of(number)[-1].id}"
    desk = as_(SUPERVISOR)
    assert "提议时的依据已不成立" not in desk.get(at).text

    grant(wish)
    page = desk.get(at).text

    assert "提议时的依据已不成立" in page
    assert "时限届满未办或逾期未签收的记录" in page
    desk.post(f"{at}/drop", opinion="超期已撤销")
    assert letters_of(number)[-1].status is LetterStatus.DROPPED


def test_a_case_withdrawn_since_is_marked_in_a_past_days_bulletin_and_cannot_be_chosen(as_):
    number, wish = missed()
    desk = as_(SUPERVISOR)
    at = "/supervise/bulletin?since=2026-11-01&until=2026-11-17&on=2026-11-17"
    grant(wish)

    page = desk.get(f"{at}&case={number}").text

    box = page.partition(f'name="case" value="{number}"')[2].partition(">")[0]
    assert box == " disabled"
    assert "此后已认定免责、不计入或撤销超期，不能选" in page
