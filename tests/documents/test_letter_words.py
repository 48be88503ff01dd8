"""The wording of letters: who is told and who is asked, enumerations, marks."""

import re

import pytest

from engine.documents.letter_data import LetterData
from engine.documents.letter_texts import (
    GroundEvidence,
    letter_from,
    rectification_letter,
    referral_letter,
    supervision_letter,
)
from engine.terms import LetterKind, RectificationGround
from tests.documents.facts import a_rectification, a_referral, beijing


def said_in(letter: LetterData) -> str:
    parts = [letter.to, letter.title, *(part.lead + part.text for part in letter.body)]
    cells = [cell for annex in letter.attachments for row in annex.rows for cell in row]
    return "\n".join(parts + cells)


@pytest.mark.parametrize("kind", list(LetterKind))
def test_a_body_that_is_not_subordinate_is_told_nothing_by_any_kind(kind):
    asked = said_in(letter_from(kind, a_referral(subordinate=False, contact="区12345热线")))

    assert not any(word in asked for word in ("你单位", "督办要求", "整改要求", "催办通知书"))


@pytest.mark.parametrize("demands", [("甲。",), ("甲；", "乙"), ("甲", "乙。", "丙")])
@pytest.mark.parametrize("kind", list(LetterKind))
def test_no_number_runs_into_a_date_and_no_mark_stands_twice(kind, demands):
    grounds = tuple(
        GroundEvidence(one, ("2026年10月16日期限届满。", "10月19日催办；"))
        for one in RectificationGround
    )
    bare = GroundEvidence(RectificationGround.LEAK, ())

    for listed in (grounds, grounds[:1], (bare,), (*grounds, bare)):
        said = said_in(letter_from(kind, a_referral(demands=demands, grounds=listed)))
        assert not re.search(r"[。；，：][。；，：]|\d\.\d|。\d\.|：。|，。", said)


def test_a_signature_that_was_deemed_is_told_as_deemed_with_its_moment():
    midnight, limit = beijing(9, 30, 0), beijing(9, 29, 17, 30)

    told = [said_in(rectification_letter(a_rectification(signed_at=at, deemed=True)))
            for at in (midnight, limit)]  # fmt: skip
    signed = said_in(rectification_letter(a_rectification(signed_at=limit)))

    assert "派单，9月29日24:00视为签收，" in told[0]
    assert "，9月29日17:30视为签收，" in told[1]
    assert "派单，29日签收，" in signed


def test_two_demands_stand_in_one_paragraph_and_three_in_their_own():
    two = supervision_letter(a_rectification(demands=("甲", "乙")))
    three = supervision_letter(a_rectification(demands=("甲", "乙", "丙")))

    assert "请你单位：一是甲；二是乙。" in said_in(two)
    assert [part.lead for part in three.body if part.level == 2] == [
        "（一）甲。", "（二）乙。", "（三）丙。",
    ]  # fmt: skip


def test_a_referral_says_what_the_drafter_asks_for():
    letter = referral_letter(a_referral(demands=("依规依纪依法处理", "反馈处理结果。")))

    assert "请依规依纪依法处理，反馈处理结果。" in said_in(letter)
    assert "请自收到本函之日起5个工作日内在移交登记表上签收" in said_in(letter)
