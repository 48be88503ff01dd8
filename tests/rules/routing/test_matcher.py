from hypothesis import given
from hypothesis import strategies as st

from engine.rules.routing.matcher import Ear, Matcher, pairs_of
from engine.rules.routing.text import fold, shorten


def found(text, *expressions):
    return [(hit.start, hit.expression) for hit in Matcher(expressions).find(text)]


def test_what_lies_inside_a_longer_expression_is_not_counted():
    assert found("消防验收没过", "消防", "消防验收", "验收") == [(0, "消防验收")]


def test_overlapping_expressions_are_both_found():
    assert found("电费发票", "电费发", "费发票") == [(0, "电费发"), (1, "费发票")]


def test_repeats_are_found_each_time():
    assert found("发票发票", "发票") == [(0, "发票"), (2, "发票")]


def test_nothing_is_found_in_nothing():
    assert found("", "发票") == []
    assert found("票", "发票") == []


def test_folding_gives_one_spelling():
    assert fold("ＣＡ 證 書\n") == "ca证书"


def test_shortening_keeps_the_beginning_and_the_end():
    assert shorten("一二三四五六七八", head=2, tail=2) == "一二。七八"
    assert shorten("一二三四", head=2, tail=2) == "一二三四"


def test_a_number_is_not_heard_inside_a_longer_one():
    assert found("打12345，电话13812345678", "12345") == [(1, "12345")]


def test_what_begins_inside_a_longer_expression_and_straddles_out_loses():
    assert found("增值税收据", "增值税", "税收") == [(0, "增值税")]
    assert found("预付卡车", "预付", "付卡车") == [(0, "预付"), (1, "付卡车")]


def test_a_neutral_compound_hides_the_words_inside_it():
    from engine.rules.routing import load_router

    lexicon = load_router().lexicon

    assert [hit.expression for hit in lexicon.matcher.find("换报警器")] == ["报警器"]
    assert "报警器" not in lexicon.worth


@given(
    text=st.text(alphabet="电费发票1😀", max_size=30),
    words=st.lists(st.text(alphabet="电费发票1😀", min_size=2, max_size=5), max_size=12),
)
def test_one_pass_hears_exactly_what_a_search_for_each_word_finds(text, words):
    plain = [word for word in words if "😀" not in word]
    heard = Ear({"even": plain[::2], "odd": plain[1::2]}).hear(text)

    for name, listed in (("even", plain[::2]), ("odd", plain[1::2])):
        searched = {(at, w) for w in listed for at in range(len(text)) if text.startswith(w, at)}
        assert sorted(heard[name]) == sorted(searched)


def test_pairs_are_numbers_alike_only_for_alike_pairs():
    assert pairs_of("") == pairs_of("票") == ()
    first, second, third, fourth = pairs_of("发票发票票")

    assert first == third
    assert len({first, second, fourth}) == 3
    assert len(pairs_of("发😀\ud800票")) == 3
