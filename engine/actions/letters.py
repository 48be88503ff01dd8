"""A letter before it has a number: proposed, drafted, reviewed by another, sent back or dropped."""

from dataclasses import dataclass, replace

from engine.actions import letter_copies, post, referrals
from engine.actions.conduct import grounds_on_record
from engine.actions.earlier_letters import earlier_grounds
from engine.actions.evidence import evidence_for
from engine.actions.ground_evidence import (
    judged,
    judged_lines,
    unproved,
)
from engine.actions.impersonal import personal_problem, refuse_personal
from engine.actions.letter_facts import demands_of, digest_of, letter_data
from engine.actions.moot_letters import known_evidence, refuse_fallen, unproved_words
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.proofs import proofs_of
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.actions.untrue_mail import take_back_proposal
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import Bulletin, Letter, Ticket, Unit
from engine.rules.letter_life import LetterRefused, letter_move
from engine.rules.rectification import grounds
from engine.rules.shanghai import shanghai_date
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.terms import (
    LetterAct,
    LetterKind,
    LetterStatus,
    NoticeKind,
    Recipient,
    RectificationGround,
    TicketEvent,
)

HOW_TO_CORRECT = "更正函从被更正的那份函提起：打开已发出的函，点“发更正函”，写明原文和更正的内容。"
LEAST_FOUND = 10  # characters
LONGEST_OPINION = 500


@dataclass(frozen=True)
class Proposal:
    """A wish for a letter: which kind, on what grounds, in whose words."""

    kind: LetterKind
    grounds: tuple[RectificationGround, ...]
    reason: str


def propose_letter(
    step: Step, ticket: Ticket, proposal: Proposal, *, tell: bool = True
) -> Letter | None:
    """Put a letter before the supervisors; nothing happens when its unit has one in hand.

    The engine only proposes: a named supervisor drafts, another approves. `tell=False` leaves it
    to the caller to write to them.
    """
    if proposal.kind is LetterKind.CORRECTION:
        raise BadInputError(HOW_TO_CORRECT, fields={"kind": HOW_TO_CORRECT})
    lead = ticket.lead_unit_id
    if lead is not None and proposal.kind is LetterKind.REFERRAL:
        return referrals.propose_referral(step, ticket, lead, proposal.reason, proposal.grounds)
    if lead is None or _has_one(step, ticket, proposal.kind, lead):
        return None
    proposal = _with_record(step, ticket, proposal)
    why = Why(f"提议发{proposal.kind.label}：{proposal.reason}",
              details={"grounds": [one.value for one in proposal.grounds]})  # fmt: skip
    record = take(step, ticket, TicketEvent.PROPOSE_LETTER, why)
    letter = Letter(
        ticket_id=ticket.id, unit_id=lead, kind=proposal.kind, status=LetterStatus.PROPOSED,
        proposed_at=step.now, proposed_by=step.actor.name,
        grounds=[one.value for one in proposal.grounds],
        evidence=evidence_for(step, ticket, lead), demands=demands_of(step, ticket, proposal.kind),
    )  # fmt: skip
    step.session.add(letter)
    step.session.flush()
    if tell:
        _tell_supervisors(step, ticket, letter, f"event:{record.id}", proposal.reason)
    return letter


def _has_one(step: Step, ticket: Ticket, kind: LetterKind, unit_id: int) -> bool:
    return store.in_hand(step.session, ticket.id, kind, unit_id) is not None


def propose_by_hand(step: Step, ticket: Ticket, wish: Proposal) -> Letter | None:
    """Put somebody's wish for a letter before the supervisors, as `propose_letter` does.

    Raises:
        BadInputError: the reason tells who the requester is, or no event proves a ground.
    """
    fields = {}
    if problem := personal_problem(step, ticket.id, wish.reason, "理由"):
        fields["reason"] = problem
    lines = evidence_for(step, ticket, ticket.lead_unit_id or 0)
    # A reminder names no ground; a referral rests on earlier letters too.
    if wish.kind not in (LetterKind.REMINDER, LetterKind.REFERRAL) and (
        problem := unproved_words(
            step, ticket, unproved(wish.grounds, lines, proofs_of(step, ticket), {})
        )
    ):
        fields["grounds"] = problem
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    return propose_letter(step, ticket, wish)


