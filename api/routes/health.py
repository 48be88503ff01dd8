"""Whether the house stands (健康): for load balancers and for the person on duty."""

from datetime import date, datetime

from fastapi import APIRouter
from sqlmodel import Session

from api.dependencies import Now
from api.routes.documented import problems
from api.schemas import Answer, Moment
from engine.actions.rules_in_force import rules_in_force
from engine.errors import RefusedSenderError, UnavailableError
from engine.rules.shanghai import shanghai_date
from engine.store import api_views
from engine.store.database import work
from engine.store.mail_queue import late_words, oldest_age, refusal_of_us
from engine.store.migrate import unlike

router = APIRouter(prefix="/health", tags=["health"])


class Alive(Answer):
    """The process answers."""

    status: str = "ok"


class Beat(Answer):
    """When a recurring job last ran (心跳)."""

    name: str
    ran_at: Moment
    age_seconds: int
    ok: bool


class CalendarReach(Answer):
    """How far the working calendar goes (日历): after `confirmed_through` dates are provisional."""

    region: str
    version: str
    confirmed_through: date
    horizon: date
    days_left: int


class Readiness(Answer):
    """Whether this process can take tickets: the database is there and of its version.

    `warnings` are for a person; with them it is ready all the same.
    """

    migration: str
    heartbeats: list[Beat]
    calendar: CalendarReach
    warnings: list[str]


@router.get("/live")
def live() -> Alive:
    """Say that the process answers."""
    return Alive()


@router.get("/ready", responses=problems(500, 503))
def ready(now: Now) -> Readiness:
    """Say whether tickets can be taken; 503 while the database is away or not migrated."""
    with work() as session:
        return readiness(session, now)


def readiness(session: Session, now: datetime) -> Readiness:
    """Return what this process knows of its own state.

    Raises:
        UnavailableError: the database stands at another migration than this program.
    """
    stands = api_views.revision(session)
    if found := unlike(stands):
        raise UnavailableError(found.sentence)
    return Readiness(
        migration=stands,
        heartbeats=[
            Beat(
                name=one.name, ran_at=one.ran_at, ok=one.ok,
                age_seconds=int((now - one.ran_at).total_seconds()),
            )
            for one in api_views.heartbeats(session)
        ],
        calendar=_calendar(session, now),
        warnings=_mail_warnings(session, now),
    )  # fmt: skip


def _mail_warnings(session: Session, now: datetime) -> list[str]:
    """Return what is wrong with outgoing mail, without what a mail server said of whom."""
    age = oldest_age(session, now)
    refused = [RefusedSenderError.words] if refusal_of_us(session, age) else []
    return [*refused, *filter(None, [late_words(age)])]


def _calendar(session: Session, now: datetime) -> CalendarReach:
    calendar = rules_in_force(session).calendar
    return CalendarReach(
        region=calendar.region,
        version=calendar.version,
        confirmed_through=calendar.confirmed_through,
        horizon=calendar.horizon,
        days_left=(calendar.confirmed_through - shanghai_date(now)).days,
    )
