"""Mails of an answered letter that lost its ground before they left: they ask nobody any more.

Each sending is judged by itself: the letter's own mails, and those that ask again (反馈不到位).
"""

from collections.abc import Sequence

from engine.actions import clocks, referrals
from engine.actions.step import Step, Why, take
from engine.actions.told_units import again_key
from engine.delivery.reply_tokens import mail_name
from engine.models import Clock, Letter, OutboxMessage, Ticket
from engine.rules.letter_life import FELL, RECALLED
from engine.store import clocks as clock_store
from engine.store import held_mails
from engine.store.unit_sight import INTERNAL
from engine.terms import ClockState, LetterStatus, TicketEvent

ANSWERED = "单位已在页面回复"
NO_MORE, NOT_AGAIN = "未出的邮件不再发出", "要求再次反馈的邮件未出、不再发出，不再要求再次反馈"


def keep_in(step: Step, ticket: Ticket, letter: Letter) -> str:
    """Take back the mails of a letter that its unit answered on its page before they left.

    It stays answered: it was read. Its mails would ask for what was given already. Where none of
    the mails that ask again has left, its reply waits to be judged as before, and no limit runs.
    Return what was kept in, or nothing.
    """
    why = f"不再发：{ANSWERED}，{FELL}"
    done = [NO_MORE] if held_mails.take_back_first(step.session, letter.id, why) else []
    again = _asking_again(step, letter, why)
    if again:
        done.append(NOT_AGAIN)
    if not done:
        return ""
    words = f"{letter.kind.label} {letter.number} {ANSWERED}，{FELL}，{'；'.join(done)}"
    details = {INTERNAL: True, **referrals.restricted(letter)}
    record = take(step, ticket, TicketEvent.NOTE, Why(words, details=details))
    if again:
        _ask_no_more(step, ticket, letter, again)
        free_names(again, record.seq)
        step.session.flush()
    return "；".join(done)


def _asking_again(step: Step, letter: Letter, why: str) -> list[OutboxMessage]:
    keys = held_mails.again_keys(step.session, letter.id)
    taken = (held_mails.take_back_all(step.session, letter.id, why, key) for key in keys)
    return [one for found in taken for one in found]


def _ask_no_more(
    step: Step, ticket: Ticket, letter: Letter, taken: Sequence[OutboxMessage]
) -> None:  # fmt: skip
    """Let a letter whose new limit nobody was told of wait for a judgement again."""
    keys = {one.key for one in taken}
    for clock in clock_store.replies_running(step.session, ticket.id, letter.id):
        if again_key(clock) in keys:
            _end(step, ticket, clock, FELL)
            if letter.status is LetterStatus.INSUFFICIENT:
                letter.status = LetterStatus.ANSWERED


def cancel_reply(step: Step, ticket: Ticket, letter: Letter) -> None:
    """End the limit of a letter's reply as one nobody was ever asked: neither kept nor missed."""
    for clock in clock_store.replies_running(step.session, ticket.id, letter.id):
        _end(step, ticket, clock, RECALLED)


def _end(step: Step, ticket: Ticket, clock: Clock, why: str) -> None:
    clocks.stop_clock(step, ticket, clock, why)
    clock.state = ClockState.SUPERSEDED


def free_names(mails: Sequence[OutboxMessage], seq: int) -> None:
    """Let the mails that never left give up their names: sent again, the letter needs them."""
    for one in mails:
        one.key = f"{one.key}{held_mails.RECALLED}{seq}"
        one.message_id = mail_name(one.key, one.recipient)
