"""A signature deemed given (视为签收) is told by the moment it was so, not by when it was found."""

import pytest

from tests.actions.test_incoming_mail import a_bounce, file
from tests.builders import SUPERVISOR, a_dispatched_ticket
from tests.looking import breaches_of, events_of, mails_of, send_mails, sweep
from tests.pages.test_exports import export, sheet

pytestmark = pytest.mark.usefixtures("database", "var")
EARLY = "Mon 2026-11-02 09:00"
SAID = "逾期 · 视为签收，11月3日（周二）24:00"


@pytest.mark.parametrize("found", ["Wed 2026-11-04 00:01", "Mon 2026-11-09 09:00"])
def test_ledger_proof_and_export_say_the_same_whenever_it_was_found(as_, found):
    number = a_dispatched_ticket(EARLY)
    sweep(found)
    (breach, *_) = breaches_of(number)
    desk = as_(SUPERVISOR)

    assert SAID in desk.get("/supervise/breaches").text
    assert SAID in desk.get(f"/supervise/breaches/{breach.id}").text
    _, (row,) = sheet(export(desk, "breaches", "limit=sign_for"))
    assert (row["超期工作日"], row["停止原因"]) == (0, "视为签收")


@pytest.mark.parametrize("bounces", [True, False])
def test_the_proof_shows_how_the_unit_was_told_and_excuses_one_that_was_not(as_, bounces):
    number = a_dispatched_ticket(EARLY)
    send_mails(EARLY)
    (mail,) = mails_of(number)
    if bounces:
        assert file(a_bounce(mail), EARLY) == "bounced"
    sweep("Wed 2026-11-04 00:01")
    (breach,) = breaches_of(number)
    desk = as_(SUPERVISOR)

    page = desk.get(f"/supervise/breaches/{breach.id}").text

    assert ('派单通知 <span class="tag bad">■ 送达失败' in page) is bounces
    assert ('派单通知 <span class="tag ok">● 已发出' in page) is not bounces
    assert ('value="excused" checked' in page) is bounces
    if bounces:
        (seq,) = [one.seq for one in events_of(number) if one.event.value == "undelivered"]
        assert f"事件第{seq}号</textarea>" in page
