"""The two things every time limit needs: the dated parameters and a region's calendar."""

from dataclasses import dataclass, field
from functools import cache

from engine.rules.calendar_book import CalendarBook, shipped_book
from engine.rules.parameters import Parameter, Parameters, load_parameters
from engine.rules.working_days import Calendar, load_calendar


@dataclass(frozen=True, eq=False)
class RuleSet:
    """The rules a deadline is counted by: parameters (规则) and calendar (工作日历).

    `book` holds every year file, so that the calendar of an older certificate is found again.
    """

    parameters: Parameters
    calendar: Calendar
    book: CalendarBook = field(default_factory=shipped_book, repr=False)
    due_moment: Parameter = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep at hand the parameter that every deadline asks for."""
        object.__setattr__(self, "due_moment", self.parameters["deadline.due_moment"])


@cache
def load_rules(region: str = "CN-GX") -> RuleSet:
    """Return the rules as shipped, with the calendar of a region (CN-GX or CN).

    What an installation decided itself is laid over them by `engine.actions.rules_in_force`.

    Raises:
        RuleError: rule data is missing or wrong; the message names the file to mend.
    """
    return RuleSet(load_parameters(), load_calendar(region))
