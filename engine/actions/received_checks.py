"""Checks of a ticket from elsewhere that need the registry or the rules: its units, its moment."""

from datetime import datetime, timedelta

from engine.actions.intake import units_of
from engine.actions.intake_checks import NewTicket
from engine.actions.step import Step
from engine.errors import BadInputError, RuleNotInForceError
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import answer_deadline, limits_begin_on

# How far another system's clock may run ahead of ours: a technical limit.
SKEW = timedelta(minutes=2)
FUTURE = "受理时间在将来，请核对对方系统的时钟。"
BY_HAND = "请核对这个时间；确是那时受理的，请与热线主管联系后补录，不能直接登记。"


def refusals(step: Step, new: NewTicket, received_at: datetime | None) -> dict[str, str]:
    """Return what is wrong with a ticket's units and the moment it was received, by field."""
    moment = wrong_moment(step, new, received_at)
    return {**_wrong_units(step, new), **({"received_at": moment} if moment else {})}


def _wrong_units(step: Step, new: NewTicket) -> dict[str, str]:
    try:
        units_of(step, new)
    except BadInputError as error:
        return error.fields
    return {}


def wrong_moment(step: Step, new: NewTicket, received_at: datetime | None) -> str:
    """Return why a ticket cannot have been received then; empty when it can.

    In the future, before the rules began, or so long ago that its answer would be overdue at once.
    """
    if received_at is None:
        return ""
    if received_at > step.now + SKEW:
        return FUTURE
    at = min(received_at, step.now)
    try:
        deadline = answer_deadline(new.kind, at, step.rules)
    except RuleNotInForceError:
        return too_early(step, new, at)
    if deadline is None or step.now < deadline.due_at:
        return ""
    why = deadline.certificate.sentence()
    return f"按这个受理时间，答复期限已经过了：{why}{BY_HAND}"


def too_early(step: Step, new: NewTicket, at: datetime) -> str:
    """Return the words for a moment before the rules were in force."""
    begin = limits_begin_on(new.kind, step.rules)
    return f"受理时间是 {shanghai_date(at)}，{new.kind.label}的办理规定自 {begin} 起施行。{BY_HAND}"
