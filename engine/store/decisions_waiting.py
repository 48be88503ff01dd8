"""What waits for a supervisor's decision (会商和审批): every kind with its count and its list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, true
from sqlmodel import Session, col, select

from engine.models import Bulletin, Letter, RuleChange, Ticket
from engine.store import bulletins, desk_supervise, desk_views, findings, matters
from engine.store import letters as letter_store
from engine.store import rules_versions as rules_store
from engine.store.desk_special import claims_waiting
from engine.store.extensions import decidable
from engine.store.recomputing import shortenings_waiting
from engine.terms import LetterKind, TicketStatus

MOST = 100
SHOWN = 25  # of a kind on the page of all kinds; the rest of one kind is asked for by its name
# Returned so often, a ticket goes to the panel. Written out, for an index holds just those.
AGAIN = col(Ticket.returns) > literal_column("1")
RETURNED = col(Ticket.status) == literal_column("'returned'")


@dataclass(frozen=True)
class Waiting:
    """Everything that waits, oldest first: `SHOWN` of each kind, `MOST` of the one asked for."""

    panel: Sequence[desk_views.Line]
    returned: Sequence[desk_views.Line]
    extensions: Sequence[desk_supervise.ExtensionRow]
    refusals: Sequence[Ticket]
    claims: Sequence[tuple[Ticket, Any]]
    shortenings: Sequence[tuple[Any, Any, Any]]
    letters: Sequence[Letter]
    bulletins: Sequence[Bulletin]
    referrals: Sequence[Letter]
    changes: Sequence[RuleChange]
    findings: Sequence[findings.FindingRow]


def waiting(session: Session, now: datetime, calendar_version: str, whole: str = "") -> Waiting:
    """Return what waits for a supervisor; of the kind `whole` all that is listed anywhere."""
    most = {name: MOST if name == whole else SHOWN for name in Waiting.__dataclass_fields__}
    panel = desk_views.by_status(session, (TicketStatus.IN_ARBITRATION,), limit=most["panel"])
    returned = desk_views.by_status(
        session, (TicketStatus.RETURNED,), which=(AGAIN,), limit=most["returned"]
    )
    letters = letter_store.waiting(session, MOST)
    referrals = [one for one in letters if one.kind is LetterKind.REFERRAL]
    others = [one for one in letters if one.kind is not LetterKind.REFERRAL]
    return Waiting(
        panel=panel.lines, returned=returned.lines,
        extensions=desk_supervise.extensions_waiting(session, most["extensions"]),
        refusals=matters.refusals_waiting(session, now, most["refusals"]),
        claims=claims_waiting(session, most["claims"]),
        shortenings=shortenings_waiting(session, calendar_version, most["shortenings"]),
        letters=others[: most["letters"]], referrals=referrals[: most["referrals"]],
        bulletins=bulletins.waiting(session),
        changes=rules_store.waiting(session)[: most["changes"]],
        findings=findings.waiting(session, most["findings"]),
    )  # fmt: skip


def listed(found: Waiting) -> dict[str, int]:
    """Return how many of each kind are listed; fewer than `SHOWN` are all there are."""
    return {name: len(getattr(found, name)) for name in Waiting.__dataclass_fields__}


def counts(
    session: Session, now: datetime, calendar_version: str, shown: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return how many of each kind wait, up to `MOST`, without reading their tickets.

    What is listed whole already (`shown`) is not asked for again.
    """
    whole = {name: number for name, number in (shown or {}).items() if number < SHOWN}
    asked: dict[tuple[str, ...], Callable[[], Sequence[int]]] = {
        ("panel", "returned", "extensions"): lambda: _decisions(session),
        ("letters", "referrals"): lambda: _letters(session),
        ("refusals",): lambda: [len(matters.refusals_waiting(session, now, MOST))],
        ("bulletins",): lambda: [len(bulletins.waiting(session))],
        ("claims",): lambda: [len(claims_waiting(session, MOST))],
        ("shortenings",): lambda: [len(shortenings_waiting(session, calendar_version, MOST))],
        ("changes",): lambda: [len(rules_store.waiting(session))],
        ("findings",): lambda: [len(findings.waiting(session, MOST))],
    }
    found: dict[str, int] = {}
    for names, ask in asked.items():
        if not set(names) <= set(whole):
            found.update(zip(names, ask(), strict=True))
    return found | whole


def _decisions(session: Session) -> Sequence[int]:
    return session.exec(select(
        _count(Ticket.status == TicketStatus.IN_ARBITRATION),
        _count(RETURNED, AGAIN),
        _count(decidable()),
    )).one()  # fmt: skip


def _letters(session: Session) -> Sequence[int]:
    kinds = letter_store.kinds_waiting(session, MOST)
    referrals = kinds.count(LetterKind.REFERRAL)
    return len(kinds) - referrals, referrals


def _count(*where: Any) -> Any:
    found = select(true()).where(*where).limit(MOST).subquery()
    return select(func.count()).select_from(found).scalar_subquery()
