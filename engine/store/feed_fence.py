"""Up to which event followers may be told (取数界线): no event is ever to come before it any more.

An event gets its id before its transaction commits, so one with a lower id may appear after one
with a higher id, whichever transaction is the older. A row cannot tell: the fence is a bound on
ids. A look marks the newest id and who may hold an id and has not committed; once those are gone,
all up to that id is settled.

Who may hold an id is whoever took one from its sequence: PostgreSQL locks the sequence before and
until the end of the transaction. So the feed waits for transactions that write events and for no
other; one that stays open holds back what was marked after it took its first id, until it ends.
"""

from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from engine.store import audit

FENCE = "fence of the feed"  # in what a process remembers
# The newest id is of a snapshot taken before the locks are looked at; rows are read afterwards.
_LOOK = text("""
SELECT (SELECT COALESCE(max(id), 0) FROM ticket_event),
       ARRAY(SELECT virtualtransaction FROM pg_locks
             WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
               AND relation = pg_get_serial_sequence('ticket_event', 'id')::regclass
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
""")


class Fence(NamedTuple):
    """Up to which id all is settled, and the id that is once those have ended who might hold one.

    Any look makes a right one, whatever other looks were made meanwhile.
    """

    settled: int
    marked: int = 0
    under_way: frozenset[str] = frozenset()

    def after(self, newest: int, under_way: frozenset[str]) -> "Fence":
        """Return the fence after a look: the newest id, and the transactions that may hold one."""
        if not under_way:
            return Fence(newest)
        if self.under_way & under_way:
            return self
        return Fence(max(self.settled, self.marked), newest, under_way)


def settled(session: Session) -> int:
    """Return up to which id every event there will ever be can be read by the next statement.

    While events are being written that is where things stood at the look before. A process that
    looks for the first time then begins at the newest seal, which waited likewise.
    """
    remembered: dict[object, Any] = session.info["database"].remembered
    known: Fence = remembered.get(FENCE) or _sealed(session)
    newest, under_way = session.connection().execute(_LOOK).one()
    if newest < known.settled:  # not the database it was: an older state was restored
        known = _sealed(session)
    fence = remembered[FENCE] = known.after(newest, frozenset(under_way))
    return fence.settled


def _sealed(session: Session) -> Fence:
    seal = audit.last_seal(session, audit.EVENTS)
    return Fence(seal.to_id if seal else 0)
