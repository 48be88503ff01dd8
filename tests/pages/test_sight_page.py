"""The page of early sight: counts with their tables, tickets by number, nobody's name."""

import re

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


def test_heat_is_by_indicator_and_by_row_of_the_list_with_the_newest_week_in_front(as_):
    numbers = [
        a_signed_ticket(day, TAX) for day in ("Mon 2026-11-23 09:00", "Mon 2026-11-02 09:00")
    ]
    with work() as session:
        for number in numbers:
            tickets.ticket_by_number(session, number, lock=True).task_rows = [73]

    page = as_(SUPERVISOR).get("/supervise/sight").text

    for name in ("纳税", "第73项 纳税"):
        row = re.search(rf"<tr><td><b>{name}</b></td>(.*?)</tr>", page)[1]
        assert re.findall(r'data-th="([^"]+)">(\d)</td>', row)[:4] == [
            ("近 7 日", "1"), ("1 周前", "0"), ("2 周前", "0"), ("3 周前", "1")]  # fmt: skip


def test_each_part_says_its_formula_and_how_many_it_is_told_from(as_):
    for day in ("Mon 2026-11-16 09:00", "Tue 2026-11-17 09:00"):
        a_signed_ticket(day, TAX)
    a_signed_ticket("Mon 2026-11-02 09:00", TAX)

    page = as_(SUPERVISOR).get("/supervise/sight").text

    assert "预计超期＝今后 7 日到期件数 ×（本单位超期＋5×全区超期率）÷（本单位件数＋5）" in page
    assert "全区 1 件、超期 1 件" in page
    assert "8 周共 3 件" in page
    assert "一件工单引用几项的，每项各计一次" in page
    assert "近 14 日至少 3 件、相差超过两倍标准误的才列" in page


def test_rows_of_the_list_that_are_as_hot_stand_in_the_order_of_their_numbers(as_):
    cited = [113, 11, 73]
    for row in cited:
        number = a_signed_ticket("Mon 2026-11-23 09:00", TAX)
        with work() as session:
            tickets.ticket_by_number(session, number, lock=True).task_rows = [row]

    page = as_(SUPERVISOR).get("/supervise/sight").text

    assert [int(one) for one in re.findall(r"<tr><td><b>第(\d+)项 ", page)] == sorted(cited)
