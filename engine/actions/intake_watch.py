"""What a new ticket is compared with (受理提示): repeats, groups, emergencies, mixed messages.

Every finding is a proposal on record for people to act on; nothing here merges, hands on or
splits by itself, and no finding says who the requester is.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from engine.actions import post
from engine.actions.actor import SYSTEM
from engine.actions.likeness import alike, alike_lately, asked_lately
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.models import Requester, Ticket
from engine.rules.acceptance import (
    EarlierMatter,
    duplicates,
    emergency_lines,
    emergency_words,
    group_alert,
    mentioned_kinds,
    split_kinds,
)
from engine.rules.citations import Citation, clause
from engine.rules.shanghai import shanghai_date
from engine.store import matters as store
from engine.store.matters import BEGINNING, By, Matter
from engine.store.questions import Question
from engine.terms import NoticeKind, Recipient, TicketEvent, Urgency

SELF = "requester"


def look_around(step: Step, ticket: Ticket, requester: Requester) -> None:
    """Note on a ticket just taken in what a person should look at; a split-off one is left out."""
    if ticket.parent_id is not None:
        return
    step = replace(step, actor=SYSTEM)
    on = shanghai_date(ticket.accepted_at)
    _emergency(step, ticket, on)
    _mixed(step, ticket)
    _repeated(step, ticket, requester, on)
    _many(step, ticket, requester, on)


def _note(
    step: Step, ticket: Ticket, words: str, law: Citation, details: dict[str, object]
) -> None:
    take(step, ticket, TicketEvent.NOTE, Why(words, law.label, details))


def _emergency(step: Step, ticket: Ticket, on: date) -> None:
    words = emergency_words(ticket.title + ticket.content, step.rules, on)
    if not words:
        return
    said = (
        f"来件出现“{'”“'.join(words)}”，请核实是否转 {'、'.join(emergency_lines(step.rules, on))}"
    )
    details: dict[str, object] = {"watch": "emergency", "words": list(words)}
    _note(step, ticket, said, clause("house/H-52"), details)
    # The words themselves are the requester's: a mail says only what is to be done.
    what = "来件可能是紧急事项，请立即核实是否转紧急热线"
    mail = _mail(ticket, f"emergency:{ticket.id}", what, Urgency.CRITICAL)
    _tell(step, ticket, mail, Recipient.HOTLINE, Recipient.SUPERVISOR)


def _mixed(step: Step, ticket: Ticket) -> None:
    kinds = split_kinds(mentioned_kinds(ticket.kind, ticket.title + ticket.content))
    if len(kinds) > 1:
        words = "来件可能既投诉又举报，请核实是否分成两件"
        details: dict[str, object] = {"watch": "mixed", "restricted": True}
        _note(step, ticket, words, clause("house/H-53"), details)


def _text(ticket: Ticket) -> str:
    return ticket.title + ticket.content[:BEGINNING]


def _repeated(step: Step, ticket: Ticket, requester: Requester, on: date) -> None:
    """Propose merging with what the same requester said of the same matter (H-36)."""
    since = _repeats_since(step, ticket.accepted_at, on)
    found = store.of_requester(step.session, ticket, _known_by(requester), since)
    same = store.matters(step.session, alike(step, _text(ticket), found, on))
    earlier = [EarlierMatter(one.number, SELF, one.received_at) for one in same]
    repeats = duplicates(SELF, ticket.accepted_at, earlier, step.rules)
    if repeats:
        numbers = [one.number for one in repeats]
        words = f"疑似重复：同一诉求人曾以 {'、'.join(numbers)} 反映相近事项，可并单"
        details: dict[str, object] = {"watch": "duplicate", "numbers": numbers}
        _note(step, ticket, words, clause("house/H-36"), details)


def _repeats_since(step: Step, received_at: datetime, on: date) -> datetime:
    window = step.rules.parameters["duplicates.window"].on(on).value
    return received_at - timedelta(days=window)


def _known_by(requester: Requester) -> By:
    return By(requester.phone_mark, requester.enterprise, requester.credit_code)


def asked_around(step: Step, by: By) -> list[Question]:
    """Return what `look_around` is going to ask of a ticket received now, to be asked ahead."""
    since = _repeats_since(step, step.now, shanghai_date(step.now))
    mine = store.of_requester_question(by, since)
    return [asked_lately(step.session), *([mine] if mine else [])]


def _many(step: Step, ticket: Ticket, requester: Requester, on: date) -> None:
    """Tell supervisors of one object or matter that many raise (群体诉求, H-37)."""
    window = step.rules.parameters["group_alert.window"].on(on).value
    since = ticket.accepted_at - timedelta(days=window)
    linked = _linked(step, ticket, since, on)
    if not linked:
        return
    own = requester.credit_code or requester.enterprise or (requester.phone_mark or b"").hex()
    matters = [EarlierMatter(one.number, one.requester, one.received_at) for one in linked]
    matters.append(EarlierMatter(ticket.number, own, ticket.accepted_at))
    alert = group_alert(matters, ticket.accepted_at, step.rules)
    if alert is None:
        return
    numbers = [one.number for one in linked]
    group = _group(step, linked, since)
    details: dict[str, object] = {"watch": "group", "numbers": numbers, "group": group,
                                  "restricted": True}  # fmt: skip
    _note(step, ticket, f"群体诉求：{alert.reason}", alert.citation, details)
    # One mail a group: further tickets of the same group carry the same key.
    mail = _mail(ticket, f"group:{group}", alert.reason, ticket.urgency)
    _tell(step, ticket, mail, Recipient.SUPERVISOR)


def _group(step: Step, linked: Sequence[Matter], since: datetime) -> int:
    """Return the first ticket of a group, which is its name for as long as its window runs.

    Of a flood only the newest are compared: the first is then known from their notes.
    """
    ids = [one.id for one in linked]
    return min([*ids, *store.groups(step.session, ids, since)])


def _linked(step: Step, ticket: Ticket, since: datetime, on: date) -> list[Matter]:
    accused = ticket.accused_unit_id
    same = set(alike_lately(step, _text(ticket), since, on, besides=ticket.id))
    if accused is not None:
        same |= set(store.of_accused(step.session, ticket, accused, since))
    return store.matters(step.session, list(same))


def _mail(ticket: Ticket, key: str, what: str, urgency: Urgency) -> Mail:
    common = post.common_facts(ticket)
    item = {"number": ticket.number, "kind": ticket.kind.label, "what": Own(what), "due_on": None,
            "link": common["link"], "confidential": ticket.confidential}  # fmt: skip
    facts = {"items": [item]}
    return Mail(key=key, kind=NoticeKind.DIGEST, facts=facts, urgency=urgency)


def _tell(step: Step, ticket: Ticket, mail: Mail, *recipients: Recipient) -> None:
    post.post(step, ticket, mail, post.addresses(step.session, None, recipients))
