"""A letter speaks of its own unit: what another unit did or missed is in none of its papers."""

import pytest
from sqlmodel import select

from engine.actions import letters
from engine.actions.letter_facts import letter_data
from engine.actions.letters import Draft, Proposal
from engine.actions.overseeing import redispatch, remind
from engine.errors import BadInputError
from engine.models import OutboxAttachment
from engine.store import letters as store
from engine.store import tickets
from engine.store.database import work
from engine.terms import ClockKind, LetterKind, LetterStatus, NoticeKind, RectificationGround
from tests.actions.letter_steps import draft, on_letter, proposed, the
from tests.builders import (
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    a_step,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    on_ticket,
)
from tests.looking import clocks_of, letters_of, mails_of, sweep, unit_named

pytestmark = pytest.mark.usefixtures("database")
TAKEN = "Mon 2026-11-02 09:00"
LATE = "Mon 2026-11-23 09:00"
HANDED_ON = "Tue 2026-11-24 09:00"
AFTER = "Tue 2026-11-24 10:00"
MUCH_LATER = "Mon 2026-12-21 09:00"
NEGLECT = (RectificationGround.DUTY_NOT_PERFORMED,)


def a_late_ticket():
    number = a_signed_ticket(TAKEN)
    sweep(LATE)
    on_ticket(number, LATE, SUPERVISOR, lambda s, t: remind(s, t, "请尽快办理"))
    return number


def handed_on(number, now=HANDED_ON):
    def give(step, ticket):
        redispatch(step, ticket, tickets.unit_by_name(step.session, TAX), (), "职责在该单位")

    on_ticket(number, now, SUPERVISOR, give)
    return number


def drop_all_but(number, kept=0):
    for one in letters_of(number):
        if one.id != kept and one.status is LetterStatus.PROPOSED:
            on_letter(one.id, AFTER, SUPERVISOR, lambda s, it: letters.drop_letter(s, it, "已改派"))


def letter_to(number, unit):
    return next(one.id for one in letters_of(number) if one.unit_id == unit_named(unit).id)


def data_of(letter_id, now=AFTER):
    with work() as session:
        return letter_data(a_step(session, now), store.letter(session, letter_id), number=None)


def body_of(letter_id, now=AFTER):
    return "".join(part.lead + part.text for part in data_of(letter_id, now).body)


def history_in(letter_id, now=AFTER):
    return [words for _, _, words in data_of(letter_id, now).attachments[-1].rows]


def a_fresh_letter():
    """Return a letter to the new unit of a ticket; the old unit's is out of the way."""
    number = handed_on(a_late_ticket())
    drop_all_but(number)
    return newest(number, AFTER)


def newest(number, now):
    proposed(number, now)
    return max(one.id for one in letters_of(number))


def test_the_new_unit_is_accused_of_nothing_the_old_one_did():
    letter_id = a_fresh_letter()

    assert the(letter_id).unit_id == unit_named(TAX).id
    assert the(letter_id).evidence == []
    assert not any("超期" in one or "催办" in one or "签收" in one for one in history_in(letter_id))
    assert [one.title for one in data_of(letter_id).attachments] == ["期限计算书", "工单办理经过"]


def test_a_ground_that_only_the_old_unit_gave_is_refused_to_the_new_ones_letter():
    letter_id = a_fresh_letter()

    with pytest.raises(BadInputError, match="没有可作依据的事件") as refused:
        draft(letter_id, AFTER, grounds=NEGLECT)

    assert list(refused.value.fields) == ["grounds"]


def test_and_to_who_proposes_it():
    number = handed_on(a_late_ticket())
    wish = Proposal(LetterKind.RECTIFICATION, NEGLECT, "没有办")

    with pytest.raises(BadInputError, match="时限届满未办"):
        on_ticket(number, AFTER, SUPERVISOR, lambda s, t: letters.propose_by_hand(s, t, wish))


