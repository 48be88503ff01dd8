import pytest

from engine.errors import RuleError
from engine.rules.routing import load_router
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.routing.files import read_yaml
from engine.rules.routing.likeness import example_likeness, row_likeness
from engine.rules.routing.said import pairs_of
from engine.rules.routing.text import fold


def pairs(text):
    return frozenset(pairs_of(fold(text)))


def owners():
    return frozenset(read_yaml("examples.yaml")["examples"])


def test_a_row_is_most_like_its_own_words():
    tasks = load_catalogue().tasks
    likeness = row_likeness(tasks)

    for task in tasks[::9]:
        found = likeness.of(pairs(f"{task.direction}{task.measure}"))
        assert max(found, key=lambda row: found[row]) == task.number


def test_likeness_lies_between_nothing_and_one():
    found = example_likeness(owners()).of(pairs("药店刷不了医保卡，发票也开不出来"))

    assert found
    assert all(0 < score <= 1 for score in found.values())


def test_nothing_said_is_like_nothing():
    assert example_likeness(owners()).of(frozenset()) == {}


def test_every_unit_has_examples_and_they_are_mostly_its_own():
    likeness = example_likeness(owners())
    examples = read_yaml("examples.yaml")["examples"]
    units = [unit.name for unit in load_catalogue().units]

    assert all(len(examples[name]) >= 14 for name in units)
    hits = [
        max(found, key=lambda name: found[name]) == name
        for name in units
        for words in examples[name][::5]
        if (found := likeness.of(pairs(words)))
    ]
    assert sum(hits) / len(hits) > 0.8


def test_examples_alone_never_dispatch_and_are_named_as_the_reason():
    routing = load_router().route("水龙头里像米汤")

    assert routing.decision.value != "dispatch"
    assert routing.reason


def test_every_example_gets_a_sane_proposal_and_mostly_its_own_unit():
    router = load_router()
    units = {unit.name for unit in load_catalogue().units}
    told = [
        (owner, router.route(words))
        for owner, said in read_yaml("examples.yaml")["examples"].items()
        for words in said[::3]
    ]

    assert all(len(routing.candidates) >= 5 and routing.reason for _, routing in told)
    own = [routing.lead == owner for owner, routing in told if owner in units]
    assert sum(own) / len(own) > 0.85


def test_a_text_only_like_the_examples_of_an_outside_body_is_not_turned_away():
    for words in read_yaml("examples.yaml")["examples"]["环卫及市政养护企业"]:
        routing = load_router().route(words)
        assert routing.not_ours is None or "“" in routing.reason


def test_examples_of_nobody_known_are_refused_with_their_name():
    with pytest.raises(RuleError, match="不是登记的单位"):
        example_likeness(frozenset({"区税务局"}))
