"""What must hold of an installation after whatever befell it; each returns what does not."""

import json
from collections import Counter

from sqlalchemy import text
from sqlmodel import col, select

from engine.actions import audit_verify, auditing, background, clocks, verify
from engine.models import Breach, Clock, OutboxMessage, RungTaken, Ticket
from engine.rules.escalation import due_rungs, next_rung_at
from engine.rules.parameter_tables import WARNINGS
from engine.rules.rule_set import load_rules
from engine.store import clocks as clock_store
from engine.store.database import work
from engine.terms import ClockState, MessageStatus, Rung, TicketEvent

EVENT_OF = {Rung.BREACH: TicketEvent.BREACH, Rung.DEEMED_SIGNED: TicketEvent.DEEM_SIGNED}


def rows(statement):
    with work() as session:
        return [tuple(row) for row in session.connection().execute(text(statement))]


def lost_or_doubled(fed):
    """`fed` maps the sender's numbers to those it was given."""
    found = Counter(name for (name,) in rows("SELECT external_id FROM ticket"))
    there = dict(rows("SELECT external_id, number FROM ticket"))
    wrong = {one: n for one, n in found.items() if n != 1}
    lost = [one for one, number in fed.items() if there.get(f"CRASH-{one}") != number]
    return [*wrong.items(), *lost]


def rungs_missing(now):
    """Rungs that fell due on a running clock and were not taken, and plans that are wrong."""
    rules, missing = load_rules("CN-GX"), []
    with work() as session:
        query = select(Clock, Ticket).join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        for clock, ticket in session.exec(query.where(Clock.state == ClockState.RUNNING)):
            ladder, taken = clocks.rungs_of(ticket, clock, rules), clock_store.taken(session, clock)
            if due_rungs(ladder, taken, now) or clock.next_rung_at != next_rung_at(ladder, taken):
                missing.append((ticket.number, clock.kind.value, clock.next_rung_at))
    return missing


def breaches_missing():
    """Clocks stopped too late without a breach, or with two; a signature deemed given is late."""
    return rows(
        "SELECT c.id, count(b.id) FROM clock c LEFT JOIN breach b ON b.clock_id = c.id "
        "WHERE c.state = 'stopped' GROUP BY c.id, c.stopped_at, c.due_at "
        "HAVING count(b.id) > 1 OR (c.stopped_at >= c.due_at) <> (count(b.id) = 1)"
    )


def rungs_without_their_effect():
    """Tickets whose history tells of other rungs than were taken: one missing, or one twice."""
    with work() as session:
        taken = Counter(
            (row.ticket_id, _event(row.rung)) for row in session.exec(select(RungTaken))
        )
        signed = {key for key in taken if key[1] is TicketEvent.DEEM_SIGNED}
        named = ("warn", "breach", "escalate")
        # A signature that came late is a breach without a rung: nobody need deem it given. So is
        # one that stands after its limit was moved: the rung was climbed at the old end.
        query = text(
            f"SELECT ticket_id, event FROM ticket_event WHERE event IN {named} "
            "AND NOT details ? 'moved' AND NOT EXISTS "
            "(SELECT FROM clock c WHERE event = 'breach' AND c.kind = 'sign_for' "
            "AND c.id = (details ->> 'clock')::bigint)"
        )
        told = Counter((row[0], TicketEvent(row[1])) for row in session.connection().execute(query))
        breaches = Counter(session.exec(select(Breach.clock_id)))
    doubled = [one for one, count in breaches.items() if count != 1]
    apart = [key for key in (taken.keys() | told.keys()) - signed if taken[key] != told[key]]
    return [*doubled, *apart]


def _event(rung):
    return TicketEvent.WARN if rung in WARNINGS else EVENT_OF.get(rung, TicketEvent.ESCALATE)


def rungs_untold():
    """What a sweep took and wrote to nobody about; a late answer notes its breach by itself."""
    return rows(
        "SELECT DISTINCT r.clock_id, r.detected_at FROM rung_taken r "
        "JOIN clock c ON c.id = r.clock_id "
        "WHERE r.detected_at IS DISTINCT FROM c.stopped_at "
        "AND NOT EXISTS (SELECT 1 FROM outbox_message m "
        "WHERE m.ticket_id = r.ticket_id AND m.key LIKE 'clock:' || c.id || ':%' "
        "AND m.created_at = r.detected_at) AND NOT EXISTS (SELECT 1 FROM ticket_event e "
        "WHERE e.ticket_id = r.ticket_id AND e.at = r.detected_at AND e.actor_kind = 'user')"
    )


def rungs_out_of_order():
    return rows(
        "SELECT a.clock_id FROM rung_taken a JOIN rung_taken b ON b.clock_id = a.clock_id "
        "AND b.id > a.id AND b.fell_due_at < a.fell_due_at AND b.due_on = a.due_on"
    )


def assignments_untold():
    return rows(
        "SELECT a.id FROM assignment a JOIN unit u ON u.id = a.unit_id WHERE NOT EXISTS "
        "(SELECT 1 FROM outbox_message m WHERE m.ticket_id = a.ticket_id AND m.unit_id = a.unit_id)"
    )


def mails(post, kills):
    """Mails owed and not delivered, delivered and not owed, doubled more often than we killed.

    One that the server took from a sender that died, and that became part of a later one before
    it was tried again, was told twice too.
    """
    with work() as session:
        owed = {one.message_id: one for one in session.exec(select(OutboxMessage))}
    wrong = [(one.key, one.status.value, post.taken[name]) for name, one in owed.items()
             if not _fits(one, post.taken[name])]  # fmt: skip
    unknown = [name for name in post.taken if name not in owed]
    differ = [name for name, said in post.contents.items() if len(said) > 1]
    folded = [one for one in owed.values() if one.status is MessageStatus.SUPERSEDED]
    doubled = sum(count - 1 for count in post.taken.values())
    doubled += sum(1 for one in folded if post.taken[one.message_id])
    return [*wrong, *unknown, *differ, *([("doubled", doubled)] if doubled > kills else [])]


def _fits(message, taken):
    if message.status is MessageStatus.SENT:
        return taken >= 1
    if message.status is MessageStatus.UNDELIVERED:
        return taken == 0 and message.recipient.startswith("nobody")
    return message.status is MessageStatus.SUPERSEDED and taken <= 1


def set_aside():
    found = background.set_aside()
    return [*found["tickets"], *found["clocks"], *rows("SELECT * FROM set_aside")]


def certificates():
    with work() as session:
        found = verify.verify(session, load_rules("CN-GX"))
    return [str(found.difference)] if found.difference else []


def audit_chain(now):
    for _ in range(2):
        auditing.seal(now)
    with work() as session:
        verdict = audit_verify.verify(session)
    unsealed = rows(
        "SELECT max(e.id) FROM ticket_event e "
        "HAVING max(e.id) > (SELECT max(to_id) FROM audit_seal WHERE log = 'ticket_event')"
    )
    return [*([verdict.fault] if verdict.fault else []), *unsealed]


def loud_lines(home):
    """What the parts logged as a failure of ours."""
    found = Counter()
    for file in home.glob("*/logs/hotline.log"):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # cut off by a kill
            if told.get("level") in ("error", "critical") and told["event"] != "mail_undelivered":
                found[(told["event"], str(told.get("exception", ""))[-300:])] += 1
    return list(found.items())
