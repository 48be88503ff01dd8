"""Takes the requester out of tickets whose time is over (到期脱敏), unless somebody holds them.

A ticket keeps its matter, its days, its answers and its place in every figure; what goes is who
called: name, number, their marks, credentials, and both wherever they stand in people's words.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlmodel import Session

from engine.actions.actor import require_role
from engine.actions.audit import Note, note
from engine.actions.background import system_step
from engine.actions.rules_in_force import rules_in_force
from engine.actions.stated import stated
from engine.actions.step import Step
from engine.errors import ConflictError, NotFoundError
from engine.models import LegalHold, Requester, Ticket
from engine.models.requester import digits_of
from engine.rules.citations import clause
from engine.rules.shanghai import SHANGHAI, shanghai_date
from engine.store import audit as audit_store
from engine.store import retention as store
from engine.store.database import work
from engine.terms import Role

LONGEST_REASON = 500
SHORTEST_NAME = 2
BEFORE_A_TICK_ENDS = 50  # batches


@dataclass(frozen=True)
class Preview:
    """What a run would do now: tickets due, tickets held, tickets past the archive's years.

    `due` are counted among the `looked_at` oldest tickets whose requester is still known.
    """

    contact_before: date
    looked_at: int
    due: int
    held: int
    archive_before: date
    archive: int


def preview(session: Session, now: datetime) -> Preview:
    """Return what a run would take out, without doing anything."""
    contact, archive = (
        _limit(session, now, "retention.contact"),
        _limit(session, now, "retention.ticket"),
    )
    looked_at, due = store.oldest(session, _start(contact))
    held = store.held(session, _start(contact))
    return Preview(contact, looked_at, due, held, archive, store.past(session, _start(archive)))


def _limit(session: Session, now: datetime, what: str) -> date:
    """Return the day before which a ticket must have been closed (H-42)."""
    on = shanghai_date(now)
    years: int = rules_in_force(session).parameters[what].on(on).value
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February
        return on.replace(year=on.year - years, day=28)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def run(now: datetime) -> Counter[str]:
    """Take out what is due, a transaction a batch; stopped, it goes on next time."""
    with work() as session:
        before = _start(_limit(session, now, "retention.contact"))
    counts: Counter[str] = Counter()
    after = 0
    for _ in range(BEFORE_A_TICK_ENDS):
        with work() as session:
            ids = store.due(session, before, after)
            _take_out(session, ids, now, counts)
        if len(ids) < store.BATCH:
            break
        after = ids[-1]
    return counts


def _take_out(session: Session, ids: list[int], now: datetime, counts: Counter[str]) -> None:
    changed, done = [], []
    for ticket_id in ids:
        who = store.locked(session, ticket_id)
        if who is None:
            continue
        if who.trouble:
            counts["unreadable"] += 1
            continue
        changed += _one(session, who, now)
        done.append(ticket_id)
    counts["taken_out"] += len(done)
    if done:
        _record(session, now, done, changed)


def _one(session: Session, who: Requester, now: datetime) -> list[int]:
    """Take one requester out; return the events whose words were changed by it."""
    said, instead = _traces(who)
    store.mask_words(session, who.ticket_id, said, instead)
    events = store.mask_events(session, who.ticket_id, said, instead)
    store.drop_credentials(session, who.ticket_id)
    who.name_sealed = who.phone_sealed = who.phone_mark = who.phone_end = None
    who.taken_out_at = now
    session.flush()
    return events


def _traces(who: Requester) -> tuple[list[str], list[str]]:
    """Return what stands for a requester in texts, and what stands there from now on."""
    numbers = list(dict.fromkeys(one for one in (who.phone, digits_of(who.phone)) if one))
    names = [who.contact_name] if len(who.contact_name) >= SHORTEST_NAME else []
    return numbers + names, [store.NUMBER] * len(numbers) + [store.NAME] * len(names)


def _record(session: Session, now: datetime, done: list[int], changed: list[int]) -> None:
    step = system_step(session, now)
    cited = clause("house/H-42").label
    taken = {"tickets": done, "clause": cited}
    note(session, step.actor, now, Note(store.STREAM, "taken_out", taken))
    if changed:
        left = audit_store.words_left(session, changed)
        log = {"log": audit_store.EVENTS, "ids": list(left), "digests": list(left.values()),
               "clause": cited}  # fmt: skip
        note(session, step.actor, now, Note(store.STREAM, audit_store.WORDS_TAKEN_OUT, log))


def hold(step: Step, ticket: Ticket, reason: str) -> LegalHold:
    """Keep a ticket as it is until the hold is released (保存令).

    Raises:
        NotPermittedError: only supervisors.
        BadInputError: no reason, or the requester was taken out already.
        ConflictError: it is held already.
    """
    require_role(step.actor, Role.SUPERVISOR)
    stated(reason, "reason", "请写明为什么保存，例如“行政复议中”“法院调卷”。", LONGEST_REASON)
    if store.hold_of(step.session, ticket.id):
        message = f"工单 {ticket.number} 已有保存令。"
        raise ConflictError(message)
    made = LegalHold(ticket_id=ticket.id, reason=reason.strip(), held_at=step.now,
                     held_by=step.actor.name)  # fmt: skip
    step.session.add(made)
    _held(step, "hold", ticket, reason)
    return made


def release(step: Step, ticket: Ticket, reason: str) -> LegalHold:
    """End a hold; what is due then goes with the next run.

    Raises:
        NotPermittedError: only supervisors.
        BadInputError: no reason.
        NotFoundError: the ticket is not held.
    """
    require_role(step.actor, Role.SUPERVISOR)
    stated(reason, "reason", "请写明为什么解除，例如“复议已结”。", LONGEST_REASON)
    found = store.hold_of(step.session, ticket.id)
    if found is None:
        message = f"工单 {ticket.number} 没有保存令。"
        raise NotFoundError(message)
    found.released_at, found.released_by = step.now, step.actor.name
    found.release_reason = reason.strip()
    _held(step, "release", ticket, reason)
    return found


def _held(step: Step, action: str, ticket: Ticket, reason: str) -> None:
    details = {"ticket": ticket.number, "reason": reason.strip()}
    note(step.session, step.actor, step.now, Note(store.STREAM, action, details))
    step.session.flush()
