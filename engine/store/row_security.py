"""Row-level security: which rows of which tables a handling unit's own transaction may touch.

The query layer already asks only for a unit's own tickets; this is the second wall, for the day a
condition is forgotten. A table that is not named here is closed to units altogether.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from engine.store.app_roles import (
    APP,
    APPEND_ONLY,
    UNIT,
    create_roles,
    grant_app,
    house_tables,
    known_roles,
    lacking,
)
from engine.store.database import set_locally
from engine.store.unit_sight import INTERNAL, NOT_FOR_UNITS

SEES = "hotline_sees(ticket_id)"
MINE = "unit_id = hotline_unit()"
LETTER = f"{MINE} AND status IN ('sent', 'answered', 'accepted', 'insufficient')"
TICKET = """
NOT (kind = 'report' AND accused_unit_id IS NOT DISTINCT FROM hotline_unit())
AND EXISTS (SELECT 1 FROM assignment a WHERE a.ticket_id = ticket.id
            AND a.unit_id = hotline_unit()
            AND (a.ended_at IS NULL
                 OR (a.end_reason = '办结'
                     AND (a.ended_at >= hotline_kept_since()
                          OR EXISTS (SELECT 1 FROM promise p
                                     WHERE p.ticket_id = ticket.id AND p.unit_id = a.unit_id
                                       AND p.state IN ('offered', 'standing', 'reported'))))))
"""
REQUESTER = """
EXISTS (SELECT 1 FROM ticket t WHERE t.id = requester.ticket_id
        AND (NOT t.confidential OR t.lead_unit_id = hotline_unit()))
"""
# What `seen_by_units` shows a unit (engine/store/unit_sight.py). The cheap parts decide first; only
# of a letter that was sent the rest of its ticket's events is asked.
HIDDEN = ", ".join(f"'{one.value}'" for one in sorted(NOT_FOR_UNITS))
EVENT = f"""
{SEES} AND event NOT IN ({HIDDEN})
AND NOT COALESCE((details ->> 'restricted')::boolean, false)
AND NOT COALESCE((details ->> '{INTERNAL}')::boolean, false)
AND CASE WHEN event = 'send_letter'
    THEN NOT hotline_called_back(ticket_id, seq, details ->> 'sha256') ELSE true END
"""
# A reply is due by the unit a letter went to, which need not have the ticket.
CLOCK = f"CASE WHEN letter_id IS NULL THEN {SEES} ELSE {MINE} END"
OF_CLOCK = "EXISTS (SELECT 1 FROM clock c WHERE c.id = clock_id)"
OF_ENTRY = """
EXISTS (SELECT 1 FROM knowledge_entry e WHERE e.id = entry_id AND e.unit_id = hotline_unit())
"""
MAIL = f"""
{SEES} AND (letter_id IS NULL OR {MINE}) AND kind NOT IN
('letter_proposed', 'rectification_answered', 'callback_owed', 'digest', 'referral')
"""


# A file of a confidential ticket, and one that shows who the requester is, only to the lead unit;
# one kept with a letter (移交) only to the body that sent it.
FILE = """
CASE WHEN letter_id IS NOT NULL THEN unit_id = hotline_unit()
WHEN ticket_id IS NULL THEN uploaded_by_id = hotline_account()
ELSE EXISTS (SELECT 1 FROM ticket t WHERE t.id = attachment.ticket_id
             AND (t.lead_unit_id = hotline_unit()
                  OR (NOT t.confidential AND kind <> 'credential'))) END
