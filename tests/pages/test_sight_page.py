"""The page of early sight: counts with their tables, tickets by number, nobody's name."""

from engine.models import Ticket
from engine.store import tickets
from engine.store.database import work
from tests.builders import SUPERVISOR, TAX, a_signed_ticket

SECRET = {"phone": "13800001234", "enterprise": "演示企业丁", "contact_name": "演示某人"}


def test_what_is_coming_is_told_without_a_requester(as_):
    numbers = [a_signed_ticket("Mon 2026-11-16 09:00", TAX, **SECRET) for _ in range(3)]
    with work() as session:
        row: Ticket = tickets.ticket_by_number(session, numbers[0])
        row.task_rows = [1, 73]

    page = as_(SUPERVISOR).get("/supervise/sight").text

    assert "开办企业" in page
    assert "<b>3 次</b>" in page
    assert numbers[2] in page
    assert "区税务局" in page
    assert not any(one in page for one in SECRET.values())
    assert page.count("<svg") == page.count("同一数据的表格")
