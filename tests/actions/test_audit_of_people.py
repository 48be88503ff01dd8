"""Who was let in, locked out, made, switched off; where mails go: all of it is in the audit log."""

import pytest
from sqlmodel import col, select

from engine.actions import administration, audit_verify, sessions
from engine.actions.people import NewAccount, set_password
from engine.actions.setup import DEMO_PASSWORD
from engine.models import AuditEntry
from engine.store.database import work
from engine.terms import ActorKind, Role
from tests.builders import MARKET, OPERATOR, an_account, doing, moment
from tests.looking import unit_named

NOW = "Mon 2026-11-23 09:00"
ADMIN = "guanli"
BROWSER = sessions.Browser("10.1.2.3", "Chromium")
pytestmark = pytest.mark.usefixtures("database")


def noted(stream):
    """Return what a stream says since the installation was laid in."""
    with work() as session:
        query = select(AuditEntry).where(
            AuditEntry.stream == stream, col(AuditEntry.at) >= moment(NOW)
        )
        return [(one.action, one.actor_name, one.details) for one in session.exec(query)]


def account_of(username=OPERATOR):
    with work() as session:
        return an_account(session, username)


def test_signing_in_and_out_is_written_down_with_the_address():
    operator = account_of()

    opened = sessions.sign_in(OPERATOR, DEMO_PASSWORD, moment(NOW), BROWSER)
    with work() as session:
        sessions.sign_out(session, opened.secret, moment(NOW))
        sessions.sign_out(session, opened.secret, moment(NOW))

    assert noted(f"account:{operator.id}") == [
        ("sign_in", operator.name, {"address": "10.1.2.3"}), ("sign_out", operator.name, {}),
    ]  # fmt: skip


def test_wrong_passwords_and_the_lock_they_bring_are_written_down_as_nobodys():
    operator = account_of()

    for _ in range(sessions.TRIES + 2):
        sessions.sign_in(OPERATOR, "wrong", moment(NOW), BROWSER)

    said = noted(f"account:{operator.id}")
    assert [action for action, _, _ in said] == ["wrong_password"] * 4 + ["locked_out"]
    assert {name for _, name, _ in said} == {"系统"}


def test_a_name_that_nobody_has_is_not_written_down():
    sessions.sign_in("a password typed here", "wrong", moment(NOW), BROWSER)

    with work() as session:
        query = select(AuditEntry).where(col(AuditEntry.at) >= moment(NOW))
        assert session.exec(query).all() == []


def test_an_account_is_made_reset_unlocked_and_switched_by_somebody_named():
    new = NewAccount(username="xin", name="演示新人", role=Role.OPERATOR)
    admin = account_of(ADMIN)
    made, _ = doing(NOW, ADMIN, lambda s: administration.add_account(s, new))

    doing(NOW, ADMIN, lambda s: administration.reset_password(s, made.id))
    doing(NOW, ADMIN, lambda s: administration.unlock(s, made.id))
    for active in (False, False, True):
        doing(NOW, ADMIN, lambda s, on=active: administration.switch_account(s, made.id, active=on))

    said = noted(f"account:{made.id}")
    assert [action for action, _, _ in said] == [
        "account_made", "password_reset", "unlocked", "switched_off", "switched_on",
    ]  # fmt: skip
    assert {name for _, name, _ in said} == {admin.name}
    assert said[0][2] == {"username": "xin", "role": "operator", "unit": None}


def test_a_password_set_on_the_command_line_is_the_engines_own_act():
    operator = account_of()

    with work() as session:
        set_password(session, OPERATOR, "a new password, long enough", moment(NOW))

    ((action, name, details),) = noted(f"account:{operator.id}")
    assert (action, name, details) == ("password_reset", "系统", {"username": OPERATOR})


def test_another_mail_address_of_a_unit_is_written_down_with_the_old_one():
    unit = unit_named(MARKET)

    for _ in range(2):
        doing(NOW, ADMIN, lambda s: administration.set_unit_mail(
            s, unit.id, "new@demo.invalid", unit.leader_name, unit.leader_email))  # fmt: skip

    ((action, _, details),) = noted(f"unit:{unit.id}")
    assert (action, details) == ("unit_mail", {"email": [unit.email, "new@demo.invalid"]})


def test_no_password_is_in_the_log_and_the_log_is_whole():
    _, password = doing(NOW, ADMIN, lambda s: administration.add_account(
        s, NewAccount(username="xin", name="演示新人", role=Role.OPERATOR)))  # fmt: skip

    with work() as session:
        entries = session.exec(select(AuditEntry)).all()
        assert not any(password in str(one.details) for one in entries)
        assert audit_verify.verify(session).fault == ""
        assert {one.actor_kind for one in entries} == {ActorKind.SYSTEM, ActorKind.USER}
