"""What the API answers about a ticket's time: its certificates, and whose days were used."""

from pydantic import Field

from api.schemas import Answer, Certificate, Moment, UnitRef, Word


class DayShare(Answer):
    """The working days one holder used; `unit` is named where the holder is a unit."""

    holder: Word
    unit: UnitRef | None
    working_days: int


class DayStay(DayShare):
    """A stretch in one holder's hands (占用时间), from one event to another."""

    since: Moment
    until: Moment
    charged_to_hotline: bool = Field(
        description="the unit sent it back with right: its days are the hotline's (H-17)"
    )


class DaysUsed(Answer):
    """Whose working days a ticket used, from the day after registration; they add up."""

    working_days: int
    shares: list[DayShare]
    stays: list[DayStay]


class Deadlines(Answer):
    """Every deadline certificate of a ticket, oldest first, and whose days were used."""

    number: str
    items: list[Certificate]
    days_used: DaysUsed | None = Field(
        description="null while the ticket's life reaches a year without a calendar"
    )
