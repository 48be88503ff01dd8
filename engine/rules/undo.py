"""Taking back what was just logged (撤回登记): how long a ticket waits before it is dispatched."""

from datetime import UTC, datetime, timedelta

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import Urgency


@cites("house/H-81")
def undo_closes_at(logged_at: datetime, urgency: Urgency, rules: RuleSet) -> datetime | None:
    """Return until when (UTC) a ticket may be taken back and waits; None: it doesn't wait."""
    on = shanghai_date(logged_at)
    if urgency in rules.parameters["undo.exempt_urgencies"].on(on).value:
        return None
    seconds: int = rules.parameters["undo.window"].on(on).value
    return logged_at.astimezone(UTC) + timedelta(seconds=seconds)