def test_the_old_units_lines_are_none_the_new_ones_drafter_may_keep():
    number = a_late_ticket()
    old = letters_of(number)[0].evidence
    assert any("承办时限届满" in line for line in old)
    handed_on(number)
    drop_all_but(number)
    letter_id = newest(number, AFTER)
    kept = Draft(NEGLECT, ("限期办结",), evidence=tuple(old))

    with pytest.raises(BadInputError, match="只能取自工单经过"):
        on_letter(letter_id, AFTER, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, kept))


def test_the_old_units_letter_keeps_its_own_days_its_own_limit_and_its_own_lapses():
    number = a_late_ticket()
    letter_id = proposed(number, LATE)
    draft(letter_id, LATE, grounds=NEGLECT)
    before = body_of(letter_id, LATE)
    handed_on(number)

    after = body_of(letter_id)

    assert before.partition("。")[0] == after.partition("。")[0]
    assert "受理派单，同日签收" in after
    assert "11月24日" not in after.partition("。")[0]
    assert "未签收" not in after.partition("。")[0]
    assert "承办时限届满未办" in after
    told = history_in(letter_id)
    assert "承办时限（2026年11月16日到期）超期，11月23日查见" in told
    assert told[-1].startswith("热线改派")


def test_what_the_new_unit_misses_is_told_in_its_letter_and_not_in_the_old_ones():
    number = a_late_ticket()
    old = newest(number, LATE)
    draft(old, LATE, grounds=NEGLECT)
    handed_on(number)
    drop_all_but(number, old)
    sweep(MUCH_LATER)

    new = letter_to(number, TAX)

    assert the(new).evidence
    assert not any("11月16日" in line for line in the(new).evidence)
    assert any("12月8日24:00承办时限届满未办" in line for line in the(new).evidence)
    assert not any("12月" in line for line in history_in(old, MUCH_LATER))
    told = history_in(new, MUCH_LATER)
    assert told[0] == "热线受理登记"
    assert "系统视为签收：签收时限（2026年11月25日到期），12月21日查见" in told


def test_a_letter_in_hand_to_the_old_unit_holds_none_to_the_new_one_back():
    number = handed_on(a_late_ticket())
    in_hand = {one.kind for one in letters_of(number) if one.unit_id != unit_named(TAX).id}

    sweep(MUCH_LATER)

    assert LetterKind.SUPERVISION in in_hand
    assert the(letter_to(number, TAX)).kind is LetterKind.SUPERVISION


def test_the_new_unit_is_told_its_own_limit_in_mail_and_calendar():
    number = handed_on(a_late_ticket())
    own = clocks_of(number, ClockKind.HANDLING)[-1].due_on

    mail = mails_of(number, NoticeKind.ASSIGNMENT)[-1]

    assert f"办结期限：{own.month}月{own.day}日" in mail.text
    assert "11月16日" not in mail.subject + mail.text + mail.html
    assert any(f"{own:%Y%m%d}".encode() in bytes(one.data) for one in files_of(mail))


def files_of(mail):
    with work() as session:
        query = select(OutboxAttachment).where(OutboxAttachment.message_id == mail.id)
        return session.exec(query).all()


def test_the_course_of_a_ticket_tells_what_happened_and_no_word_twice():
    number = a_late_ticket()
    sweep(MUCH_LATER)

    told = history_in(newest(number, MUCH_LATER), MUCH_LATER)

    rungs = [one for one in told if "系统" in one]
    assert "承办时限（2026年11月16日到期）超期，系统红牌催办" in rungs
    assert not any("系统提" in one for one in rungs)
    assert not any(one.endswith(("）督办函", "约谈/挂牌督办")) for one in told)


def test_an_answer_and_a_callback_are_named_once():
    number = a_ticket_to_call_back(TAKEN)
    call_back(number, "Tue 2026-11-03 09:30", an_unhappy_callback())

    told = "；".join(history_in(newest(number, LATE), LATE))

    assert "承办单位办结答复：" in told
    assert "热线回访：" in told
    assert "答复：答复" not in told
    assert "回访：回访" not in told
