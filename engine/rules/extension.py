"""Extensions (延期): when one may be asked for, how long it may be, and the new due date."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.rules.adjustments import Extension
from engine.rules.citations import Citation, cites, clause
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import Deadline, deadline_of

_ALL = 100
_SECOND = 2


@dataclass(frozen=True)
class ExtensionRuling:
    """What the rules say to a request: why it is refused, or who has to approve it."""

    refusal: str | None
    approvers: tuple[str, ...]
    maximum_working_days: int
    citation: Citation

    @property
    def allowed(self) -> bool:
        """Return whether the request may go to its approvers."""
        return self.refusal is None


@cites("house/H-19", "house/H-20")
def extension_check(
    deadline: Deadline, working_days: int, asked_at: datetime, rules: RuleSet, *, used: int
) -> ExtensionRuling:
    """Return whether an extension of `working_days` may be asked for now, and who approves it.

    `used` are the extensions its ticket had, in whosever hands it was: the first is at most the
    original limit; a second one, for very complex matters, has its own cap and needs the
    supervisor and the unit's leader. Either is asked for early enough.
    """
    on = deadline.counted.rules_on
    second = used + 1 == _SECOND
    key = "extension.second.approvers" if second else "extension.approvers"
    return ExtensionRuling(
        refusal=_refusal(deadline, used, working_days, asked_at, rules),
        approvers=rules.parameters[key].on(on).value,
        maximum_working_days=_maximum(deadline, used, rules),
        citation=clause("house/H-20" if second else "house/H-19"),
    )


@cites("house/H-19", "house/H-20")
def most_extensions(rules: RuleSet, on: date) -> int:
    """Return how often a ticket's limit may be extended: as usual, and once more when complex."""
    usual: int = rules.parameters["extension.times"].on(on).value
    return usual + 1


def _refusal(
    deadline: Deadline, used: int, working_days: int, asked_at: datetime, rules: RuleSet
) -> str | None:
    on = deadline.counted.rules_on
    ask_before: int = rules.parameters["extension.ask_before"].on(on).value
    maximum = _maximum(deadline, used, rules)
    if used >= most_extensions(rules, on):
        return f"已延期 {used} 次，不能再延"
    if working_days < 1:
        return "延期至少 1 个工作日"
    if working_days > maximum:
        return f"延期不得超过 {maximum} 个工作日"
    left = rules.calendar.working_days_between(shanghai_date(asked_at), deadline.due_on)
    if asked_at >= deadline.due_at or left < ask_before:
        return f"须在到期前至少 {ask_before} 个工作日提出（到期 {deadline.due_on}）"
    return None


def _maximum(deadline: Deadline, used: int, rules: RuleSet) -> int:
    on: date = deadline.counted.rules_on
    if used:
        second: int = rules.parameters["extension.second.maximum"].on(on).value
        return second
    share: int = rules.parameters["extension.share_percent"].on(on).value
    return deadline.counted.limit * share // _ALL


@cites("house/H-19")
def extended_deadline(deadline: Deadline, extension: Extension) -> Deadline:
    """Return the deadline with one more extension; counted anew from the same start."""
    count = deadline.counted
    return deadline_of(count._replace(extensions=(*count.extensions, extension)))
