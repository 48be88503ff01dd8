"""What a ticket's transitions are guarded by (前提): plain facts, and one function a condition.

A guard returns why something may not happen now, in Chinese, or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from engine.terms import TicketKind, TicketStatus

SECOND_PERSON = "须由另一人复核批准。"
NOT_CONTACTED = "答复前须联系诉求人，请先登记首次联系。"


@dataclass(frozen=True, kw_only=True)
class TicketFacts:
    """What the guards look at; built from the tables, or by hand in a test."""

    status: TicketStatus
    kind: TicketKind = TicketKind.HELP_REQUEST
    has_lead: bool = False
    lead_is_accused: bool = False
    designated: bool = False
    within_return_window: bool = True
    return_used: bool = False
    answered_before: bool = False
    carries_merged: bool = False
    panel_due: bool = False
    contacted: bool = False
    unsigned: bool = False
    requester_content: bool = False
    second_person: bool = False
    merge_target: bool = False
    freely_withdrawn: bool = False
    undo_open: bool = False
    human_callback_owed: bool = False
    unresolved: bool = False
    rework_used: bool = False
    panel_approved: bool = False


Guard = Callable[[TicketFacts], str | None]


def needs_lead(facts: TicketFacts) -> str | None:
    """Refuse a dispatch without a lead unit (主办单位)."""
    return None if facts.has_lead else "派单前要先定一个主办单位。"


def not_to_accused(facts: TicketFacts) -> str | None:
    """Refuse to hand a ticket to the body it accuses (回避)."""
    return "被反映的单位不能单独承办，请改派其他单位或转主管。" if facts.lead_is_accused else None


def may_still_return(facts: TicketFacts) -> str | None:
    """Refuse a return (退单) that is late, repeated, or against a designation."""
    if facts.designated:
        return "会商已指定承办，不能再退单。"
    if facts.answered_before:
        return "已答复过的工单不能再退单；确需改派，请主管改派。"
    if not facts.within_return_window:
        return "已过退单时限，可申请主管协调。"
    if facts.return_used:
        return "本单位对这张工单已退过单，不能再退；可申请主管协调。"
    return None


def not_yet_for_panel(facts: TicketFacts) -> str | None:
    """Refuse the quick way once two units disagree: the panel (会商) decides."""
    return "退单已达会商次数，须提交会商指定承办。" if facts.panel_due else None


def panel_is_due(facts: TicketFacts) -> str | None:
    """Refuse to convene the panel (会商) before units disagree twice."""
    return None if facts.panel_due else "退单未达会商次数，先改派其他单位。"


def has_contacted(facts: TicketFacts) -> str | None:
    """Refuse an answer without contact with the requester (先行联系)."""
    return None if facts.contacted else NOT_CONTACTED


def is_unsigned(facts: TicketFacts) -> str | None:
    """Refuse a second signature: supervision (督办) leaves one open only where there was none."""
    return None if facts.unsigned else "工单已签收，不必再签，请直接办理答复。"


def may_answer_on_the_spot(facts: TicketFacts) -> str | None:
    """Refuse to close a complaint or report on the telephone, or without the caller's word."""
    if facts.kind in (TicketKind.COMPLAINT, TicketKind.REPORT):
        return "投诉、举报须转承办单位办理，不能当场办结。"
    if facts.carries_merged:
        return "有诉求并入的工单，每位诉求人都要回访，不能当场办结。"
    return None if facts.requester_content else "当场办结须经来电人确认已解决。"


def not_yet_answered(facts: TicketFacts) -> str | None:
    """Refuse a way out without a callback once a unit has answered (回访后办结)."""
    return "承办单位答复过的工单，须经回访才能了结。" if facts.answered_before else None


def needs_second_person(facts: TicketFacts) -> str | None:
    """Refuse what four eyes must decide when only two have looked (双人审核)."""
    return None if facts.second_person else SECOND_PERSON


def needs_merge_target(facts: TicketFacts) -> str | None:
    """Refuse to merge into nothing, or into itself (并单)."""
    return None if facts.merge_target else "请写明并入哪一张在办工单。"


def may_be_taken_back(facts: TicketFacts) -> str | None:
    """Refuse to take back (撤回登记) what is no longer held for that, or never was."""
    return None if facts.undo_open else "已过撤回时间，或登记时没有暂缓派单，不能再撤回。"


def may_be_withdrawn(facts: TicketFacts) -> str | None:
    """Refuse to drop a report (举报), or a ticket that stands for others too (并单)."""
    if facts.kind is TicketKind.REPORT:
        return "举报不因诉求人撤回而终止，可把撤回的意愿记为补充。"
    return "有其他诉求并入本件，不能撤回。" if facts.carries_merged else None


def is_freely_withdrawn(facts: TicketFacts) -> str | None:
    """Refuse to take a unit's ticket back unless a person heard it from the requester (自愿)."""
    if facts.freely_withdrawn:
        return None
    return "承办单位接手后撤回的，须由热线人工核实系诉求人自愿。"


def human_callback_done(facts: TicketFacts) -> str | None:
    """Refuse to close while a human callback (人工回访) is owed: row 113 says 100 %."""
    if facts.human_callback_owed:
        return "未解决或不满意的工单须 100% 人工回访，本件还没有人工回访记录，不能办结。"
    return None


def resolved_or_settled(facts: TicketFacts) -> str | None:
    """Refuse to close what is unresolved, unless the panel settled it (依法办结)."""
    if facts.unresolved and not facts.panel_approved:
        return "诉求人表示未解决或不满意，应退回重办或督办；经会商认定依法办结的除外。"
    return None


def may_rework(facts: TicketFacts) -> str | None:
    """Refuse a second automatic rework (重办): the next step is supervision."""
    return "已重办过，再次不满意应转督办。" if facts.rework_used else None
