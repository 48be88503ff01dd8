"""Who works here: units, accounts, sessions, keys."""

from datetime import date

from sqlalchemy import Column, Date, LargeBinary, Text
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_list, key, moment, refers, term
from engine.terms import Role


class Unit(SQLModel, table=True):
    """A handling unit (承办单位) of the task list, with the addresses the ladder needs."""

    __tablename__ = "unit"

    id: int = key()
    name: str = Field(unique=True, max_length=80)
    slug: str = Field(unique=True, max_length=40)
    aliases: list[str] = json_list()
    kind: str = Field(default="", max_length=80)
    subordinate: bool = True
    initials: str = Field(default="", max_length=80, index=True)
    email: str = Field(default="", max_length=200)
    email_verified_at: Moment | None = moment(nullable=True)
    leader_name: str = Field(default="", max_length=40)
    leader_email: str = Field(default="", max_length=200)
    active: bool = True


class Account(SQLModel, table=True):
    """A person who can sign in (账号)."""

    __tablename__ = "account"

    id: int = key()
    username: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=40)
    role: Role = term(Role)
    unit_id: int | None = refers("unit.id", nullable=True, index=True)
    email: str = Field(default="", max_length=200)
    password_hash: str = Field(max_length=200)
    active: bool = True
    must_change_password: bool = False
    password_changed_at: Moment | None = moment(nullable=True)
    failed_sign_ins: int = 0
    locked_until: Moment | None = moment(nullable=True)
    last_sign_in_at: Moment | None = moment(nullable=True)
    created_at: Moment = moment()


class AccountSession(SQLModel, table=True):
    """One signed-in browser (会话); only a hash of its secret is kept, so it can be revoked."""

    __tablename__ = "account_session"

    id: int = key()
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, unique=True, nullable=False))
    account_id: int = refers("account.id", index=True)
    csrf: str = Field(max_length=64)
    created_at: Moment = moment()
    expires_at: Moment = moment(index=True)
    seen_at: Moment = moment()
    revoked_at: Moment | None = moment(nullable=True)
    address: str = Field(default="", sa_column=Column(Text, nullable=False))
    agent: str = Field(default="", max_length=300)


class ApiKey(SQLModel, table=True):
    """A key of the hotline system (接口密钥); only its hash is kept.

    While it is being replaced, its old secret works beside the new one until `old_until`. No
    networks named means that it may be used from anywhere.
    """

    __tablename__ = "api_key"

    id: int = key()
    name: str = Field(max_length=80)
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, unique=True, nullable=False))
    prefix: str = Field(max_length=12)
    scopes: list[str] = json_list()
    networks: list[str] = json_list()
    calls_per_minute: int | None = None
    created_at: Moment = moment()
    expires_at: Moment | None = moment(nullable=True)
    last_used_at: Moment | None = moment(nullable=True)
    revoked_at: Moment | None = moment(nullable=True)
    old_hash: bytes | None = Field(
        default=None, sa_column=Column(LargeBinary, unique=True, nullable=True)
    )
    old_until: Moment | None = moment(nullable=True)


class ApiKeyDay(SQLModel, table=True):
    """How often a key was used on a Shanghai day (当日调用次数), added up every few seconds."""

    __tablename__ = "api_key_day"

    api_key_id: int = refers("api_key.id", primary_key=True)
    on: date = Field(sa_column=Column(Date, primary_key=True))
    calls: int
