"""A missed reply that nobody was asked for (函件没有送达): its breach is withdrawn, never deleted.

A mail server reports days later that it could not deliver what it had taken. The row stays in the
ledger with why; the limit that counts from a later sending is another clock, with a breach of its
own (H-33).
"""

from dataclasses import replace

from engine.actions import letters
from engine.actions.actor import SYSTEM
from engine.actions.late_replies import moot_referrals
from engine.actions.moved_breaches import WITHDRAWN, follow_limits, withdraw_breach
from engine.actions.recalling import follow_grounds
from engine.actions.step import Step
from engine.actions.told_units import asked_in_time
from engine.models import Clock, Letter, Ticket
from engine.store import clocks as store


def withdraw_unasked(step: Step, ticket: Ticket, letter_id: int) -> None:
    """Withdraw the breaches of a letter's reply limits that no mail asked to be kept.

    A proposal to hand clues over (移交) that rests on them alone is dropped. Doing it again changes
    nothing.
    """
    step, letter = replace(step, actor=SYSTEM), step.session.get_one(Letter, letter_id)
    clocks = {one.id: one for one in store.of_ticket(step.session, ticket.id)
              if one.letter_id == letter_id}  # fmt: skip
    reason = f"{letter.kind.label}{letter.number}没有送达，反馈期限届满不计超期"
    untrue = [one for one in store.breaches(step.session, ticket.id)
              if one.judgement != WITHDRAWN and one.clock_id in clocks
              and not asked_in_time(step.session, clocks[one.clock_id])]  # fmt: skip
    for breach in untrue:
        withdraw_breach(step, ticket, breach, reason, "house/H-33")
    if not untrue:
        return
    follow_grounds(step, ticket, reason)
    _drop_referrals(step, letter, reason)


def follow_reply(step: Step, ticket: Ticket, clock: Clock, reason: str) -> None:
    """Let the breach of a reply's limit follow it to the later day that counts from its leaving.

    What was recorded before the leaving was counted is withdrawn, or missed from that day on.
    """
    follow_limits(step, ticket, [(clock, reason)], "house/H-33")
    if clock.id in store.withdrawn(step.session, ticket.id):
        letter = step.session.get_one(Letter, clock.letter_id)
        _drop_referrals(replace(step, actor=SYSTEM), letter, reason, clock)


def _drop_referrals(step: Step, letter: Letter, reason: str, of: Clock | None = None) -> None:
    """Drop what was proposed for a letter's late reply: all, or for one missed limit of it."""
    for moot in moot_referrals(step, letter):
        if of is None or moot.facts.get("reply_clock") == of.id:
            letters.drop_letter(step, moot, f"{reason}，自动提议的移交不再需要。")
