"""A letter whose ground fell (依据已不成立) is neither reviewed nor signed nor sent any more."""

import pytest

from engine.actions.letters import Draft, Proposal, draft_letter, drop_letter, propose_by_hand
from engine.actions.letters import reject_letter as reject
from engine.actions.moot_letters import fallen, nothing_behind
from engine.errors import ConflictError
from engine.terms import LetterKind, LetterStatus, RectificationGround
from tests.actions.letter_steps import FOUND, on_letter, review, send, sign, the
from tests.actions.test_late_grants import OVER, grant, missed
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, doing, on_ticket
from tests.looking import letters_of, sweep

pytestmark = pytest.mark.usefixtures("database")
DRAFTED, REVIEWED, SIGNED = "Fri 2026-11-20 09:00", "Fri 2026-11-20 09:20", "Fri 2026-11-20 09:40"
GRANTED, AFTER = "Fri 2026-11-20 10:00", "Fri 2026-11-20 10:30"
DUTY, RUDE = RectificationGround.DUTY_NOT_PERFORMED, RectificationGround.BAD_ATTITUDE
FELL = "“11月16日24:00承办时限届满未办（事件第"
WHY = "同意延期，承办时限改为11月23日（周一），原到期日11月16日（周一）届满不计超期"
BARE = "“未依法履行职能”已没有依据"


def a_draft(kind, grounds=(DUTY,)):
    """A letter drafted of a limit that was missed while a wish for more days waits; both."""
    number, wish = missed()
    wanted = Proposal(kind, grounds, "逾期没有答复")
    on_ticket(number, OVER, SUPERVISOR, lambda s, one: propose_by_hand(s, one, wanted))
    letter_id = letters_of(number)[-1].id
    redraft(letter_id, grounds, DRAFTED)
    return letter_id, wish


def redraft(letter_id, grounds, now):
    wanted = Draft(grounds, ("限期办结",), found=FOUND)
    on_letter(letter_id, now, SUPERVISOR, lambda s, one: draft_letter(s, one, wanted))


def refused(act, letter_id):
    with pytest.raises(ConflictError) as said:
        act(letter_id, AFTER)
    return str(said.value)


@pytest.mark.parametrize("kind", [LetterKind.SUPERVISION, LetterKind.RECTIFICATION])
def test_a_draft_whose_breach_was_withdrawn_is_not_reviewed_and_says_why_and_what_to_do(kind):
    letter_id, wish = a_draft(kind)
    grant(wish, GRANTED)

    said = refused(review, letter_id)

    assert the(letter_id).status is LetterStatus.DRAFTED
    assert all(one in said for one in (kind.label, FELL, WHY, BARE, "请选“不发”"))
    on_letter(letter_id, AFTER, SUPERVISOR, lambda s, one: drop_letter(s, one, "超期已撤销"))


@pytest.mark.parametrize("kind", [LetterKind.SUPERVISION, LetterKind.RECTIFICATION])
def test_a_reviewed_one_is_neither_signed_nor_reviewed_again(kind):
    letter_id, wish = a_draft(kind)
    review(letter_id, REVIEWED)
    grant(wish, GRANTED)

    for act in (sign, review, sign):
        assert WHY in refused(act, letter_id)

    assert (the(letter_id).status, the(letter_id).number) == (LetterStatus.REVIEWED, "")


def test_a_signed_one_is_not_sent_and_is_to_be_voided():
    letter_id, wish = a_draft(LetterKind.RECTIFICATION)
    review(letter_id, REVIEWED)
    sign(letter_id, SIGNED)
    grant(wish, GRANTED)

    said = refused(send, letter_id)

    assert (the(letter_id).status, the(letter_id).sent_at) == (LetterStatus.SIGNED, None)
    assert WHY in said
    assert "不能发出，请作废" in said


def test_a_letter_with_a_ground_left_says_which_fell_and_goes_out_without_it():
    letter_id, wish = a_draft(LetterKind.SUPERVISION, (DUTY, RUDE))
    grant(wish, GRANTED)

    said = refused(review, letter_id)
    assert BARE in said
    assert f"“{RUDE.label}”" not in said
    assert "请退回修改，去掉已不成立的事由和依据" in said
    on_letter(letter_id, AFTER, SECOND_SUPERVISOR, lambda s, one: reject(s, one, "去掉一项"))
    redraft(letter_id, (RUDE,), AFTER)
    for act in (review, sign, send):
        act(letter_id, AFTER)

    assert the(letter_id).status is LetterStatus.SENT


def test_a_line_that_fell_beside_a_ground_that_stands_is_taken_out_first():
    letter_id, wish = a_draft(LetterKind.SUPERVISION, (RUDE,))
    assert any("届满未办" in line for line in the(letter_id).evidence)
    grant(wish, GRANTED)

    said = refused(review, letter_id)

    assert FELL in said
    assert WHY in said
    assert "没有依据" not in said
    assert "请退回修改" in said


def test_missed_again_at_the_new_limit_it_is_drafted_anew_before_it_goes_on():
    letter_id, wish = a_draft(LetterKind.SUPERVISION)
    grant(wish, GRANTED)
    sweep("Tue 2026-11-24 09:00")

    with pytest.raises(
        ConflictError, match=rf"第14号）”已不能作依据：.*{WHY}；.*新的依据的，请退回修改"
    ):
        review(letter_id, "Tue 2026-11-24 10:00")
    on_letter(
        letter_id, "Tue 2026-11-24 10:10", SUPERVISOR, lambda s, one: reject(s, one, "新超期")
    )
    redraft(letter_id, (DUTY,), "Tue 2026-11-24 10:20")
    review(letter_id, "Tue 2026-11-24 10:30")

    assert any("11月23日24:00承办时限届满未办" in line for line in the(letter_id).evidence)


@pytest.mark.parametrize("kind", [LetterKind.SUPERVISION, LetterKind.REMINDER])
def test_while_the_breach_stands_nothing_is_said_and_the_letter_goes_out(kind):
    letter_id, _ = a_draft(kind)
    assert on_letter(letter_id, DRAFTED, SUPERVISOR, fallen) is None

    for act in (review, sign, send):
        act(letter_id, SIGNED)

    assert the(letter_id).status is LetterStatus.SENT


def test_a_persons_reminder_proposed_for_a_withdrawn_breach_says_so():
    number, wish = missed()
    wanted = Proposal(LetterKind.REMINDER, (), "逾期没有答复")
    on_ticket(number, OVER, SUPERVISOR, lambda s, one: propose_by_hand(s, one, wanted))
    (letter,) = letters_of(number)
    before = doing(OVER, SUPERVISOR, lambda step: nothing_behind(step, letter))

    grant(wish)

    after = doing(AFTER, SUPERVISOR, lambda step: nothing_behind(step, letter))
    assert before == ""
    assert FELL in after
    assert WHY in after