def _with_record(step: Step, ticket: Ticket, proposal: Proposal) -> Proposal:
    """Add what else the record speaks for; the drafter decides what is kept (H-32)."""
    if proposal.kind is not LetterKind.RECTIFICATION:
        return proposal
    found = grounds_on_record(step, ticket)
    more = [why for ground, why in found.items() if ground not in proposal.grounds]
    reason = Own.joined("；", [proposal.reason, *map(Own, more)])
    return replace(proposal, reason=reason, grounds=(*dict.fromkeys([*proposal.grounds, *found]),))


def _tell_supervisors(step: Step, ticket: Ticket, letter: Letter, key: str, reason: str) -> None:
    unit = step.session.get_one(Unit, letter.unit_id)
    facts = {"unit": unit.name, "letter_kind": letter.kind.label, "reason": reason}
    to = post.addresses(step.session, unit, (Recipient.SUPERVISOR,))
    post.post(step, ticket, Mail(key=key, kind=NoticeKind.LETTER_PROPOSED, facts=facts), to)


@dataclass(frozen=True)
class Draft:
    """What a drafter settles: the grounds, the demands, the evidence lines kept.

    A referral (移交函) also needs its target's key and the judgement that the matter is grave.
    `copies` names the units that are sent a copy (抄送). `found` says what was found and how
    (认定情况), where a ground is a person's judgement; it stays on record and is not printed.
    """

    grounds: tuple[RectificationGround, ...]
    demands: tuple[str, ...]
    evidence: tuple[str, ...] | None = None
    target: str = ""
    judgement: str = ""
    copies: tuple[str, ...] = ()
    found: str = ""


def draft_letter(step: Step, letter: Letter, draft: Draft) -> Letter:
    """Draft a proposed or rejected letter (拟稿).

    Raises:
        BadInputError: no ground or no demand is left, a judgement does not say what was found, or
            what was typed tells who the requester is.
        ConflictError: the letter is past drafting.
    """
    status = moved(step, letter, LetterAct.DRAFT)
    _check_draft(step, letter, draft)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    if letter.kind is LetterKind.REFERRAL:
        referrals.settle(step, letter, target=draft.target, judgement=draft.judgement)
    letter_copies.settle(step, ticket, letter, draft.copies)
    names = "、".join(one.label for one in draft.grounds)
    found = draft.found.strip() if judged(draft.grounds) else ""
    letter.facts = {**letter.facts, "found": found}
    said = f"；认定情况：{found}" if found else ""
    why = Why(f"拟{letter.kind.label}稿：{names}{said}", details=referrals.restricted(letter))
    record = take(step, ticket, TicketEvent.DRAFT_LETTER, why)
    letter.grounds = [one.value for one in draft.grounds]
    letter.demands = list(draft.demands)
    kept = _evidence(step, ticket, letter, draft)
    letter.evidence = [*kept, *judged_lines(draft.grounds, record)]
    letter.status, letter.drafted_by_id = status, step.actor.account_id
    letter.drafted_at, letter.opinion = step.now, ""
    letter_data(step, letter, number=None)
    return letter


def _evidence(step: Step, ticket: Ticket, letter: Letter, draft: Draft) -> list[str]:
    """Return the lines a drafter keeps; all of them must stand in the record."""
    known = known_evidence(step, ticket, letter)
    if draft.evidence is None:
        return known
    if not set(draft.evidence) <= set(known):
        words = "依据只能取自工单经过，请从列出的依据里勾选。"
        raise BadInputError(words, fields={"evidence": words})
    return [line for line in known if line in draft.evidence]


