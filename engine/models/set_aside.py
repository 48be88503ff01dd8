"""Background work that broke (搁置): skipped until the next start, and shown to people."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, moment, refers, term
from engine.terms import AsideWork


class SetAside(SQLModel, table=True):
    """One piece of work that is not tried again for now: which, on which ticket, and why."""

    __tablename__ = "set_aside"

    work: AsideWork = term(AsideWork, primary_key=True)
    row_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    ticket_id: int = refers("ticket.id", index=True)
    reason: str = Field(max_length=300)
    at: Moment = moment()
