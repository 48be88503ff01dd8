"""Supervisors' edits laid over the shipped lexicon."""

from engine.rules.routing import load_router
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.routing.edits import Edit, digest, with_edit
from engine.rules.routing.lexicon import unit_words

SPORT = "区文化体育广电和旅游局"
ADDED = Edit(SPORT, "蹦床馆", "strong")


def test_an_added_expression_is_heard_and_names_its_own_lexicon_version():
    shipped, mine = load_router(), load_router("", (ADDED,))

    routing = mine.route("蹦床馆的弹簧断了")

    assert routing.lead == SPORT
    assert routing.lexicon_version.startswith(shipped.lexicon.version + "+")
    assert "蹦床馆" in routing.candidates[0].evidence
    assert "蹦床馆" not in str(shipped.route("蹦床馆的弹簧断了"))


def test_removing_and_moving_touch_one_unit_only():
    tax, finance = (load_catalogue().unit(name) for name in ("区税务局", "区财政局"))
    edits = (Edit(tax.name, "发票", ""), Edit(finance.name, "非税收入", "weak"))

    told = [word for words in unit_words(tax, edits).values() for word in words]
    assert "发票" not in told
    assert "发票" in [word for words in unit_words(tax).values() for word in words]
    assert "非税收入" in unit_words(finance, edits)["weak"]
    assert "非税收入" not in unit_words(finance, edits)["strong"]


def test_a_later_edit_takes_the_place_of_an_earlier_one_on_the_same_expression():
    edits = with_edit(with_edit((), ADDED), ADDED._replace(tier=""))

    assert edits == (Edit(SPORT, "蹦床馆", ""),)


def test_the_digest_tells_states_apart():
    assert digest((), {}) == digest((), {})
    assert len({digest((), {}), digest((ADDED,), {}), digest((), {"区税务局": 0.05})}) == 3


def test_the_unit_noted_as_accused_is_never_proposed_for_dispatch():
    text = "增值税发票开不出来"

    routing = load_router().route(text, accused="区税务局")

    assert load_router().route(text).decision.value == "dispatch"
    assert routing.decision.value == "conflict"
    assert [one.unit for one in routing.candidates[:2]] == ["区税务局", "区纪委监委"]


def test_an_accused_unit_is_not_among_the_supports_of_another():
    text = "发票报销入账的事，财政局工作人员态度恶劣，请税务局办理电子发票"

    routing = load_router().route(text)

    assert not any("区财政局" in one.supports for one in routing.candidates)


def test_taking_a_word_from_a_unit_silences_its_pairs_of_words_too():
    insurance = "区医保局"
    text = "药店刷不了卡"
    without = load_router("", (Edit(insurance, "刷不了", ""),)).route(text)

    assert "药店…刷不了" in load_router().route(text).candidates[0].evidence
    assert not any("刷不了" in words for one in without.candidates for words in one.evidence)
