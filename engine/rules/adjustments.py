"""What moves a running deadline: pauses (停表) and extensions (延期)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Pause:
    """A stretch in which a clock does not count (停表); `end` None means it still stands."""

    start: datetime
    end: datetime | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the pause as JSON-safe data."""
        end = self.end.isoformat() if self.end else None
        return {"start": self.start.isoformat(), "end": end, "reason": self.reason}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Pause":
        """Return the pause that `to_json` wrote."""
        end = datetime.fromisoformat(stored["end"]) if stored["end"] else None
        return cls(datetime.fromisoformat(stored["start"]), end, stored["reason"])


HOTLINE_LATE = "热线超时"


@dataclass(frozen=True)
class Extension:
    """Working days added to a limit: with approval (延期), or the hotline's own (H-93)."""

    working_days: int
    granted_at: datetime
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the extension as JSON-safe data."""
        granted_at = self.granted_at.isoformat()
        return {"working_days": self.working_days, "granted_at": granted_at, "reason": self.reason}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Extension":
        """Return the extension that `to_json` wrote."""
        granted_at = datetime.fromisoformat(stored["granted_at"])
        return cls(stored["working_days"], granted_at, stored["reason"])
