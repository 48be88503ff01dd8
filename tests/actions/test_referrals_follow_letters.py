"""线索移交 rests on letters that were sent and stand: on none called back, voided or groundless."""

import pytest

from engine.actions.earlier_letters import lines_now
from engine.actions.letter_signing import void_letter
from engine.actions.letters import reject_letter
from engine.actions.moot_letters import fallen, fallen_among, nothing_behind
from engine.actions.referrals import propose_referral
from engine.errors import ConflictError
from engine.store import tickets as ticket_store
from engine.store.database import work
from engine.terms import LetterKind, LetterStatus, TicketEvent
from tests.actions.letter_steps import number_of, on_letter, review, send, sign, the
from tests.actions.test_corrected_letters import corrected
from tests.actions.test_fallen_letters import DUTY, RUDE, SIGNED, a_draft
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import (
    EVENING,
    LATER,
    MORNING,
    NIGHT,
    NOON,
    recall,
    sent_at_night,
    told,
)
from tests.actions.test_referrals import GRAVE, approve, data_of, draft, rectify, referral_of
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, TAX, a_signed_ticket, doing, on_ticket
from tests.looking import last_event, letters_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")
FRIDAY, AFTERNOON = "Fri 2026-11-20 14:00", "Mon 2026-11-23 15:00"
CALLED_BACK, VOIDED, NOTHING = "发送已撤回，没有发出", "没有发出，已作废", "依据已全部不成立"
STEPS = (review, sign, send)
NOT_MISSED = ("11月16日24:00承办时限届满未办", "承办时限已同意延期，没有超期")


def a_second(now="Fri 2026-11-20 21:10"):
    """A ticket of the same unit with a letter sent then; the engine proposes a referral on it."""
    number = a_signed_ticket(FRIDAY)
    rectify(number, now)
    return number


def drawn_up(number, now="Fri 2026-11-20 21:20", steps=(), **changes):
    letter_id = referral_of(number).id
    draft(letter_id, now, target="discipline", judgement=GRAVE, **changes)
    for step in steps:
        step(letter_id, now)
    return letter_id


def mailed(grounds=(DUTY,)):
    """A letter whose mails left on a Friday morning, and the wish that waits still."""
    letter_id, wish = a_draft(LetterKind.RECTIFICATION, grounds)
    for act in STEPS:
        act(letter_id, SIGNED)
    send_mails("Fri 2026-11-20 09:41")
    return letter_id, wish


def refused(act, letter_id, now=NOON):
    with pytest.raises(ConflictError) as said:
        act(letter_id, now)
    return str(said.value)


def line_of(letter_id):
    return f"“2026年11月20日发整改函（{the(letter_id).number}），尚未反馈”已不能作依据"


@pytest.mark.parametrize("passed", [0, 1, 2])
def test_one_that_rests_on_a_letter_called_back_is_passed_on_by_nobody_and_says_why(passed):
    first, wish = sent_at_night()
    referral_id = drawn_up(a_second(), steps=STEPS[:passed])

    grant(wish, NIGHT)

    said = refused(STEPS[passed], referral_id)
    assert f"{line_of(first)}：{CALLED_BACK}" in said
    assert ("请作废" if passed == 2 else "请退回修改") in said
    assert doing(NOON, SUPERVISOR, lambda s: fallen_among(s, [the(referral_id)])) == {referral_id}
    assert any(f"/letters/{referral_id}" in one.text for one in told(referral_id))


def test_drawn_up_again_without_that_letter_it_goes_out_and_names_it_nowhere():
    first, wish = sent_at_night()
    number = a_second()
    referral_id = drawn_up(number)
    grant(wish, NIGHT)
    on_letter(referral_id, NOON, SECOND_SUPERVISOR, lambda s, o: reject_letter(s, o, "去掉一份"))

    drawn_up(number, NOON)
    approve(referral_id, NOON)

    words = "".join(text for _, text in data_of(referral_id).texts())
    assert the(referral_id).status is LetterStatus.SENT
    assert the(first).number not in words
    assert "第 2 份整改函" not in words