def _check_draft(step: Step, letter: Letter, draft: Draft) -> None:
    fields = {}
    listed = dict(grounds(step.rules, shanghai_date(step.now)))
    if not draft.grounds:
        fields["grounds"] = "请至少选一项事由。"
    elif unlisted := [one.label for one in draft.grounds if one not in listed]:
        fields["grounds"] = f"{'、'.join(unlisted)}不在现行事由之列，请改选。"
    elif problem := _unproved(step, letter, draft):
        fields["grounds"] = problem
    if not [one for one in draft.demands if one.strip()]:
        fields["demands"] = "请写明要求。"
    elif problem := personal_problem(step, letter.ticket_id, "\n".join(draft.demands), "要求"):
        fields["demands"] = problem
    if problem := _unfounded(step, letter, draft):
        fields["found"] = problem
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _unfounded(step: Step, letter: Letter, draft: Draft) -> str:
    """Return why the words for what a person judged will not do: no event proves it."""
    names = judged(draft.grounds)
    if not names or letter.kind in (LetterKind.REMINDER, LetterKind.CORRECTION):
        return ""
    if len(draft.found.strip()) < LEAST_FOUND:
        said = "、".join(one.label for one in names)
        return (f"“{said}”没有事件可证，请写认定情况（至少 {LEAST_FOUND} 个字）：何时、向谁、"
                "怎样查明了什么。")  # fmt: skip
    return personal_problem(step, letter.ticket_id, draft.found, "认定情况")


def _unproved(step: Step, letter: Letter, draft: Draft) -> str:
    """Return which grounds no kept line proves; a reminder names none."""
    if letter.kind in (LetterKind.REMINDER, LetterKind.CORRECTION):
        return ""
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    kept = _evidence(step, ticket, letter, draft)
    bare = unproved(draft.grounds, kept, proofs_of(step, ticket), earlier_grounds(step, kept))
    return unproved_words(step, ticket, bare)


def review_letter(step: Step, letter: Letter) -> Letter:
    """Review a draft (核稿): somebody other than its drafter finds it right as it stands.

    What was reviewed is kept as a digest; signing refuses a letter that would now say other things.

    Raises:
        NotPermittedError: the reviewer is the drafter.
        ConflictError: there is no draft to review, or what it rests on is so no more.
    """
    status = moved(step, letter, LetterAct.REVIEW)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    refuse_fallen(step, letter)
    why = Why(f"核{letter.kind.label}稿", details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.REVIEW_LETTER, why)
    letter.status, letter.reviewed_by_id, letter.reviewed_at = (
        status,
        step.actor.account_id,
        step.now,
    )
    referrals.name_letters(step, letter)
    letter.reviewed_digest = digest_of(step, letter)
    return letter


def moved(step: Step, letter: Letter | Bulletin, act: LetterAct) -> LetterStatus:
    """Return where `act` leads a letter or a bulletin.

    Raises:
        ConflictError: the letter is in no state for it; the message says what may be done.
        NotPermittedError: it is another person's to do.
    """
    actor = step.actor.account_id
    own = actor is not None and actor == letter.drafted_by_id
    target = letter_move(letter.status, act, own_draft=own)
    if isinstance(target, LetterRefused):
        message = target.reason if target.by_person else f"这份{letter.kind.label}{target.reason}"
        raise NotPermittedError(message) if target.by_person else ConflictError(message)
    return target


def opinion_of(act: LetterAct, opinion: str) -> str:
    """Return why a draft is turned down.

    Raises:
        BadInputError: no reason was given.
    """
    return stated(opinion, "opinion", f"请写明{act.label}的理由。", LONGEST_OPINION)


def reject_letter(step: Step, letter: Letter, opinion: str) -> Letter:
    """Send a draft back to its drafter with an opinion (退回修改)."""
    return _turn_down(step, letter, LetterAct.REJECT, opinion)


def drop_letter(step: Step, letter: Letter, reason: str) -> Letter:
    """Decide not to send a letter (不发); the reason stays on record."""
    dropped = _turn_down(step, letter, LetterAct.DROP, reason)
    take_back_proposal(step, letter)
    return dropped


def _turn_down(step: Step, letter: Letter, act: LetterAct, opinion: str) -> Letter:
    status, said = moved(step, letter, act), opinion_of(act, opinion)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    if step.actor.account_id is not None:
        refuse_personal(step, ticket, "opinion", said, f"{act.label}的理由")
    words = f"{letter.kind.label}{act.label}：{said}"
    why = Why(words, details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.REJECT_LETTER, why)
    letter.status, letter.opinion = status, said
    return letter
