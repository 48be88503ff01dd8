import pytest

from engine.rules.routing import load_router
from engine.rules.routing.catalogue import load_catalogue, load_units
from engine.rules.routing.files import lexicon_files, read_yaml
from engine.rules.routing.hard_rules import load_hard_rules
from engine.rules.routing.lexicon import TIERS, unit_words
from engine.rules.routing.text import fold


def expressions(unit):
    words = unit_words(unit)
    return [word for tier in TIERS for word in words[tier]]


@pytest.mark.parametrize("unit", load_units(), ids=lambda unit: unit.slug)
def test_every_unit_has_at_least_sixty_expressions(unit):
    words = expressions(unit)

    assert len(words) >= 60
    assert len(words) == len(set(words))
    assert all(len(fold(str(word))) >= 2 for word in words)


def test_every_lexicon_file_belongs_to_a_unit_and_names_it():
    by_slug = {unit.slug: unit.name for unit in load_units()}

    for name in lexicon_files():
        content = read_yaml(name)
        assert content["unit"] == by_slug[name.removeprefix("lexicon/").removesuffix(".yaml")]
        assert set(content) == {"unit", "since", *TIERS}


def test_every_row_has_everyday_words():
    rows = read_yaml("row_words.yaml")["rows"]

    assert set(rows) == set(range(1, 136))
    assert all(len(words) >= 3 for words in rows.values())


def test_every_body_outside_the_list_says_where_to_turn():
    ours = {unit.name for unit in load_units()}

    for body in read_yaml("not_ours.yaml")["bodies"]:
        assert body["turn_to"]
        assert body["name"] not in ours


def test_hard_rules_point_to_rows_their_unit_has_a_part_in():
    catalogue = load_catalogue()

    for rule in load_hard_rules(catalogue).rules:
        for number in rule.rows:
            task = catalogue.task(number)
            named = {*task.leads, *task.supports}
            assert rule.unit in named or rule.id == "private-arrears"


def test_every_tunable_number_has_a_unit_and_a_reason():
    for entry in read_yaml("routing.yaml")["values"].values():
        assert set(entry) == {"value", "unit", "reason"}


def test_the_index_knows_every_expression():
    worth = load_router().lexicon.worth

    for unit in load_units():
        assert all(unit.name in worth[fold(str(word))] for word in expressions(unit))
