"""Acceptance (受理): what is refused and how, what leaves at once, what is split or merged."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.rules.citations import Citation, cites, clause
from engine.rules.likeness import letter_pairs
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import RefusalReason, TicketKind

_WHOLE = 100  # per cent


@dataclass(frozen=True)
class RefusalRule:
    """One ground for not accepting: whether a second person must agree, and the lawful way."""

    reason: RefusalReason
    needs_approval: bool
    advice: str
    citation: Citation


@dataclass(frozen=True)
class EarlierMatter:
    """An earlier ticket on the same matter: number, requester, when received."""

    number: str
    requester: str
    received_at: datetime


@dataclass(frozen=True)
class GroupAlert:
    """A matter that many raise (群体诉求): how many requesters and tickets, in the window."""

    requesters: int
    tickets: int
    reason: str
    citation: Citation


@cites("house/H-35")
def refusal_rule(reason: RefusalReason, rules: RuleSet, on: date) -> RefusalRule:
    """Return what a refusal on this ground takes, and what the requester is told."""
    setting = rules.parameters["acceptance.refusals"].on(on)
    stated = setting.value[reason.value]
    return RefusalRule(reason, stated["approval"], stated["advice"], setting.citation)


@cites("house/H-35")
def refusal_stands(
    rule: RefusalRule,
    proposers: Collection[int | None],
    approver: int | None,
    *,
    was_with_unit: bool,
) -> bool:
    """Return whether enough people have looked at a refusal (四眼): its decider, and a proposer.

    Only what needs no approval, and never was with a unit, one person may refuse alone.
    """
    alone = not rule.needs_approval and not was_with_unit
    return alone or any(proposer != approver for proposer in proposers)


@cites("house/H-35")
def deemed_accepted_on(received_at: datetime, rules: RuleSet) -> date:
    """Return the day after whose end a matter without a decision counts as accepted."""
    received_on = shanghai_date(received_at)
    days: int = rules.parameters["acceptance.silence_accepts"].on(received_on).value
    return rules.calendar.nth_working_day_after(received_on, days)


@cites("house/H-52")
def emergency_words(text: str, rules: RuleSet, on: date) -> tuple[str, ...]:
    """Return the words in a text that hint at an emergency; a person decides (转紧急热线)."""
    return tuple(
        word for word in rules.parameters["acceptance.emergency_words"].on(on).value if word in text
    )


@cites("house/H-52")
def emergency_lines(rules: RuleSet, on: date) -> dict[str, str]:
    """Return the emergency numbers and whom they reach."""
    return dict(rules.parameters["acceptance.emergency_lines"].on(on).value)


@cites("house/H-53", "chengzhong-2023-19/130/kinds")
def split_kinds(kinds: Sequence[TicketKind]) -> tuple[TicketKind, ...]:
    """Return the tickets one message becomes: 投诉 and 举报 apart, anything else its first kind."""
    both = (TicketKind.COMPLAINT, TicketKind.REPORT)
    return both if set(both) <= set(kinds) else tuple(kinds[:1])


@cites("house/H-53")
def mentioned_kinds(kind: TicketKind, text: str) -> tuple[TicketKind, ...]:
    """Return a message's kinds: its own, and 投诉 or 举报 where the text speaks of the other too.

    Only a hint: a person decides whether the message is split.
    """
    pair = (TicketKind.COMPLAINT, TicketKind.REPORT)
    if kind not in pair:
        return (kind,)
    other = pair[1 - pair.index(kind)]
    return (kind, other) if other.label in text else (kind,)


@cites("house/H-36")
def same_matter(one: str, other: str, rules: RuleSet, on: date) -> bool:
    """Return whether two texts are alike enough to be proposed as one matter (同一事项)."""
    share: int = rules.parameters["duplicates.similarity"].on(on).value
    pairs, others = letter_pairs(one), letter_pairs(other)
    both = len(pairs) + len(others)
    return both > 0 and _WHOLE * 2 * len(pairs & others) >= share * both


@cites("house/H-36")
def duplicates(
    requester: str, received_at: datetime, earlier: Sequence[EarlierMatter], rules: RuleSet
) -> tuple[EarlierMatter, ...]:
    """Return the earlier tickets to propose for merging (并单): same requester, same matter.

    `earlier` are tickets on the same matter; the window runs back from receipt. A person confirms.
    """
    received_on = shanghai_date(received_at)
    window: int = rules.parameters["duplicates.window"].on(received_on).value
    recent = _within(earlier, received_at, window)
    return tuple(matter for matter in recent if matter.requester == requester)


@cites("house/H-37")
def group_alert(
    matters: Sequence[EarlierMatter], now: datetime, rules: RuleSet
) -> GroupAlert | None:
    """Return the alert that one matter deserves, all its tickets given; None below the limits."""
    on = shanghai_date(now)
    window: int = rules.parameters["group_alert.window"].on(on).value
    people: int = rules.parameters["group_alert.requesters"].on(on).value
    repeats: int = rules.parameters["group_alert.repeats"].on(on).value
    recent = _within(matters, now, window)
    requesters = Counter(matter.requester for matter in recent)
    most = max(requesters.values(), default=0)
    if len(requesters) < people and most < repeats:
        return None
    several = len(requesters) >= people
    reason = (
        f"{window} 日内 {len(requesters)} 名诉求人反映同一对象"
        if several
        else f"{window} 日内同一事项反映 {most} 次"
    )
    return GroupAlert(len(requesters), len(recent), reason, clause("house/H-37"))


def _within(
    matters: Sequence[EarlierMatter], moment: datetime, days: int
) -> tuple[EarlierMatter, ...]:
    since = moment - timedelta(days=days)
    return tuple(matter for matter in matters if since <= matter.received_at <= moment)


@cites("house/H-39")
def kept_confidential(kind: TicketKind, wish: bool | None, rules: RuleSet, on: date) -> bool:
    """Return whether a ticket is kept confidential: what was asked for, else what its kind wants.

    A report (举报) is confidential whatever anybody says.
    """
    if wish is None:
        wish = kind in rules.parameters["privacy.confidential_kinds"].on(on).value
    return wish or kind is TicketKind.REPORT


@cites("chengzhong-2023-19/113/intake", "house/H-38")
def must_avoid_unit(kind: TicketKind, rules: RuleSet, on: date) -> bool:
    """Return whether a ticket about a unit may not go to that unit alone (回避)."""
    return kind in rules.parameters["conflict.kinds"].on(on).value
