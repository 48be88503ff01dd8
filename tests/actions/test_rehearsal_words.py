"""A draft of the lexicon, tried: who would get texts instead; nonsense is named."""

import pytest

from engine.actions.rehearsal_words import Said, draft_edits, rerouted
from engine.actions.routing_in_force import InForce
from engine.errors import BadInputError
from tests.builders import day

ON = day("Thu 2026-11-26")
TEXTS = [Said(None, "", "盲盒贩卖机吞了我的钱，没人管", "区市场监督管理局")] * 2


def tried(*typed):
    draft = InForce(0, draft_edits((), typed))
    return rerouted(TEXTS, InForce(), draft, ON, lambda some: some)


def test_a_strong_word_moves_texts_to_its_unit_and_no_word_moves_none():
    found = tried("区教育局+盲盒贩卖机:strong")

    assert (found.tried, found.moved.total()) == (2, 2)
    assert {after for _, after in found.moved} == {"区教育局"}
    assert not tried().moved


@pytest.mark.parametrize("typed", ["区城管局", "没有这个局+噪声", "区税务局+", "区税务局+发票:大"])
def test_a_draft_that_cannot_be_read_says_how_to_write_it(typed):
    with pytest.raises(BadInputError, match="词库草案写成"):
        draft_edits((), [typed])
