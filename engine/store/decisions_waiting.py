"""What waits for a supervisor's decision (会商和审批): every kind with its count and its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, true
from sqlmodel import Session, col, select

from engine.models import ExtensionRequest, Letter, RuleChange, Ticket
from engine.store import desk_supervise, desk_views, findings, matters
from engine.store import letters as letter_store
from engine.store import rules_versions as rules_store
from engine.store.desk_special import claims_waiting
from engine.store.recomputing import shortenings_waiting
from engine.terms import LetterKind, TicketStatus

MOST = 100
PANEL_AFTER = 1


@dataclass(frozen=True)
class Waiting:
    """Everything that waits, oldest first; at most `MOST` of a kind are listed."""

    panel: Sequence[desk_views.Line]
    returned: Sequence[desk_views.Line]
    extensions: Sequence[desk_supervise.ExtensionRow]
    refusals: Sequence[Ticket]
    claims: Sequence[tuple[Ticket, Any]]
    shortenings: Sequence[tuple[Any, Any, Any]]
    letters: Sequence[Letter]
    referrals: Sequence[Letter]
    changes: Sequence[RuleChange]
    findings: Sequence[findings.FindingRow]

    @property
    def count(self) -> int:
        """Return how many decisions wait in all."""
        return sum(len(getattr(self, name)) for name in self.__dataclass_fields__)


def waiting(session: Session, now: datetime, calendar_version: str) -> Waiting:
    """Return everything that waits for a supervisor."""
    panel = desk_views.by_status(session, (TicketStatus.IN_ARBITRATION,), limit=MOST).lines
    returned = desk_views.by_status(session, (TicketStatus.RETURNED,), limit=MOST).lines
    letters = letter_store.waiting(session, MOST)
    return Waiting(
        panel=panel, returned=[one for one in returned if one.ticket.returns > PANEL_AFTER],
        extensions=desk_supervise.extensions_waiting(session, MOST),
        refusals=matters.refusals_waiting(session, now, MOST),
        claims=claims_waiting(session, MOST),
        shortenings=shortenings_waiting(session, calendar_version, MOST),
        letters=[one for one in letters if one.kind is not LetterKind.REFERRAL],
        referrals=[one for one in letters if one.kind is LetterKind.REFERRAL],
        changes=rules_store.waiting(session), findings=findings.waiting(session, MOST),
    )  # fmt: skip


def counts(session: Session, now: datetime, calendar_version: str) -> dict[str, int]:
    """Return how many of each kind wait, up to `MOST`, without reading their tickets."""
    again = (Ticket.status == TicketStatus.RETURNED, col(Ticket.returns) > PANEL_AFTER)
    letters = [one.kind for one in letter_store.waiting(session, MOST)]
    referrals = letters.count(LetterKind.REFERRAL)
    return {
        "panel": _count(session, Ticket.status == TicketStatus.IN_ARBITRATION),
        "returned": _count(session, *again),
        "extensions": _count(session, ExtensionRequest.state == "pending"),
        "refusals": len(matters.refusals_waiting(session, now, MOST)),
        "letters": len(letters) - referrals, "referrals": referrals,
        "claims": len(claims_waiting(session, MOST)),
        "shortenings": len(shortenings_waiting(session, calendar_version, MOST)),
        "changes": len(rules_store.waiting(session)),
        "findings": len(findings.waiting(session, MOST)),
    }  # fmt: skip


def _count(session: Session, *where: Any) -> int:
    found = select(true()).where(*where).limit(MOST).subquery()
    return session.exec(select(func.count()).select_from(found)).one()
