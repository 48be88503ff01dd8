"""A signature deemed given (视为签收) is told by the moment it was so, not by when it was found."""

import pytest

from tests.builders import SUPERVISOR, a_dispatched_ticket
from tests.looking import breaches_of, sweep
from tests.pages.test_exports import export, sheet

pytestmark = pytest.mark.usefixtures("database")
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
