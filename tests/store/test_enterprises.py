"""An enterprise is found by any part of its name or of its initials, by indexes alone."""

import pytest
from sqlalchemy import text

from bench.archive import build
from engine.actions.initials import initials
from engine.store import enterprises
from engine.store.database import work
from engine.store.writing import run
from tests.builders import a_ticket

NOW = "Mon 2026-11-23 09:00"
NAME, OTHER, CODE = "城中区华兴商贸", "柳州市恒昌建材经营部", "91450200MA5PLACE0X"


@pytest.fixture
def known(database):
    a_ticket(NOW, enterprise=OTHER, content="用电报装拖延没有通电的事", credit_code=CODE)
    a_ticket(NOW, enterprise=NAME)


def found(typed):
    with work() as session:
        return [one.enterprise for one in enterprises.like(session, typed, initials(typed))]


@pytest.mark.parametrize(
    "typed", ["华兴", "华兴商贸", "城中区", "商贸", "hx", "hxsm", "czqhx", "SM"]
)
def test_an_enterprise_is_found_by_any_part_of_its_name_or_initials(known, typed):
    assert found(typed) == [NAME]


@pytest.mark.parametrize("typed", ["", "华", "h", "兴华", "xh", "恒兴", "%", "华_", "|"])
def test_what_no_enterprise_is_called_finds_none(known, typed):
    assert found(typed) == []


def test_those_that_begin_so_come_before_those_that_only_have_it(database):
    for name in ("华兴餐饮店", NAME, "华兴餐饮店", NAME):
        a_ticket(NOW, enterprise=name)

    assert found("华兴") == ["华兴餐饮店", NAME]


def test_a_credit_code_finds_its_enterprise(known):
    assert found(CODE.lower()) == [OTHER]


def test_of_a_beginning_that_very_many_share_the_newest_come_first(database):
    a_ticket(NOW)
    build(database.url, 3000)
    newest = "SELECT enterprise FROM requester ORDER BY ticket_id DESC LIMIT %s"

    with work() as session:
        names = [row[0] for row in run(session, newest, (enterprises.MOST_KNOWN,))]

    assert found("示例第") == found("sld") == list(dict.fromkeys(names))


@pytest.mark.parametrize(
    ("query", "index"),
    [(enterprises.FEW, "ix_requester_initials"),
     (enterprises.PART_OF_NAME, "ix_requester_words"),
     (enterprises.PART_OF_INITIALS, "ix_requester_initial_parts")],
)  # fmt: skip
def test_every_look_up_is_answered_by_its_index(database, query, index):
    """Of a small table PostgreSQL reads everything, so other ways are switched off."""
    asked = {"start": "hx", "stop": "hy", "name": "", "grams": ["hx"], "part": "hx"}

    with work() as session:
        for way in ("seqscan", "indexonlyscan"):
            session.connection().execute(text(f"SET LOCAL enable_{way} = off"))
        plan = run(session, f"EXPLAIN {query}", asked, prepare=False).fetchall()

    assert any(index in line for (line,) in plan), plan
