import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RuleError
from engine.rules.routing import load_router
from engine.rules.routing.cues import load_cues
from engine.rules.routing.said import read_said
from engine.rules.routing.tuning import load_tuning

INSURANCE = "区医保局"


def found(text):
    router, said = load_router(), read_said(text, "", load_tuning())
    return list(router.lexicon.cues.find(said, router.hear(said)))


def heard(text):
    return {(one.owner, one.words) for one in found(text)}


def test_two_words_near_each_other_are_heard_in_either_order():
    assert (INSURANCE, ("药店", "刷不了")) in heard("药店刷不了卡")
    assert (INSURANCE, ("药店", "刷不了")) in heard("卡刷不了，药店说是系统")


def test_two_words_far_apart_are_not_a_pair():
    assert not heard("药店" + "一二三四五六七八九十" * 3 + "刷不了卡")


def test_a_single_letter_is_not_heard_inside_a_word_that_hides_it():
    words = {words for _, words in heard("打电话问电梯的事")}

    assert not any("电" in pair or "打" in pair for pair in words)


def test_a_pair_outweighs_the_words_it_is_made_of():
    assert load_router().route("药店刷不了卡").lead == INSURANCE
    assert load_router().route("药店的药过期了").lead == "区市场监管局"


def test_the_pair_is_shown_as_evidence():
    assert "药店…刷不了" in load_router().route("药店刷不了卡").candidates[0].evidence


def test_a_pair_of_nobody_known_is_refused_with_its_name():
    with pytest.raises(RuleError, match="不是登记的单位"):
        load_cues(frozenset({INSURANCE}))


@given(text=st.text(alphabet="药店刷不了卡电罚发票执照，。", max_size=60))
def test_a_pair_lies_in_the_text_within_its_reach(text):
    for one in found(text):
        assert all(word in text for word in one.words)
