"""What may be attached to a ticket (附件): which types, how large, how many."""

from dataclasses import dataclass
from datetime import date

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class AttachmentLimits:
    """The limits in force on a day; `megabytes` for one file, the others in files."""

    types: tuple[str, ...]
    megabytes: int
    at_once: int
    per_ticket: int

    @property
    def largest(self) -> int:
        """Return the largest size of one file in bytes."""
        return self.megabytes * MEGABYTE


@cites("house/H-82")
def attachment_limits(rules: RuleSet, on: date) -> AttachmentLimits:
    """Return what may be attached on a day."""
    known = rules.parameters
    return AttachmentLimits(
        types=tuple(known["attachments.types"].on(on).value),
        megabytes=known["attachments.largest"].on(on).value,
        at_once=known["attachments.at_once"].on(on).value,
        per_ticket=known["attachments.per_ticket"].on(on).value,
    )
