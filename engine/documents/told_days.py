"""A day that a notice sets (期限), and whether it may still move (暂定): wherever it is said."""

from dataclasses import dataclass
from datetime import date

MARK, EXPLAINED = "，暂定）", "，暂定，日历公布后可能调整）"


@dataclass(frozen=True)
class ToldDay:
    """A day or a moment that somebody is held to, as a fact of a notice.

    `provisional`: its year's days off are not published yet, so nobody can say that it stays.
    """

    ends: date
    provisional: bool = False

    def reserved(self, said: str, mark: str = MARK) -> str:
        """Return words that say the day with the reservation beside its weekday."""
        return said.replace("）", mark, 1) if self.provisional else said
