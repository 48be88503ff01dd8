"""Tickets are found by what people remember, by indexes, never by what one may not read."""

import pytest
from sqlalchemy import text

from engine.store import search as store
from engine.store.database import work
from engine.store.row_security import see_as_unit
from engine.store.search import Searcher, search
from engine.store.writing import run
from engine.terms import TicketKind
from tests.builders import MARKET, TAX, a_dispatched_ticket, a_ticket, an_account, moment
from tests.looking import ticket_of

NOW = "Mon 2026-11-23 09:00"
EVERYBODY = Searcher()
PHONE, NAME = "0772-2801234", "柳州市示例贸易有限公司"
TEXT = "门前道路开挖三个月没有围挡，Excel 表格也不给，影响装卸"


@pytest.fixture
def number(database):
    a_ticket(NOW, phone="0772-0000000", enterprise="另一家企业", content="用电报装拖延没有通电的事")
    return a_ticket(NOW, phone=PHONE, enterprise=NAME, content=TEXT)


def found(words, who=EVERYBODY, **more):
    with work() as session:
        return [line.ticket.number for line in search(session, words, who, **more).lines]


@pytest.mark.parametrize(
    "words",
    ["LZ2611230002", "lz2611230002", "230002", "0002", "1234", "2801234", "07722801234", PHONE,
     "示例贸易", "lzsslmy", "道路开挖", "没有围挡 装卸", "示例贸易 围挡", "excel", "三个月"],
)  # fmt: skip
def test_a_ticket_is_found_by_any_part_of_it_that_people_remember(number, words):
    assert found(words) == [number]


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "路",
        "|",
        "%",
        "_",
        "\\",
        "无此企业",
        "围挡 通电",
        "99",
        "9999",
        "'; --",
        "\U0001f600",
    ],
)
def test_what_nobody_wrote_finds_nothing(number, words):
    assert found(words) == []


def test_pairs_of_characters_only_suggest_a_word(database):
    """开挖道路 has the pairs of neither 道路开挖 nor of both halves in a row."""
    a_ticket(NOW, content="开挖的道路一直没有人来恢复")

    assert found("道路开挖") == []
    assert found("挖的道") != []


def test_the_newest_come_first_and_it_is_said_that_there_are_more(database):
    numbers = [a_ticket(NOW, content=f"道路开挖影响经营第{place}处") for place in range(4)]

    with work() as session:
        page = search(session, "道路开挖", EVERYBODY, limit=3)

    assert [line.ticket.number for line in page.lines] == numbers[:0:-1]
    assert page.after is not None
    assert found("道路开挖", limit=4) == numbers[::-1]


def test_old_tickets_are_found_beyond_the_newest(database, number):
    """The newest marks are asked first; a ticket behind them is found all the same."""
    far = a_ticket_after(database, 50_000)

    assert found("道路开挖") == [number]
    assert found("垃圾清运") == [far]


def a_ticket_after(database, number_of_tickets):
    with database.engine.begin() as owner:
        owner.execute(text(f"SELECT setval('ticket_id_seq', {number_of_tickets})"))
    made = a_ticket(
        "Tue 2026-11-24 09:00", content="垃圾清运不及时有异味", enterprise="柳州第二企业"
    )
    assert ticket_of(made).id > number_of_tickets
    return made


def search_of(words, **more):
    with work() as session:
        return search(session, words, EVERYBODY, **more)


@pytest.mark.parametrize("words", ["道路开挖", "示例贸易", "示例贸易 围挡"])
def test_words_are_looked_for_among_the_newest_and_it_is_said_since_when(database, number, words):
    a_ticket_after(database, 900_000)

    near, far = search_of(words), search_of(words, far=True)

    assert near.lines == ()
    assert near.extra["since"] == moment("Tue 2026-11-24 09:00")
    assert [line.ticket.number for line in far.lines] == [number]
    assert "since" not in far.extra


