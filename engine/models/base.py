"""What every table shares: checked enum columns, JSON columns, aware moments."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

LARGEST_ID = 2**63 - 1  # of the keys that the database counts
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def term(kind: type[StrEnum], *, check: str | None = None, **options: Any) -> Any:
    """Return a text column that takes the values of `kind` and nothing else.

    `check` names the CHECK constraint where one table has two columns of the same kind.
    """
    column_type = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=40,
        name=check or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
    default = options.pop("default", ...)
    nullable = options.pop("nullable", False)
    column = Column(column_type, nullable=nullable, **options)
    return Field(default=default, sa_column=column)


def json_column(*, nullable: bool = False) -> Any:
    """Return a JSONB column; the default is an empty object."""
    if nullable:
        return Field(default=None, sa_column=Column(JSONB, nullable=True))
    return Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))


def json_list() -> Any:
    """Return a JSONB column that holds a list; the default is an empty one."""
    return Field(default_factory=list, sa_column=Column(JSONB, nullable=False))


def plain_column(name: str, longest: int) -> Any:
    """Return the column `name` of an older version, in which texts stood unsealed."""
    return Field(default="", sa_column=Column(name, String(longest), nullable=False))


def sealed_column() -> Any:
    """Return a column for a sealed value or its mark; empty where there is none."""
    return Field(default=None, sa_column=Column(LargeBinary, nullable=True))


def digest_column() -> Any:
    """Return a column of 32 bytes: a SHA-256."""
    return Field(sa_column=Column(LargeBinary(32), nullable=False))


def key() -> Any:
    """Return a 64-bit primary key that the database counts."""
    column = Column(BigInteger, Identity(always=False), primary_key=True)
    return Field(default=None, sa_column=column)


def refers(target: str, *, nullable: bool = False, **options: Any) -> Any:
    """Return a 64-bit foreign key to `table.column`; `options` are `Column`'s own."""
    column = Column(BigInteger, ForeignKey(target), nullable=nullable, **options)
    return Field(default=None if nullable else ..., sa_column=column)


def filled(table: str, column: str) -> Index:
    """Return an index of a column that most rows leave empty: of those that fill it alone."""
    where = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}_filled", column, postgresql_where=where)


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """Return an aware timestamp column (UTC in the database)."""
    column = Column(DateTime(timezone=True), nullable=nullable, index=index)
    return Field(default=None if nullable else ..., sa_column=column)


Moment = datetime