"""
OWN_FILE = f"""
letter_id IS NULL AND uploaded_by_id = hotline_account()
AND (ticket_id IS NULL OR ({SEES} AND {MINE}))
"""


@dataclass(frozen=True)
class Rows:
    """What units may do to a table: rights, which rows they see, and which they may write."""

    rights: str
    seen: str
    written: str = ""

    @property
    def checked(self) -> str:
        """Return the condition that a row a unit writes must fulfil."""
        return self.written or self.seen


POLICIES = {
    "ticket": Rows("SELECT, UPDATE", TICKET),
    "requester": Rows("SELECT", REQUESTER),
    "assignment": Rows("SELECT, UPDATE", f"{MINE} OR {SEES}", MINE),
    "ticket_event": Rows("SELECT, INSERT", EVENT, SEES),
    "answer": Rows("SELECT, INSERT", SEES),
    "return_request": Rows("SELECT, INSERT", SEES, f"{MINE} AND {SEES}"),
    "extension_request": Rows("SELECT, INSERT", SEES),
    "callback": Rows("SELECT", SEES),
    "callback_attempt": Rows("SELECT", SEES),
    "clock": Rows("SELECT, INSERT, UPDATE", CLOCK),
    "rung_taken": Rows("SELECT, INSERT", OF_CLOCK),
    "breach": Rows("SELECT, INSERT", OF_CLOCK),
    "letter": Rows("SELECT, UPDATE", LETTER),
    "finding": Rows("SELECT", MINE),
    "outbox_message": Rows("SELECT", MAIL),
    "promise": Rows("SELECT, INSERT, UPDATE", MINE),
    "verification": Rows("SELECT", "EXISTS (SELECT 1 FROM promise p WHERE p.id = promise_id)"),
    "knowledge_entry": Rows("SELECT, INSERT, UPDATE", "true", MINE),
    "knowledge_use": Rows("SELECT", OF_ENTRY),
    "knowledge_version": Rows("SELECT, INSERT, UPDATE", "true", OF_ENTRY),
    "mail_reply": Rows("SELECT", f"{SEES} AND {MINE} AND status = 'proposed'"),
    "attachment": Rows("SELECT, INSERT, UPDATE", FILE, OWN_FILE),
    "preference": Rows("SELECT, INSERT, UPDATE", "account_id = hotline_account()"),
    "saved_view": Rows("SELECT, INSERT, UPDATE, DELETE", "account_id = hotline_account()"),
    "draft": Rows("SELECT, INSERT, UPDATE, DELETE", "account_id = hotline_account()"),
}
# No row of these is anybody's secret; of accounts the hashes and addresses are not for units.
OPEN = {
    "unit": "SELECT", "routing_version": "SELECT", "rules_version": "SELECT",
    "rule_change": "SELECT",
    "account": "SELECT (id, name, role, unit_id, active)",
}  # fmt: skip
# Tables about tickets that units have no business with at all.
CLOSED = ("evaluation_link", "held_dispatch", "idempotency_record", "legal_hold", "set_aside")


def settle(connection: Connection) -> None:
    """Make roles, rights and policies what this program wants them to be; already so is fast."""
    create_roles(connection)
    roles = known_roles(connection)
    wanted = _digest(connection, roles)
    found = "SELECT obj_description('hotline_unit()'::regprocedure)"
    as_wished = connection.exec_driver_sql(found).scalar() == wanted
    if as_wished and not (UNIT in roles and open_tables(connection)):
        return
    for table, rows in POLICIES.items():
        _protect(connection, table, rows, UNIT in roles)
    if len(roles) == len((APP, UNIT)):
        grant_app(connection)
        _grant_unit(connection)
    connection.exec_driver_sql(f"COMMENT ON FUNCTION hotline_unit() IS '{wanted}'")


def _digest(connection: Connection, roles: tuple[str, ...]) -> str:
    """Return what stands for all that is settled: this program's wishes, the tables, the roles."""
    tables = list(house_tables(connection).values())
    said = repr((POLICIES, OPEN, APPEND_ONLY, roles, tables))
    return hashlib.sha256(said.encode()).hexdigest()


