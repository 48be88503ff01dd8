"""Supervisors change the duty words; old versions can be restored."""

import subprocess
import sys

import psycopg
import pytest

from engine.actions import lexicon
from engine.actions.intake import propose
from engine.actions.lexicon import Word
from engine.errors import BadInputError, ConflictError, NotFoundError, NotPermittedError
from engine.store import routing_versions
from engine.store.database import work
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_ticket, day, doing, on_ticket

NOW = "Mon 2023-11-13 09:00"
MONDAY = day("Mon 2023-11-13")
TEXT = "蹦床馆的蹦床弹簧断了，孩子摔下来"
SPORT = "区文化体育广电和旅游局"


def first(text=TEXT):
    with work() as session:
        found = propose(session, None, "", text, MONDAY)
    return found.stored["candidates"][0]


def add(expression="蹦床馆", unit=SPORT, tier="strong", who=SUPERVISOR):
    word = Word(unit, expression, tier, "居民常说")
    return doing(NOW, who, lambda step: lexicon.add_expression(step, word).id)


def test_an_added_expression_routes_the_next_ticket(database):
    before = first()

    add()

    after = first()
    assert "蹦床馆" not in before["evidence"]
    assert (after["unit"], after["evidence"][0]) == (SPORT, "蹦床馆")


def test_a_ticket_keeps_the_version_that_routed_it(database):
    version = add()
    number = a_ticket(NOW, content=TEXT)

    routing = on_ticket(number, NOW, None, lambda _step, ticket: ticket.routing)

    assert routing["routing_version"] == version
    assert "+" in routing["lexicon_version"]
    assert routing["catalogue_version"] == "2023-19"


def test_a_removed_expression_is_no_longer_evidence(database):
    text = "公司注册一直没有通过"
    assert "公司注册" in first(text)["evidence"]

    word = Word(MARKET, "公司注册", reason="试一试")
    doing(NOW, SUPERVISOR, lambda step: lexicon.remove_expression(step, word))

    assert "公司注册" not in first(text)["evidence"]


def test_another_process_sees_the_change_at_once(database):
    program = (
        "import sys\n"
        "from datetime import date\n"
        "from engine.store.database import connect, use, work\n"
        "from engine.actions.intake import propose\n"
        "use(connect(sys.argv[1]))\n"
        "def first():\n"
        "    with work() as session:\n"
        "        found = propose(session, None, '', sys.argv[2], date(2023, 11, 13))\n"
        "        return found.stored['candidates'][0]['unit']\n"
        "print(first(), flush=True)\n"
        "sys.stdin.readline()\n"
        "print(first(), flush=True)\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, database.url, TEXT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    before = other.stdout.readline().strip()
    add()
    after, _ = other.communicate("\n", timeout=60)

    assert before != SPORT
    assert after.strip() == SPORT


def test_an_old_version_can_be_restored_and_so_can_the_shipped_one(database):
    one = add("蹦床馆")
    add("弹簧床")

    def restore(number):
        return lambda step: lexicon.restore(step, number, "后加的词不合适").edits

    assert len(doing(NOW, SUPERVISOR, restore(one))) == 1
    assert first()["unit"] == SPORT
    assert doing(NOW, SUPERVISOR, restore(0)) == []
    assert first()["unit"] != SPORT
    with pytest.raises(ConflictError):
        doing(NOW, SUPERVISOR, restore(0))
    with pytest.raises(NotFoundError):
        doing(NOW, SUPERVISOR, restore(99))


def test_only_supervisors_change_words(database):
    with pytest.raises(NotPermittedError):
        add(who=OPERATOR)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "没有这个单位"}, "unit"),
        ({"expression": "床"}, "expression"),
        ({"expression": "长" * 21}, "expression"),
        ({"expression": "。。"}, "expression"),
        ({"expression": "药店…刷卡"}, "expression"),
        ({"expression": "a\x00b"}, "expression"),
        ({"tier": "huge"}, "tier"),
    ],
)
def test_a_word_that_cannot_be_used_is_refused_by_field(database, changes, field):
    with pytest.raises(BadInputError) as refused:
        add(**changes)

    assert field in refused.value.fields


def test_adding_twice_and_removing_what_is_not_there_are_conflicts(database):
    add()
    with pytest.raises(ConflictError):
        add()
    word = Word(MARKET, "没有这个词", reason="试")
    with pytest.raises(ConflictError):
        doing(NOW, SUPERVISOR, lambda step: lexicon.remove_expression(step, word))


def test_a_word_needs_a_reason(database):
    with pytest.raises(BadInputError, match="理由"):
        doing(NOW, SUPERVISOR, lambda s: lexicon.add_expression(s, Word(SPORT, "蹦床馆")))


def test_versions_are_append_only(database):
    add()
    with work() as session:
        assert len(routing_versions.versions(session)) == 1
    address = database.url.replace("+psycopg", "")
    with (
        psycopg.connect(address) as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        connection.execute("DELETE FROM routing_version")
