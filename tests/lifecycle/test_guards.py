"""Each guard: what it lets through, and what it refuses with which clause."""

import pytest

from engine.lifecycle import Moved, Refused, TicketFacts, move
from engine.terms import TicketEvent, TicketKind, TicketStatus

S, E = TicketStatus, TicketEvent

GUARDED = [
    # status, event, facts that let it pass, the fact that stops it, words of the refusal
    (S.ACCEPTED, E.DISPATCH, {"has_lead": True}, {"has_lead": False}, "主办单位"),
    (S.ACCEPTED, E.DISPATCH, {"has_lead": True}, {"lead_is_accused": True}, "被反映的单位"),
    (S.TO_BE_DISPATCHED, E.DISPATCH, {"has_lead": True}, {"panel_due": True}, "会商"),
    (S.IN_PROGRESS, E.REDISPATCH, {"has_lead": True}, {"lead_is_accused": True}, "被反映的单位"),
    (S.SIGNED_FOR, E.RETURN, {}, {"within_return_window": False}, "已过退单时限"),
    (S.SIGNED_FOR, E.RETURN, {}, {"return_used": True}, "已退过单"),
    (S.SIGNED_FOR, E.RETURN, {}, {"designated": True}, "指定承办"),
    (S.RETURNED, E.UPHOLD_RETURN, {}, {"panel_due": True}, "会商"),
    (S.RETURNED, E.REJECT_RETURN, {}, {"panel_due": True}, "会商"),
    (S.RETURNED, E.CONVENE_PANEL, {"panel_due": True}, {"panel_due": False}, "未达会商次数"),
    (S.IN_ARBITRATION, E.DESIGNATE, {"has_lead": True}, {"has_lead": False}, "主办单位"),
    (S.IN_ARBITRATION, E.DESIGNATE, {"has_lead": True}, {"lead_is_accused": True}, "被反映"),
    (S.SIGNED_FOR, E.ANSWER, {"contacted": True}, {"contacted": False}, "首次联系"),
    (S.CALLBACK_DUE, E.ORDER_REWORK, {}, {"rework_used": True}, "督办"),
    (S.CALLBACK_DUE, E.CLOSE, {}, {"human_callback_owed": True}, "100% 人工回访"),
    (S.CALLBACK_DUE, E.CLOSE, {}, {"unresolved": True}, "重办或督办"),
    (S.ACCEPTED, E.REFUSE, {"second_person": True}, {"second_person": False}, "另一人"),
    (S.ACCEPTED, E.MERGE, {"merge_target": True}, {"merge_target": False}, "并入"),
    (S.ACCEPTED, E.ANSWER_ON_THE_SPOT, {"requester_content": True}, {"requester_content": False},
     "确认已解决"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "event", "fine", "stop", "words"), GUARDED)
def test_a_guard_lets_pass_what_it_should_and_stops_what_it_must(status, event, fine, stop, words):
    passed = move(TicketFacts(status=status, **fine), event)
    stopped = move(TicketFacts(status=status, **{**fine, **stop}), event)

    assert isinstance(passed, Moved)
    assert isinstance(stopped, Refused)
    assert words in stopped.reason


def test_the_clause_of_a_refused_closing_is_row_113():
    facts = TicketFacts(status=S.CALLBACK_DUE, human_callback_owed=True)

    assert move(facts, E.CLOSE).clause == "chengzhong-2023-19/113/callback"


def test_the_panel_may_close_an_unresolved_ticket_but_never_skip_the_callback():
    settled = TicketFacts(status=S.CALLBACK_DUE, unresolved=True, panel_approved=True)
    uncalled = TicketFacts(status=S.CALLBACK_DUE, human_callback_owed=True, panel_approved=True)

    assert isinstance(move(settled, E.CLOSE), Moved)
    assert isinstance(move(uncalled, E.CLOSE), Refused)


@pytest.mark.parametrize("kind", [TicketKind.COMPLAINT, TicketKind.REPORT])
def test_a_complaint_or_report_is_never_closed_on_the_telephone(kind):
    facts = TicketFacts(status=S.ACCEPTED, kind=kind, requester_content=True)

    assert isinstance(move(facts, E.ANSWER_ON_THE_SPOT), Refused)


def test_a_refusal_tells_what_is_possible_instead():
    found = move(TicketFacts(status=S.DISPATCHED), E.CLOSE)

    assert "已派单" in found.reason
    assert "签收" in found.reason


def test_a_closed_ticket_says_that_nothing_is_left_to_do():
    found = move(TicketFacts(status=S.CLOSED), E.DISPATCH)

    assert "不再有可做的事" in found.reason
