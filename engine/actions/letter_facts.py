"""Draws a letter's facts from a ticket's tables: evidence lines with time and number."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime

from engine.actions import clocks
from engine.actions.clocks import REWORK_RULE, SUPERVISED_RULE
from engine.actions.earlier_letters import earlier_grounds, lines_now
from engine.actions.excused_breaches import is_excused
from engine.actions.ground_evidence import beside_grounds, by_ground
from engine.actions.letter_history import history_of
from engine.actions.letter_limits import (
    again_of,
    began_of,
    breaches_of,
    certificates_of,
    clocks_behind,
    limits_of,
    rework_clock,
)
from engine.actions.letter_proofs import shorter_of
from engine.actions.proofs import proofs_of
from engine.actions.referral_facts import referral_of, with_pages
from engine.actions.step import Step
from engine.actions.unit_share import Share, share_behind, share_of, told_unit
from engine.documents.asked_words import asked_words
from engine.documents.letter_data import UNNUMBERED, LetterData
from engine.documents.letter_texts import (
    Correction,
    RectificationFacts,
    letter_from,
)
from engine.errors import ConflictError
from engine.lifecycle import LETTER
from engine.models import Clock, Letter, Ticket, Unit
from engine.rules import escalation
from engine.rules.citations import cited_by_number, cited_in_full
from engine.rules.letter_life import GONE_OUT
from engine.rules.rectification import supervision_level
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import Deadline
from engine.settings import load_settings
from engine.store import clocks as clock_store
from engine.store import letters as letter_store
from engine.terms import (
    ClockKind,
    DueStatus,
    LetterKind,
    RectificationGround,
    Rung,
)

DEMANDS = {
    LetterKind.RECTIFICATION: (
        "重新办理并向诉求人说明", "开展内部整改，落实责任",
    ),
    LetterKind.SUPERVISION: ("立即办理该工单，并报告办理情况",),
    LetterKind.REMINDER: ("立即办理并答复该工单",),
    LetterKind.REFERRAL: ("依规依纪依法处理，并反馈处理结果",),
    LetterKind.CORRECTION: (),
}  # fmt: skip


def demands_for(kind: LetterKind) -> tuple[str, ...]:
    """Return the demands a letter of that kind begins with; the drafter may change them."""
    return DEMANDS[kind]


def demands_of(step: Step, ticket: Ticket, kind: LetterKind) -> list[str]:
    """Return the demands a letter to a ticket's lead unit begins with.

    What that unit has not answered yet is to be finished, not done again.
    """
    answered = share_of(step, ticket, ticket.lead_unit_id or 0).answered_at() is not None
    again = "重新办理并" if answered else "抓紧办结并"
    return [one.replace("重新办理并", again) for one in demands_for(kind)]


def letter_data(step: Step, letter: Letter, *, number: str | None) -> LetterData:
    """Return the letter as it would be set now; without `number` it reads 待编.

    Raises:
        DocumentError: a template misses a fact.
    """
    facts = facts_of(step, letter, number or UNNUMBERED)
    return with_pages(facts) if facts.referral else letter_from(letter.kind, facts)


def facts_of(
    step: Step, letter: Letter, number: str, *, in_short: bool = True
) -> RectificationFacts:  # fmt: skip
    """Return everything a letter says, gathered from the ticket's tables.

    `in_short` reckons what a 整改函 says where it has to fit on one page, too.
    """
    session, settings = step.session, load_settings()
    ticket = session.get_one(Ticket, letter.ticket_id)
    # A referral goes to one body and speaks of another, which the hotline asks and never tells.
    referral = referral_of(step, letter)
    unit, share = session.get_one(Unit, told_unit(letter)), share_behind(step, ticket, letter)
    clock = main_of(ticket, share.clocks)
    breaches, rework = breaches_of(step, ticket, share), rework_clock(share)
    behind = clocks_behind(letter.evidence, breaches)
    reply = reply_due(step, ticket, letter)
    began = began_of(step, ticket, share)
    certificate, *more = certificates_of(clock, behind, began)
    grounds = [RectificationGround.parse(one) for one in letter.grounds]
    say = str if unit.subordinate else asked_words
    lines = [say(one) for one in lines_now(step, letter)]
    claims = (grounds, lines, proofs_of(step, ticket), earlier_grounds(step, lines))
    facts = RectificationFacts(
        issuer=settings.organ_name,
        unit=unit.name,
        subordinate=unit.subordinate and not letter.facts.get("restricted") and referral is None,
        ticket_number=ticket.number,
        kind_label=ticket.kind.label,
        accepted_at=ticket.accepted_at,
        dispatched_at=share.dispatched_at,
        due_on=clock.due_on,
        grounds=by_ground(*claims),
        beside=beside_grounds(*claims),
        demands=tuple(letter.demands),
        reply_by=reply.due_on,
        reply_days=reply.counted.limit,
        reply_provisional=reply.status is DueStatus.PROVISIONAL,
        objection_channel=settings.contact,
        basis=cited_in_full(LETTER),
        number_cited=cited_by_number(LETTER),
        dated=shanghai_date(letter.approved_at or step.now),
        limit_working_days=clock.certificate["limit"],
        signed_at=share.signed_at,
        deemed=share.deemed,
        answered_at=share.answered_at(rework),
        overdue_days=charged_days(step, rework or clock),
        overdue_since=(rework or clock).due_at,
        level=_level(step, letter, share),
        contact=settings.contact,
        cc="，".join(letter.facts.get("copies", [])),
        confidential=ticket.confidential,
        number=number,
        certificate=certificate,
        more_certificates=tuple(more),
        limits=limits_of(clock, behind),
        again=again_of(rework, share.answered_at()),
        history=tuple(replace(one, text=say(one.text)) for one in history_of(step, ticket, share)),
        referral=referral,
        correction=_correction_of(letter),
    )
    if letter.kind is not LetterKind.RECTIFICATION or not in_short:
        return facts
    return replace(facts, shorter=shorter_of(facts, claims, clock, breaches, began))


def _level(step: Step, letter: Letter, share: Share) -> str:
    """Return how high a letter supervises its unit (督办级别); nothing for other letters."""
    if letter.kind is not LetterKind.SUPERVISION:
        return ""
    sent = letter_store.of_ticket(step.session, letter.ticket_id)
    earlier = [one for one in sent if one.id != letter.id and one.unit_id == letter.unit_id
               and one.kind is letter.kind and one.status in GONE_OUT]  # fmt: skip
    clocks_seen = {one.id for one in share.clocks}
    talked = any(
        row.rung is Rung.L3_INTERVIEW and row.clock_id in clocks_seen
        for row in clock_store.rungs(step.session, letter.ticket_id)
    )
    return supervision_level(len(earlier), interviewed=talked)


def title_of(step: Step, letter: Letter) -> str:
    """Return the title a letter was signed with, or would have now."""
    signed = letter.facts.get("signed")
    return str(signed["title"] if signed else letter_data(step, letter, number=letter.number).title)


def _correction_of(letter: Letter) -> Correction | None:
    if letter.kind is not LetterKind.CORRECTION:
        return None
    if "wrong" not in letter.facts:  # proposed before that was refused: corrects nothing
        message = "这份更正函没有写明更正哪份函，请选“不发”，再到原函页面提起更正。"
        raise ConflictError(message)
    said = {name: letter.facts[name] for name in ("number", "title", "wrong", "right")}
    return Correction(dated=date.fromisoformat(letter.facts["dated"]), **said)


def main_clock(step: Step, ticket: Ticket) -> Clock:
    """Return the clock a letter speaks of: the lead unit's own limit, not that of a rework.

    A ticket that never was with a unit has the requester's only.
    """
    return main_of(ticket, clock_store.of_ticket(step.session, ticket.id))


def main_of(ticket: Ticket, clocks: Sequence[Clock]) -> Clock:
    """Return which of these clocks is the main one; a law's own limit runs in its unit's stead.

    Raises:
        ConflictError: none of them is a limit to answer.
    """
    handling = [one for one in clocks if one.kind is ClockKind.HANDLING]
    first_round = [one for one in handling if one.certificate["rule"] != REWORK_RULE]
    by_law = [one for one in clocks if one.kind is ClockKind.FOLLOW_UP and one.unit_id is not None]
    requester = [one for one in clocks if one.kind is ClockKind.REQUESTER]
    found = next(iter([*first_round[::-1], *handling[::-1], *by_law, *requester]), None)
    if found is None:
        message = f"工单 {ticket.number} 没有办理时限，不能据此发函。"
        raise ConflictError(message)
    return found


def overdue_working_days(step: Step, clock: Clock) -> int:
    """Return how many working days a clock is (or was, when stopped) past its due day."""
    end = clock.stopped_at or step.now
    return escalation.overdue_working_days(clock.due_on, clock.due_at, end, step.rules)


def charged_days(step: Step, clock: Clock) -> int:
    """Return how many of those a letter may hold against a unit: none where they are excused."""
    return 0 if is_excused(step, clock) else overdue_working_days(step, clock)


def reply_due(step: Step, ticket: Ticket, letter: Letter) -> Deadline:
    """Return by when a letter that leaves on the day it was signed must be answered.

    One that leaves later says so itself: its unit has the same days from then on.
    """
    since = letter.approved_at or step.now
    deadline = clocks.deadline_of(ticket, ClockKind.RECTIFICATION_REPLY, since, step.rules,
                                  rule=reply_rule(letter))  # fmt: skip
    if deadline is None:
        message = "整改反馈没有时限"
        raise ValueError(message)
    return deadline


def reply_rule(letter: Letter) -> str:
    """Return the limit a letter's reply has in place of the common one (H-92): as it was signed.

    One that was signed before there was another keeps the one it names.
    """
    signed = letter.facts.get("signed")
    if signed is not None:
        return str(signed.get("reply_rule", ""))
    return SUPERVISED_RULE if letter.kind is LetterKind.SUPERVISION else ""


def digest_of(step: Step, letter: Letter) -> str:
    """Return a digest of all a letter says, but for what the calendar alone moves on."""
    facts = facts_of(step, letter, UNNUMBERED, in_short=False)
    lasting = replace(facts, dated=date.min, reply_by=date.min, overdue_days=0,
                      overdue_since=None, reply_provisional=False)  # fmt: skip
    return hashlib.sha256(json.dumps(asdict(lasting), default=_plain).encode()).hexdigest()


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
