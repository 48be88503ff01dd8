"""What proves a breach (超期凭据): the rungs climbed, the mails and letters, and their states."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from engine.models import Account, Clock, Finding, Letter, OutboxMessage, RungTaken
from engine.store.ahead import LADDER
from engine.store.breach_ledger import LedgerLine
from engine.store.light import among
from engine.store.outbox import ASSIGNMENT
from engine.terms import FindingState

AT_A_TIME = 1000
MAILED = ("派单通知 ", "预警催办 ")


@dataclass(frozen=True)
class Proof:
    """What happened on a clock that was missed, oldest first."""

    rungs: Sequence[RungTaken]
    mails: Sequence[OutboxMessage]
    letters: Sequence[Letter]


def proof(session: Session, clock: Clock) -> Proof:
    """Return the ladder of a clock with its mails and its 派单通知, and its ticket's letters."""
    rungs = select(RungTaken).where(RungTaken.clock_id == clock.id)
    mails = select(OutboxMessage).where(
        OutboxMessage.ticket_id == clock.ticket_id,
        or_(
            col(OutboxMessage.key).startswith(f"{LADDER}{clock.id}:"),
            OutboxMessage.key == f"{ASSIGNMENT}{clock.assignment_id}",
        ),
    )
    letters = select(Letter).where(Letter.ticket_id == clock.ticket_id, Letter.number != "")
    return Proof(
        session.exec(rungs.order_by(col(RungTaken.fell_due_at), col(RungTaken.id))).all(),
        session.exec(mails.order_by(col(OutboxMessage.id))).all(),
        session.exec(letters.order_by(col(Letter.id))).all(),
    )


@dataclass(frozen=True)
class Beside:
    """What an export writes beside a breach: rungs in words, mails by state, its finding."""

    rungs: str = ""
    mails: str = ""
    finding: Finding | None = None
    proposer: str = ""
    second: str = ""


def with_proof(session: Session, rows: Iterable[LedgerLine]) -> Iterator[tuple[LedgerLine, Beside]]:
    """Yield rows of the ledger with what stands beside each, a thousand in memory at a time."""
    left = iter(rows)
    while some := list(islice(left, AT_A_TIME)):
        rungs, mails = _rungs(session, some), _mails(session, some)
        findings = _findings(session, some)
        for row in some:
            said = rungs.get(row.clock_id, ""), mails.get(row.clock_id, "")
            yield row, Beside(*said, *findings.get(row.breach_id, (None, "", "")))


def _rungs(session: Session, rows: Sequence[LedgerLine]) -> dict[int, str]:
    query = (
        select(RungTaken.clock_id, RungTaken.rung)
        .where(among(RungTaken.clock_id, (row.clock_id for row in rows)))
        .order_by(col(RungTaken.fell_due_at), col(RungTaken.id))
    )
    said: dict[int, list[str]] = {}
    for clock_id, rung in session.execute(query):
        said.setdefault(clock_id, []).append(rung.label)
    return {clock_id: "、".join(words) for clock_id, words in said.items()}


def _mails(session: Session, rows: Sequence[LedgerLine]) -> dict[int, str]:
    """Return by clock what became of its 派单通知, and of what its ladder sent."""
    found = _mails_by_state(session, rows)
    said: dict[int, str] = {}
    for row in rows:
        told = found.get((ASSIGNMENT, row.assignment_id or 0)), found.get((LADDER, row.clock_id))
        parts = (f"{what}{'、'.join(words)}" for what, words in zip(MAILED, told, strict=True)
                 if words)  # fmt: skip
        said[row.clock_id] = "；".join(parts)
    return said


def _mails_by_state(
    session: Session, rows: Sequence[LedgerLine]
) -> dict[tuple[str, int], list[str]]:
    kept = col(OutboxMessage.key)
    kind, named = func.split_part(kept, ":", 1), func.split_part(kept, ":", 2)
    columns: tuple[Any, ...] = (kind, named, OutboxMessage.status, func.count())
    query = (
        select(*columns)
        .where(
            among(OutboxMessage.ticket_id, (row.ticket_id for row in rows)),
            or_(kept.startswith(LADDER), kept.startswith(ASSIGNMENT)),
        )
        .group_by(kind, named, col(OutboxMessage.status))
        .order_by(kind, named, col(OutboxMessage.status))
    )
    said: dict[tuple[str, int], list[str]] = {}
    for what, of, status, count in session.execute(query):
        said.setdefault((f"{what}:", int(of)), []).append(f"{status.label} {count}")
    return said


def _findings(
    session: Session, rows: Sequence[LedgerLine]
) -> dict[int | None, tuple[Finding, str, str]]:
    proposer, second = aliased(Account), aliased(Account)
    columns: tuple[Any, ...] = (Finding, proposer.name, second.name)
    query = (
        select(*columns)
        .join(proposer, col(proposer.id) == col(Finding.proposed_by_id))
        .join(second, col(second.id) == col(Finding.decided_by_id), isouter=True)
        .where(
            among(Finding.breach_id, (row.breach_id for row in rows)),
            Finding.state != FindingState.ENDED,
        )
        .order_by(col(Finding.state) == FindingState.IN_FORCE, col(Finding.id))
    )
    return {
        one.breach_id: (one, proposed, decided or "")
        for one, proposed, decided in session.execute(query)
    }
