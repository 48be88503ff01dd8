"""A sketch rules out only what cannot be one matter."""

from hypothesis import given
from hypothesis import strategies as st

from engine.rules.acceptance import same_matter
from engine.rules.likeness import may_be_alike, sketch
from engine.rules.rule_set import load_rules
from tests.builders import LICENCE, day

RULES = load_rules("CN-GX")
ON = day("Mon 2026-11-23")
TEXTS = st.text(alphabet="营业执照办理材料补正窗口一二三，。 aB1", max_size=60)


@given(TEXTS, TEXTS)
def test_what_is_one_matter_is_never_ruled_out(one, other):
    share = RULES.parameters["duplicates.similarity"].on(ON).value

    if same_matter(one, other, RULES, ON):
        assert may_be_alike(sketch(one), sketch(other), share)


def test_another_matter_is_ruled_out_without_reading_it():
    assert not may_be_alike(sketch(LICENCE), sketch("请问小微企业贷款贴息还能申请吗"), 45)
    assert may_be_alike(sketch(LICENCE), sketch(LICENCE), 45)
