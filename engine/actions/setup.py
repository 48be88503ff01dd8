"""Lays in what an installation starts from: units, reference versions, accounts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from engine.actions.actor import SYSTEM
from engine.actions.audit import Note, note
from engine.actions.initials import initials
from engine.actions.passwords import DEMO_PASSWORD, hash_password, is_right
from engine.actions.people import (
    NewAccount,
    account_by_name,
    create_account,
    create_api_key,
)
from engine.actions.rules_in_force import rules_in_force
from engine.models import Account, ApiKey, ReferenceData, Ticket, Unit
from engine.rules.routing.catalogue import Catalogue, load_catalogue
from engine.rules.routing.catalogue import Unit as ListedUnit
from engine.rules.rule_set import RuleSet
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import Role

# Demonstration only: `hotline serve` lays these in while HOTLINE_DEMO_DATA is on.
DEMO_DOMAIN = "demo.invalid"
SCOPES = ("tickets:write", "tickets:read", "tickets:private", "callbacks:write", "routing:read",
          "events:read", "calls:write")  # fmt: skip


@dataclass(frozen=True)
class DemoAccount:
    """One account of the demonstration, as `hotline serve` prints it."""

    username: str
    password: str
    role: str
    name: str


DEMO_PEOPLE = (
    ("huawu", "演示话务员", Role.OPERATOR),
    ("zhuguan1", "演示主管甲", Role.SUPERVISOR),
    ("zhuguan2", "演示主管乙", Role.SUPERVISOR),
    ("guanli", "演示管理员", Role.ADMINISTRATOR),
    ("zhidu", "演示审计员", Role.AUDITOR),
)
DEMO_LEADER, LED_UNIT = "fuzeren", "shijianguan"


def load_reference_data(now: datetime) -> list[str]:
    """Load the task list, units, calendar and parameters, and return one line on each.

    Loading again adds what is new and changes nothing that is there.
    """
    catalogue = load_catalogue()
    with work() as session:
        rules = rules_in_force(session)
        added = _add_units(session, catalogue, now)
        _note_versions(session, catalogue, rules, now)
    parameters = len(rules.parameters)
    return [
        f"任务清单 {catalogue.version}：{len(catalogue.tasks)} 项",
        f"承办单位：{len(catalogue.units)} 个（新增 {added}）",
        f"工作日历 {rules.calendar.version}：已公布至 {rules.calendar.confirmed_through}",
        f"规则参数：{parameters} 个",
    ]


def _add_units(session: Session, catalogue: Catalogue, now: datetime) -> int:
    known = set(session.exec(select(Unit.name)).all())
    new = [unit for unit in catalogue.units if unit.name not in known]
    demo = may_demonstrate(session)
    for unit in new:
        session.add(_unit(unit, now, demo))
    return len(new)


def may_demonstrate(session: Session) -> bool:
    """Return whether demonstration data may be laid in (演示数据): never beside real ones.

    The embedded database of a demonstration is its own; on a managed one somebody's work may lie.
    """
    settings = load_settings()
    return settings.demo_data and not (settings.database_url and holds_real_work(session))


def holds_real_work(session: Session) -> bool:
    """Return whether there is an account or a ticket that is none of the demonstration's."""
    people = select(Account.id).where(col(Account.email).not_like(f"%@{DEMO_DOMAIN}"))
    tickets = select(Ticket.id).where(col(Ticket.demonstration).is_(False))
    return any(session.exec(query.limit(1)).first() is not None for query in (people, tickets))


def _unit(unit: ListedUnit, now: datetime, demo: bool) -> Unit:
    return Unit(
        name=unit.name, slug=unit.slug, aliases=list(unit.aliases), kind=unit.kind,
        subordinate=unit.subordinate, initials=initials(unit.name),
        email=f"{unit.slug}@{DEMO_DOMAIN}" if demo else "",
        email_verified_at=now if demo else None,
        leader_email=f"{unit.slug}.leader@{DEMO_DOMAIN}" if demo else "",
    )  # fmt: skip


def _note_versions(session: Session, catalogue: Catalogue, rules: RuleSet, now: datetime) -> None:
    wanted = (
        ("task_list", catalogue.version, len(catalogue.tasks)),
        ("calendar", rules.calendar.version, 0),
        ("parameters", rules.parameters.version, len(rules.parameters)),
    )
    for name, version, rows in wanted:
        query = select(ReferenceData.id).where(
            ReferenceData.name == name, ReferenceData.version == version
        )
        if session.exec(query).first() is None:
            session.add(ReferenceData(name=name, version=version, rows=rows, loaded_at=now))
            about = Note(f"reference:{name}", "load_reference", {"name": name, "version": version})
            note(session, SYSTEM, now, about)


def demo_accounts(now: datetime) -> list[DemoAccount]:
    """Create the demonstration accounts that are missing, and return all of them."""
    with work() as session:
        people = [(*person, None) for person in DEMO_PEOPLE] + _unit_people(session)
        missing = [one for one in people if account_by_name(session, one[0]) is None]
        hashed = hash_password(DEMO_PASSWORD) if missing else ""
        for username, name, role, unit_id in missing:
            new = NewAccount(
                username=username, name=name, role=role, unit_id=unit_id,
                password_hash=hashed, email=f"{username}@{DEMO_DOMAIN}",
            )  # fmt: skip
            create_account(session, new, now)
    return [DemoAccount(who, DEMO_PASSWORD, role.label, name) for who, name, role, _ in people]


def known_passwords(session: Session) -> list[str]:
    """Return the active accounts of the demonstration that its password still opens.

    They were made with one hash, so it is checked once for all whose password nobody changed.
    """
    names = [name for name, *_ in (*DEMO_PEOPLE, *_unit_people(session))]
    query = select(Account).where(
        or_(col(Account.username).in_(names), col(Account.email).endswith(f"@{DEMO_DOMAIN}")),
        col(Account.active),
    )
    found = session.exec(query.order_by(col(Account.id))).all()
    opened = {one for one in {each.password_hash for each in found} if is_right(DEMO_PASSWORD, one)}
    return [one.username for one in found if one.password_hash in opened]


def _unit_people(session: Session) -> list[tuple[str, str, Role, int | None]]:
    units = session.exec(select(Unit).order_by(col(Unit.id))).all()
    handlers: list[tuple[str, str, Role, int | None]] = [
        (unit.slug, f"{unit.name}演示承办人", Role.HANDLER, unit.id) for unit in units
    ]
    leaders: list[tuple[str, str, Role, int | None]] = [
        (DEMO_LEADER, f"{unit.name}演示负责人", Role.UNIT_LEADER, unit.id)
        for unit in units if unit.slug == LED_UNIT
    ]  # fmt: skip
    return leaders + handlers


def demo_api_key(now: datetime) -> str | None:
    """Create the demonstration's API key on an installation that has none; return its secret."""
    with work() as session:
        if session.exec(select(func.count()).select_from(ApiKey)).one():
            return None
        key, secret = create_api_key(session, "演示热线系统", list(SCOPES), now)
        note(session, SYSTEM, now, Note(f"api_key:{key.id}", "made", {"name": key.name}))
        return secret
