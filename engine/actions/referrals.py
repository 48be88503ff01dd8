"""Referral of clues (线索移交): proposed with what is on record, decided by named supervisors.

Two letters in the window, or one left unanswered, only propose (H-33). Whether conduct is
"情况恶劣、造成不良影响", and to whom it goes, is a supervisor's judgement, and stays on record.
The body concerned never sees any of it: the letter belongs to the body it is handed to.
"""

from dataclasses import replace
from typing import Any

from engine.actions import post
from engine.actions.actor import SYSTEM
from engine.actions.bare_grounds import groundless
from engine.actions.earlier_letters import (
    NAMED,
    letter_lines,
    letters_in_window,
    of_unit_before,
)
from engine.actions.evidence import evidence_for
from engine.actions.impersonal import personal_problem, refuse_personal
from engine.actions.late_replies import sent_on, words_of
from engine.actions.letter_facts import demands_for
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.referral_reasons import counted
from engine.actions.step import Step, Why, take
from engine.actions.unit_share import told_unit
from engine.errors import BadInputError, NotPermittedError
from engine.models import Clock, Letter, Ticket, Unit
from engine.rules.rectification import referral_due
from engine.rules.referral import ReferralTarget, referral_refusal, referral_targets
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.terms import (
    LetterKind,
    LetterStatus,
    NoticeKind,
    Recipient,
    RectificationGround,
    Role,
    TicketEvent,
)

JOINED = "已并入在办的问题线索移交函（第 {} 号），函稿会写明本工单和理由。"
GROUNDS = (RectificationGround.DUTY_NOT_PERFORMED,)


def targets_for(step: Step, accused_unit_id: int) -> tuple[tuple[ReferralTarget, Unit], ...]:
    """Return the bodies a clue about a unit may go to, in the document's order; never itself."""
    listed = referral_targets(step.rules, shanghai_date(step.now))
    found = [(one, ticket_store.unit_by_name(step.session, one.unit)) for one in listed]
    return tuple((one, unit) for one, unit in found if unit.id != accused_unit_id)


def choices_of(step: Step, letter: Letter) -> tuple[tuple[ReferralTarget, Unit], ...]:
    """Return the bodies a referral may go to: never the one it speaks of."""
    return targets_for(step, told_unit(letter))


def propose_referral(
    step: Step, ticket: Ticket, unit_id: int, reason: str,
    grounds: tuple[RectificationGround, ...] = GROUNDS,
) -> Letter | None:  # fmt: skip
    """Put a referral about a unit before the supervisors; None while this ticket has one in hand.

    Where another ticket's about the same unit is in hand, what is proposed joins that one
    (并入在办的移交): its draft names this ticket and why, and supervisors are told.

    Raises:
        BadInputError: it is not said why, or the words tell who the requester is.
        NotPermittedError: somebody other than a supervisor or the engine itself proposes.
    """
    if not reason.strip():
        words = "请写明提议移交的理由。"
        raise BadInputError(words, fields={"reason": words})
    refuse_personal(step, ticket, "reason", reason, "移交理由")
    if store.in_hand(step.session, ticket.id, LetterKind.REFERRAL) is not None:
        return None
    if (other := store.referral_about(step.session, unit_id)) is not None:
        return _join(step, ticket, other, reason.strip())
    details = {"restricted": True, "grounds": [one.value for one in grounds]}
    why = Why(f"提议移交线索：{reason.strip()}", details=details)
    record = take(step, ticket, TicketEvent.PROPOSE_REFERRAL, why)
    (_, first), *_ = targets_for(step, unit_id)
    letter = Letter(
        ticket_id=ticket.id, unit_id=first.id, kind=LetterKind.REFERRAL,
        status=LetterStatus.PROPOSED, proposed_at=step.now, proposed_by=step.actor.name,
        grounds=[one.value for one in grounds],
        evidence=[*letter_lines(step, unit_id), *evidence_for(step, ticket, unit_id)],
        demands=list(demands_for(LetterKind.REFERRAL)),
        facts={"accused_unit_id": unit_id, "reason": reason.strip(), "target": "",
               "judgement": "", "proposed_by_id": step.actor.account_id},
    )  # fmt: skip
    step.session.add(letter)
    step.session.flush()
    _tell_supervisors(step, ticket, unit_id, f"event:{record.id}", reason.strip())
    return letter


def _join(step: Step, ticket: Ticket, letter: Letter, reason: str) -> Letter:
    """Add a ticket and what it shows to a referral about the same unit; both tickets tell it."""
    first = step.session.get_one(Ticket, letter.ticket_id)
    words = f"提议移交线索：{reason}；并入工单 {first.number} 在办的问题线索移交函"
    details = {"restricted": True, "joins": letter.id}
    record = take(step, ticket, TicketEvent.PROPOSE_REFERRAL, Why(words, details=details))
    joined = {"ticket": ticket.number, "reason": reason, "at": step.now.isoformat(),
              "by_engine": step.actor.account_id is None}  # fmt: skip
    letter.facts = {**letter.facts, "joined": [*letter.facts.get("joined", []), joined]}
    unit_id, joins = told_unit(letter), Own(f"（并入工单 {first.number} 在办的移交函）")
    told = Own.joined("", [reason, joins])
    _tell_supervisors(step, ticket, unit_id, f"event:{record.id}", told)
    return letter