@pytest.mark.parametrize("voided", [False, True])
def test_the_letter_it_was_proposed_for_recalled_by_hand_once_it_is_signed_keeps_it_in(voided):
    rectify(a_signed_ticket("Thu 2026-11-19 09:00"), "Thu 2026-11-19 09:10")
    number = a_second()
    referral_id = drawn_up(number, steps=(review, sign))
    second = next(one.id for one in letters_of(number) if one.kind is LetterKind.RECTIFICATION)

    recall(second)
    if voided:
        on_letter(second, LATER, SUPERVISOR, lambda s, o: void_letter(s, o, "发错了单位"))

    assert f"{line_of(second)}：{VOIDED if voided else CALLED_BACK}" in refused(send, referral_id)
    assert any(f"/letters/{referral_id}" in one.text for one in told(referral_id))


def test_a_letter_that_it_only_names_as_a_measure_keeps_it_in_too():
    first, wish = sent_at_night()
    number = a_second()
    kept = [one for one in referral_of(number).evidence if "发整改函" not in one]
    referral_id = drawn_up(number, steps=(review, sign), evidence=tuple(kept), grounds=(RUDE,))

    grant(wish, NIGHT)

    assert f"“2026年11月20日发整改函（{the(first).number}）”已不能作依据" in refused(
        send, referral_id
    )


def test_a_letter_that_lost_its_whole_ground_is_neither_counted_nor_named_for_the_next():
    first, wish = mailed()
    grant(wish, "Fri 2026-11-20 10:00")

    number = a_second(FRIDAY)

    assert referral_of(number) is None
    referral_id = on_ticket(number, FRIDAY, SUPERVISOR, lambda s, t: propose_referral(
        s, t, t.lead_unit_id, "情况恶劣")).id  # fmt: skip
    drawn_up(number, FRIDAY)
    assert the(first).number not in "".join(text for _, text in data_of(referral_id).texts())


def test_nor_is_one_that_was_corrected_for_it():
    first, wish = mailed()
    grant(wish, "Fri 2026-11-20 10:00")
    corrected(first, NOT_MISSED, "Fri 2026-11-20 11:00")
    assert on_letter(first, FRIDAY, SUPERVISOR, fallen) is None

    assert referral_of(a_second(FRIDAY)) is None


def test_one_that_kept_a_ground_counts_and_its_line_names_the_correction():
    first, wish = mailed(grounds=(DUTY, RUDE))
    grant(wish, "Fri 2026-11-20 10:00")
    corrected(first, NOT_MISSED, "Fri 2026-11-20 11:00")
    correction = letters_of(number_of(first))[-1].number

    number = a_second(FRIDAY)
    drawn_up(number, AFTERNOON)

    line = f"发整改函（{the(first).number}），11月20日发更正函（{correction}），尚未反馈"
    assert any(line in one for one in referral_of(number).evidence)
    assert line in "".join(text for _, text in data_of(referral_of(number).id).texts())


def test_an_earlier_letter_proves_the_grounds_it_kept_alone():
    mailed_, wish = mailed(grounds=(DUTY, RUDE))
    number = a_second(FRIDAY)
    referral_id = drawn_up(number, AFTERNOON, grounds=(DUTY,))

    grant(wish, AFTERNOON)

    assert f"“{DUTY.label}”已没有依据" in refused(review, referral_id, AFTERNOON)
    assert the(mailed_).number not in refused(review, referral_id, AFTERNOON)


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_the_engine_proposed_on_another_ticket_is_dropped_and_says_which_letter(by_hand):
    first, wish = sent_at_night()
    number = a_second()

    if by_hand:
        recall(first)
    else:
        grant(wish, NIGHT)

    letter = referral_of(number)
    assert letter.status is LetterStatus.DROPPED
    assert f"{the(first).number}{CALLED_BACK}" in letter.opinion
    assert "90 日内第 2 份整改函" in letter.opinion
    assert last_event(number, TicketEvent.REJECT_LETTER).details["restricted"]


