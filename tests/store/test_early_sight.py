"""What is remembered of a day that is over stays true when a ticket of it comes in afterwards."""

from datetime import timedelta

from engine.store.database import Database, work
from engine.store.early_sight import days_taken_in, titles
from tests.builders import a_ticket, moment

NOW = moment("Thu 2026-11-26 10:00")


def totals() -> list[int]:
    with work() as session:
        return [one.total for one in days_taken_in(session, NOW, 4)]


def test_a_ticket_received_days_ago_and_written_now_is_counted_on_its_day(
    database: Database,
) -> None:
    a_ticket("Wed 2026-11-25 09:00")
    before = totals()

    a_ticket("Tue 2026-11-24 09:00")
    a_ticket(NOW - timedelta(hours=1))

    assert (before, totals()) == ([0, 1, 0, 0], [1, 1, 1, 0])


def test_days_are_counted_though_there_is_no_ticket_at_all(database: Database) -> None:
    assert totals() == totals() == [0, 0, 0, 0]


def test_titles_are_as_many_of_each_day_lately_and_before(database: Database) -> None:
    for at in ("Thu 2026-11-26 09:00", "Fri 2026-11-13 00:00", "Thu 2026-11-12 23:59",
               "Fri 2026-10-02 09:00", "Thu 2026-10-01 09:00"):  # fmt: skip
        for number in range(3):
            a_ticket(at, title=f"{at} 第{number}件")
    a_ticket(NOW + timedelta(hours=1), title="还没有来的")
    a_ticket("Thu 2026-11-26 09:00", title="保密的", confidential=True)

    with work() as session:
        late, early = titles(session, NOW, (14, 42), 2)

    assert late == [f"{at} 第{number}件" for at in ("Fri 2026-11-13 00:00", "Thu 2026-11-26 09:00")
                    for number in (2, 1)]  # fmt: skip
    assert early == [f"{at} 第{number}件" for at in ("Fri 2026-10-02 09:00", "Thu 2026-11-12 23:59")
                     for number in (2, 1)]  # fmt: skip
