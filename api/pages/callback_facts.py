"""What somebody who dials must know (回访): who is owed a call, what was tried, what is left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.pages.visit import Visit
from engine.actions.callbacks import CallbackForm
from engine.models import Callback, CallbackAttempt, Ticket
from engine.rules.callback import Attempt
from engine.rules.callback_progress import (
    Progress,
    band_words,
    callback_progress,
    next_band_at,
)
from engine.rules.shanghai import shanghai_date
from engine.store.desk_ticket import Whole
from engine.terms import AttemptResult, CallbackState


@dataclass(frozen=True)
class Tried:
    """One attempt, with the band of the day it fell into."""

    row: CallbackAttempt
    band: str


def callback_facts(visit: Visit, ticket: Ticket, whole: Whole) -> dict[str, Any]:
    """Return the duty, its attempts with their bands, and how far they have come."""
    owed = whole.callbacks[-1] if whole.callbacks else None
    on = shanghai_date(ticket.accepted_at)
    mine = [one for one in whole.attempts if owed is not None and one.callback_id == owed.id]
    made = [Attempt(one.at, one.channel, one.result) for one in mine]
    tried = [Tried(one, band_words(one.at, visit.rules, on)) for one in mine]
    progress: Progress = callback_progress(made, visit.rules, on)
    open_ = owed is not None and owed.state is CallbackState.OWED
    return {
        "owed": owed, "owed_open": open_, "tried": tried, "progress": progress,
        "band_now": band_words(visit.now, visit.rules, on),
    }  # fmt: skip


def dial_from(visit: Visit, ticket: Ticket, owed: Callback) -> datetime | None:
    """Return from when it is worth dialling: the next attempt's time, or the next band's opening.

    None: now.
    """
    planned = owed.next_attempt_at
    if planned is not None and planned > visit.now:
        return planned
    return next_band_at(visit.now, visit.rules, shanghai_date(ticket.accepted_at))


def heard_by_a_machine(made: CallbackForm) -> str:
    """Say what an automatic callback heard, where a person still has to call (人工回访)."""
    if made.result is not AttemptResult.REACHED:
        return "已登记。自动回访被拒绝，仍须人工回访。"
    satisfied = f"、{made.satisfaction.label}" if made.satisfaction else ""
    said = f"{made.solved.label if made.solved else ''}{satisfied}"
    return f"已登记。自动回访接通，评价{said}，仍须人工回访。"
