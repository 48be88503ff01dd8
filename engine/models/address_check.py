"""Test mails to units' addresses (邮箱核实): the code is kept as a hash only."""

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, key, moment, refers


class AddressCheck(SQLModel, table=True):
    """The newest test mail to a unit: to which address, with which code, tried how often."""

    __tablename__ = "address_check"

    id: int = key()
    unit_id: int = refers("unit.id", unique=True)
    address: str = Field(max_length=200)
    code_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sent_at: Moment = moment()
    tries: int = 0