@pytest.mark.parametrize("words", ["LZ2611230002", "0002", PHONE, "1234", "lzsslmy"])
def test_a_number_a_telephone_and_initials_are_found_however_old(database, number, words):
    a_ticket_after(database, 900_000)

    page = search_of(words)

    assert [line.ticket.number for line in page.lines] == [number]


def test_what_fills_a_page_hides_nothing_by_saying_since_when(database, number):
    """A full page says already that there are more; a search by digits looked for no words."""
    far = a_ticket_after(database, 900_000)

    assert "since" not in search_of("垃圾清运", limit=0).extra
    assert "since" not in search_of("0002").extra
    assert [line.ticket.number for line in search_of("垃圾清运").lines] == [far]


@pytest.mark.parametrize(
    ("newest", "far", "marks"),
    [(1, False, ["#0", ""]), (79_999, False, ["#3", "#2", ""]),
     (80_000, False, ["#4", "#3", "#2", "#1"]),
     (9_000_000, False, ["#450", "#449", "#448", "#447"]),
     (9_000_000, True, ["#450", "#449", ""])],
)  # fmt: skip
def test_however_many_tickets_there_are_the_same_number_of_marks_is_asked(newest, far, marks):
    assert store.marks(newest, far=far) == marks


def test_a_unit_finds_its_own_tickets_by_number_name_telephone_and_words(database):
    mine = a_dispatched_ticket(NOW, MARKET, phone=PHONE, enterprise=NAME, content=TEXT)
    a_dispatched_ticket(NOW, TAX, phone=PHONE, enterprise=NAME, content=TEXT)

    for words in ("0001", PHONE, "1234", "示例贸易", "lzsslmy", "道路开挖 示例"):
        assert found_by_unit(MARKET, words) == [mine], words
    assert found_by_unit(MARKET, "LZ2611230002") == []


def found_by_unit(who, words):
    with work() as session:
        account = an_account(session, who)
        kept = moment(NOW)
        see_as_unit(session, account.unit_id, account.id, kept)
        own = Searcher(secrets=False, unit_id=account.unit_id, kept_since=kept)
        return [line.ticket.number for line in search(session, words, own).lines]


@pytest.mark.parametrize("words", ["801234", "2801234", "801235", "234"])
def test_a_number_is_found_by_its_last_four_digits_and_more_never_by_fewer(database, words):
    number = a_ticket("Tue 2026-11-24 09:00", phone=PHONE, content="用电报装拖延没有通电的事")

    assert found(words) == (
        [number] if PHONE.replace("-", "").endswith(words[-6:]) and len(words) > 3 else []
    )


@pytest.mark.parametrize("words", ["道路开挖", "示例贸易", PHONE, "lzsslmy"])
def test_who_may_not_read_a_confidential_ticket_does_not_find_it_by_what_it_says(database, words):
    number = a_ticket(NOW, kind=TicketKind.REPORT, phone=PHONE, enterprise=NAME, content=TEXT)

    assert found(words) == [number]
    assert found(words, Searcher(secrets=False)) == []
    assert found(number, Searcher(secrets=False)) == [number]


@pytest.mark.parametrize(
    ("query", "index"),
    [(store.BY_NUMBER, "ix_ticket_number_end"), (store.BY_END, "ix_requester_phone_end_mark"),
     (store.BY_INITIALS, "ix_requester_initials"), (store.BY_TEXT, "ix_ticket_words"),
     (store.BY_CREDIT_CODE, "ix_requester_credit_code_ticket_id"),
     (store.BY_ENTERPRISE, "ix_requester_words")],
)  # fmt: skip
def test_every_query_is_answered_by_its_index(database, query, index):
    """Of a small table PostgreSQL reads everything, so other ways are switched off."""
    values = store._asked("示例", EVERYBODY, 30) | {"grams": ["示例"], "mark": b"1"}

    with work() as session:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            session.connection().execute(text(f"SET LOCAL enable_{way} = off"))
        plan = run(session, f"EXPLAIN {query}", values, prepare=False).fetchall()

    assert any(f"Bitmap Index Scan on {index} " in line for (line,) in plan), plan