def test_a_letter_mailed_and_groundless_since_drops_it_likewise():
    first, wish = mailed()
    number = a_second(FRIDAY)

    grant(wish, AFTERNOON)

    assert referral_of(number).status is LetterStatus.DROPPED
    assert f"{the(first).number}{NOTHING}" in referral_of(number).opinion


def test_where_somebody_is_at_work_on_that_ticket_nobody_is_waited_for_and_its_page_says_so():
    first, wish = sent_at_night()
    number = a_second()

    with work() as other:
        ticket_store.ticket_by_number(other, number, lock=True)
        grant(wish, NIGHT)

    letter = referral_of(number)
    assert letter.status is LetterStatus.PROPOSED
    why = doing(NOON, SUPERVISOR, lambda s: nothing_behind(s, letter))
    assert f"“{letter.facts['reason']}”已不成立：{the(first).number}{CALLED_BACK}。" == why
    shown = doing(NOON, SUPERVISOR, lambda s: lines_now(s, letter))
    assert not any(the(first).number in one for one in shown)


def test_with_a_third_letter_standing_it_goes_on_and_counts_those_that_stand():
    rectify(a_signed_ticket("Thu 2026-11-19 09:00"), "Thu 2026-11-19 09:10")
    first, wish = sent_at_night()
    joined = referral_of(number_of(first))
    other = a_second()
    assert "第 3 份" in the(joined.id).facts["joined"][0]["reason"]

    grant(wish, NIGHT)

    assert the(joined.id).status is LetterStatus.PROPOSED
    assert referral_of(other) is None
    draft(joined.id, NOON, target="discipline", judgement=GRAVE)
    words = "".join(text for _, text in data_of(joined.id).texts())
    third = next(one for one in letters_of(other) if one.kind is LetterKind.RECTIFICATION)
    assert f"另有工单{other}：90 日内第 2 份整改函（{third.number}）" in words
    assert "第 3 份" not in words


def test_what_a_person_proposed_waits_for_people():
    _, wish = sent_at_night()
    number = a_signed_ticket(FRIDAY)
    referral = on_ticket(number, EVENING, SUPERVISOR, lambda s, t: propose_referral(
        s, t, t.lead_unit_id, "两次整改不到位"))  # fmt: skip

    grant(wish, NIGHT)

    assert the(referral.id).status is LetterStatus.PROPOSED
    assert doing(NOON, SUPERVISOR, lambda s: nothing_behind(s, the(referral.id))) == ""


def test_sent_at_night_it_is_called_back_with_the_letter_it_rests_on():
    first, wish = sent_at_night()
    referral_id = drawn_up(a_second(), steps=STEPS)
    assert the(referral_id).status is LetterStatus.SENT

    grant(wish, NIGHT)
    send_mails(MORNING)

    assert (the(first).status, the(referral_id).status) == (LetterStatus.SIGNED,) * 2


def test_handed_over_before_a_letter_it_rests_on_fell_it_is_to_be_corrected():
    first, wish = mailed()
    referral_id = drawn_up(a_second(FRIDAY), FRIDAY, steps=STEPS)
    send_mails(FRIDAY)

    grant(wish, AFTERNOON)

    found = on_letter(referral_id, AFTERNOON, SUPERVISOR, fallen)
    assert f"{line_of(first)}：{NOTHING}" in found.lines
    said = [one.text for one in told(referral_id) if f"/letters/{referral_id}" in one.text]
    assert said
    assert all("已发出，依据已不成立，请发更正函" in one for one in said)


def test_letters_of_another_unit_follow_nothing_of_this_one():
    _, wish = mailed()
    rectify(a_signed_ticket(FRIDAY, unit=TAX), FRIDAY)
    number = a_signed_ticket(FRIDAY, unit=TAX)
    rectify(number, FRIDAY)

    grant(wish, AFTERNOON)

    assert referral_of(number).status is LetterStatus.PROPOSED
