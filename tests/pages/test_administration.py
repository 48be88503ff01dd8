import re

from sqlmodel import col, select

from engine.actions.background import deliver, messages_due
from engine.models import Account, ApiKey, Unit
from engine.rules.rule_set import load_rules
from engine.store.database import work
from tests.builders import MARKET, OPERATOR, a_dispatched_ticket, a_signed_ticket, moment
from tests.looking import sweep
from tests.pages.conftest import NOW, Browser


def test_mails_without_a_server_can_be_read_and_hold_nothing_personal(as_):
    a_dispatched_ticket("Tue 2026-11-24 09:00", phone="13800001234", enterprise="演示企业丁")
    deliver(messages_due(moment(NOW), 10), moment(NOW))
    desk = as_("guanli")

    names = re.findall(r'href="(/admin/mailbox/[^"]+)"', desk.get("/admin/mailbox").text)
    mail = desk.get(names[0]).text

    assert "派单" in mail
    assert "13800001234" not in mail
    assert "演示企业丁" not in mail
    assert desk.get("/admin/mailbox/..%2Fetc.eml").status_code == 404


def test_a_mail_held_till_morning_says_when_it_leaves_and_a_folded_one_why_not(as_):
    number = a_signed_ticket("Tue 2026-11-10 09:00")
    sweep("Wed 2026-11-25 00:00")  # breached at 24:00 of Tuesday
    held = as_("guanli").get("/admin/outbox").text
    sweep("Wed 2026-11-25 09:00")

    page = as_("guanli").get("/admin/outbox").text
    assert number in held
    assert "待发送" in held
    assert "已并入后一封通知" in page


def test_an_empty_mailbox_says_what_will_come(as_):
    assert "邮箱是空的" in as_("guanli").get("/admin/mailbox").text


def test_a_key_is_shown_once_and_can_be_revoked(as_):
    desk = as_("guanli")
    desk.get("/admin/keys")

    made = desk.post(
        "/admin/keys/add", name="热线系统", scopes=["tickets:write", "tickets:read"]
    ).text
    secret = re.search(r"<pre>(hl_\S+)</pre>", made)[1]
    again = desk.get("/admin/keys").text
    with work() as session:
        key = session.exec(select(ApiKey).where(ApiKey.name == "热线系统")).one()
    desk.post("/admin/keys/revoke", id=str(key.id))

    assert secret not in again
    with work() as session:
        assert session.get_one(ApiKey, key.id).revoked_at == moment(NOW)


def test_a_key_needs_a_name_and_a_scope(as_):
    desk = as_("guanli")
    desk.get("/admin/keys")

    answer = desk.post("/admin/keys/add", name="")

    assert answer.status_code == 422
    assert "请至少选一项权限" in answer.text


def test_a_new_account_gets_a_password_once_and_works(as_):
    desk = as_("guanli")
    desk.get("/admin/accounts")

    made = desk.post(
        "/admin/accounts/add", username="xinren", name="演示新人", role="handler", unit="区税务局"
    ).text
    password = re.search(r"只显示这一次： <b>(\S+)</b>", made)[1]

    assert Browser().sign_in("xinren", password=password).url.path == "/password"


def test_a_handler_without_a_unit_is_refused(as_):
    desk = as_("guanli")
    desk.get("/admin/accounts")

    answer = desk.post("/admin/accounts/add", username="xinren", name="演示新人", role="handler")

    assert answer.status_code == 422
    assert "承办单位的人要选单位" in answer.text


def test_no_single_click_ends_an_account_or_its_password(as_):
    page = as_("guanli").get("/admin/accounts").text

    for button in ("确认停用", "确认重置密码"):
        before, _, _ = page.partition(button)
        assert before.rfind("<details>") > before.rfind("</details>")


def test_switching_an_account_off_ends_its_sessions_at_once(as_):
    handler, desk = as_(MARKET), as_("guanli")
    with work() as session:
        account = session.exec(select(Account).where(Account.username == MARKET)).one()
    desk.get("/admin/accounts")

    desk.post("/admin/accounts/switch", id=str(account.id), active="no")

    assert handler.get("/unit", follow=False).status_code == 303


def test_a_units_address_is_checked_and_becomes_unverified_when_changed(as_):
    desk = as_("guanli")
    with work() as session:
        unit = session.exec(select(Unit).where(col(Unit.slug) == "shuiwu")).one()
        unit.email_verified_at = moment(NOW)
    desk.get(f"/admin/units?unit={unit.id}")

    bad = desk.post("/admin/units/save", id=str(unit.id), email="not an address")
    desk.post("/admin/units/save", id=str(unit.id), email="new@demo.invalid")

    assert bad.status_code == 422
    assert "not an address" in bad.text
    with work() as session:
        kept = session.get_one(Unit, unit.id)
        assert (kept.email, kept.email_verified_at) == ("new@demo.invalid", None)


def test_health_shows_the_calendar_and_that_nothing_has_run_yet(as_):
    page = as_("guanli").get("/admin").text
    known = load_rules("CN-GX").calendar.confirmed_through

    assert f"公布到 {known}" in page
    assert "还没有运行过" in page
    assert "2027 年放假安排尚未录入" in page


def test_only_the_administrator_changes_anything_there(as_):
    desk = as_(OPERATOR)
    desk.get("/desk")

    assert desk.post("/admin/keys/add", name="x", scopes="tickets:read").status_code == 403


def test_an_account_is_found_by_part_of_its_name_or_its_unit(as_):
    desk = as_("guanli")

    assert "zhuguan1" in desk.get("/admin/accounts?q=主管").text
    assert "shijianguan" not in desk.page
    assert "shijianguan" in desk.get("/admin/accounts?q=市场监管").text
    assert "没有这样的账号" in desk.get("/admin/accounts?q=%25").text
    assert "zhuguan1" in desk.get(f"/admin/accounts?after={'9' * 30}").text