def joined_words(made: Letter, ticket: Ticket) -> str:
    """Return what to answer where a proposal joined another ticket's referral; else nothing."""
    return JOINED.format(made.id) if made.ticket_id != ticket.id else ""


def _tell_supervisors(step: Step, ticket: Ticket, unit_id: int, key: str, reason: str) -> None:
    unit = step.session.get_one(Unit, unit_id)
    facts = {"unit": unit.name, "letter_kind": LetterKind.REFERRAL.label, "reason": reason}
    to = post.addresses(step.session, None, (Recipient.SUPERVISOR,))
    post.post(step, ticket, Mail(key=key, kind=NoticeKind.LETTER_PROPOSED, facts=facts), to)


def after_rectification(step: Step, ticket: Ticket, letter: Letter) -> Letter | None:
    """Propose a referral where the letter just sent was one too many for its unit (H-33)."""
    return _propose_if_due(step, ticket, letter.unit_id, letter)


def after_reply_breach(step: Step, ticket: Ticket, clock: Clock) -> Letter | None:
    """Propose a referral where a rectification letter was left unanswered in time (H-33).

    Not for one of which nothing stands any more (H-96).
    """
    letter = step.session.get(Letter, clock.letter_id) if clock.letter_id else None
    if letter is None or letter.kind is not LetterKind.RECTIFICATION or groundless(step, letter):
        return None
    return _propose_if_due(step, ticket, letter.unit_id, letter, clock)


def _propose_if_due(
    step: Step, ticket: Ticket, unit_id: int, letter: Letter, missed: Clock | None = None
) -> Letter | None:
    today = shanghai_date(step.now)
    before = letters_in_window(step, unit_id)
    sent = [sent_on(one) for one in before]
    due = referral_due(sent, today, reply_overdue=missed is not None, rules=step.rules)
    if due is None:
        return None
    grounds = tuple(RectificationGround.parse(one) for one in letter.grounds) or GROUNDS
    reason = Own(words_of(letter, missed) if missed else f"{due[0]}（{letter.number}）")
    made = propose_referral(replace(step, actor=SYSTEM), ticket, unit_id, reason, grounds)
    if made is not None:
        _keep_reason(made, missed, counted(before, letter, today))
    return made


def _keep_reason(referral: Letter, missed: Clock | None, letters: dict[str, object]) -> None:
    """Keep with a proposal, or with what joined one, on which missed limit or letters it rests."""
    named = {"reply_clock": missed.id} if missed else letters
    *before, last = referral.facts.get("joined") or [None]
    joined = {"joined": [*before, {**last, **named}]} if last else named
    referral.facts = {**referral.facts, **joined}


def settle(step: Step, letter: Letter, *, target: str, judgement: str) -> None:
    """Write into a referral's draft to whom it goes, and the judgement in the drafter's words.

    Raises:
        BadInputError: the target is not one of the document's bodies, or no judgement is given.
    """
    offered = choices_of(step, letter)
    choices = {one.key: unit for one, unit in offered}
    fields = {}
    if target not in choices:
        names = "、".join(f"{one.kind}（{unit.name}）" for one, unit in offered)
        fields["target"] = f"请选择移交对象：{names}。"
    if not judgement.strip():
        fields["judgement"] = "须写明情况恶劣、造成不良影响的判断理由。"
    elif problem := personal_problem(step, letter.ticket_id, judgement, "判断理由"):
        fields["judgement"] = problem
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    letter.facts = {**letter.facts, "target": target, "judgement": judgement.strip()}
    letter.unit_id = choices[target].id
    name_letters(step, letter)


def name_letters(step: Step, letter: Letter) -> None:
    """Keep with a referral which earlier letters it names: it does not go out once one falls."""
    if letter.kind is LetterKind.REFERRAL:
        letter.facts = {**letter.facts, NAMED: [one.id for one in of_unit_before(step, letter)]}


def check_signer(step: Step, letter: Letter) -> None:
    """Refuse a signer who may not hand a clue over: not a supervisor, or its own proposer.

    Raises:
        NotPermittedError: says what is missing, with the clause.
    """
    actor, on = step.actor, shanghai_date(step.now)
    proposer = str(letter.facts.get("proposed_by_id"))
    signer, role = str(actor.account_id or "-"), actor.role or Role.SUPERVISOR
    judgement = str(letter.facts.get("judgement", ""))
    refusal = referral_refusal(proposer, signer, role, judgement, step.rules, on)
    if refusal is not None:
        message = f"{refusal[0]}（{refusal[1].label}）。"
        raise NotPermittedError(message)


def notify_target(step: Step, ticket: Ticket, letter: Letter) -> None:
    """Tell the body a clue is handed to that a referral waits; nothing of it goes by mail."""
    unit = step.session.get_one(Unit, letter.unit_id)
    facts = {"letter_number": letter.number, "kind": "", "category": "", "number": "",
             "subordinate": False,
             "link": f"{load_settings().link_base}/unit/letters/{letter.id}"}  # fmt: skip
    mail = Mail(key=f"letter:{letter.id}", kind=NoticeKind.REFERRAL, facts=facts, letter=letter,
                unit=unit)  # fmt: skip
    post.post(step, ticket, mail, post.addresses(step.session, unit, (Recipient.UNIT,)))


def restricted(letter: Letter) -> dict[str, Any]:
    """Return the mark of events that units must not see; empty for every other letter."""
    return {"restricted": True} if letter.restricted else {}