def _protect(connection: Connection, table: str, rows: Rows, known: bool) -> None:
    run = connection.exec_driver_sql
    run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for name in ("hotline_everything", "hotline_seen", "hotline_new", "hotline_changed",
                 "hotline_gone"):  # fmt: skip
        run(f"DROP POLICY IF EXISTS {name} ON {table}")
    if not known:
        return
    run(f"CREATE POLICY hotline_everything ON {table} TO {APP} USING (true)")
    run(f"CREATE POLICY hotline_seen ON {table} FOR SELECT TO {UNIT} USING ({rows.seen})")
    new = f"WITH CHECK ({rows.checked})"
    if "INSERT" in rows.rights:
        run(f"CREATE POLICY hotline_new ON {table} FOR INSERT TO {UNIT} {new}")
    if "UPDATE" in rows.rights:
        run(f"CREATE POLICY hotline_changed ON {table} FOR UPDATE TO {UNIT} "
            f"USING ({rows.checked}) {new}")  # fmt: skip
    if "DELETE" in rows.rights:
        run(f"CREATE POLICY hotline_gone ON {table} FOR DELETE TO {UNIT} USING ({rows.seen})")


def _grant_unit(connection: Connection) -> None:
    run = connection.exec_driver_sql
    run(f"REVOKE ALL ON {', '.join(house_tables(connection))} FROM {UNIT}")
    for table, rows in POLICIES.items():
        run(f"GRANT {rows.rights} ON {table} TO {UNIT}")
    for table, right in OPEN.items():
        run(f"GRANT {right} ON {table} TO {UNIT}")


def see_as_unit(session: Session, unit_id: int, account_id: int, kept_since: datetime) -> None:
    """Let the rest of a transaction touch one unit's rows alone; what it closed since then too.

    Where the login cannot act as the roles nothing changes, and the page 系统状态 says so.
    """
    session.flush()
    session.info["unit"] = {
        "hotline.unit_id": str(unit_id), "hotline.account_id": str(account_id),
        "hotline.kept_since": kept_since.isoformat(),
    }  # fmt: skip
    _act_as(session, {**session.info["unit"], "role": UNIT})


@contextmanager
def as_house(session: Session) -> Iterator[None]:
    """Let an action do what the house does behind a unit's back: number events, write mails.

    What a person sees is never read in here. Outside a unit's transaction it changes nothing.
    """
    if "unit" not in session.info or session.info.get("house"):
        yield
        return
    session.flush()
    session.info["house"] = True
    _act_as(session, {"role": APP})
    try:
        yield
        session.flush()
    finally:
        session.info["house"] = False
        with suppress(DBAPIError):  # after an error of the database nothing more is read anyway
            _act_as(session, {"role": UNIT})


def _act_as(session: Session, settings: dict[str, str]) -> None:
    if session.info["database"].roles:
        set_locally(session.connection(), settings)


@dataclass(frozen=True)
class Wall:
    """How the second wall between units stands (行级隔离): up or not, and what to do when not."""

    up: bool
    words: str


def to_lend(lacks: tuple[str, ...]) -> str:
    """Return what is to be done so that the login can act as both roles."""
    if not lacks:
        return "请运行 hotline migrate，给角色读写表的权限。"
    return f"请数据库管理员执行：{' '.join(lacks)} 然后运行 hotline migrate。"


def wall(session: Session) -> Wall:
    """Return whether the database itself keeps units apart, found out by asking it."""
    run = session.connection().exec_driver_sql
    if not session.info["database"].roles:
        login = run("SELECT session_user").scalar_one()
        words = f"没有启用：数据库账号“{login}”不能使用角色 {APP}、{UNIT}，单位之间现只靠程序隔离。"
        return Wall(up=False, words=words + to_lend(lacking(session.connection())))
    if missing := open_tables(session.connection()):
        return Wall(up=False, words=f"{'、'.join(missing)} 没有隔离策略，请运行 hotline migrate。")
    return Wall(up=True, words=f"{len(POLICIES)} 张表由数据库按单位隔离")


def open_tables(connection: Connection) -> list[str]:
    """Return the tables that no policy keeps apart, by name: units read nothing of them, or all."""
    found = connection.exec_driver_sql(
        "SELECT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
        "WHERE p.polname = 'hotline_seen' AND c.relrowsecurity "
        "AND c.relnamespace = current_schema()::regnamespace"
    )  # fmt: skip
    return sorted(set(POLICIES) - set(found.scalars()))
