"""A ground that falls though no line of evidence does (会商认定、再次回访): its letter follows."""

import pytest

from engine.actions import overseeing, review, unit_work
from engine.actions.letters import Draft, Proposal, draft_letter, propose_by_hand
from engine.actions.moot_letters import fallen, fallen_among
from engine.actions.recalling import follow_grounds
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import (
    CallbackChannel,
    LetterKind,
    LetterStatus,
    MessageStatus,
    NoticeKind,
    RectificationGround,
    TicketEvent,
)
from tests.actions.letter_steps import FOUND, on_letter, reply, send, sign, the
from tests.actions.letter_steps import review as check
from tests.actions.test_corrected_letters import corrected
from tests.actions.test_incoming_mail import a_bounce, file
from tests.actions.test_late_replies import judge
from tests.actions.test_recalled_letters import carrying, told
from tests.actions.test_told_units import LIMIT_OVER
from tests.actions.test_told_units import NOW as DISPATCHED
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_callback,
    a_dispatched_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    doing,
    on_ticket,
)
from tests.looking import last_event, letters_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
G = RectificationGround
NIGHT, SATURDAY = "Fri 2026-11-20 21:00", "Sat 2026-11-21 10:00"
MORNING, NOON, LATER = "Mon 2026-11-23 09:00", "Mon 2026-11-23 12:00", "Mon 2026-11-23 15:00"
BARE = f"“{G.DISSATISFIED_TWICE.label}”已没有依据"


def unhappy_twice():
    """A ticket whose requester was called twice, before and after a rework, and is not helped."""
    number = a_ticket_to_call_back("Mon 2026-11-16 09:00")
    call_back(number, "Mon 2026-11-16 10:00", an_unhappy_callback())
    answer = an_answer()
    on_ticket(number, "Tue 2026-11-17 09:00", MARKET, lambda s, t: unit_work.answer(s, t, answer))
    on_ticket(number, "Tue 2026-11-17 10:00", OPERATOR, review.approve_answer)
    call_back(number, "Tue 2026-11-17 11:00", an_unhappy_callback())
    return number


def drafted(number, grounds=(G.DISSATISFIED_TWICE,), kind=LetterKind.RECTIFICATION):
    wish = Proposal(kind, grounds, "测试")
    on_ticket(number, "Fri 2026-11-20 09:00", SUPERVISOR, lambda s, t: propose_by_hand(s, t, wish))
    letter_id = next(one.id for one in letters_of(number) if one.kind is kind)
    draft = Draft(grounds, ("限期办结",), found=FOUND)
    on_letter(letter_id, "Fri 2026-11-20 09:10", SUPERVISOR, lambda s, o: draft_letter(s, o, draft))
    return letter_id


def sent_at_night(number, **changes):
    """A letter about it, sent on a Friday evening: its mails are held till Monday."""
    letter_id = drafted(number, **changes)
    check(letter_id, "Fri 2026-11-20 09:20")
    sign(letter_id, "Fri 2026-11-20 09:40")
    send_mails("Fri 2026-11-20 09:41")
    send(letter_id, NIGHT)
    return letter_id


def settle(number, now=SATURDAY):
    on_ticket(number, now, SUPERVISOR, lambda s, t: overseeing.settle_by_panel(
        s, t, "会商认定已依法办结，诉求没有法律依据"))  # fmt: skip


def called_back(letter_id):
    statuses = {one.status for one in carrying(letter_id)}
    return (the(letter_id).status, statuses) == (LetterStatus.SIGNED, {MessageStatus.SUPERSEDED})


@pytest.mark.parametrize("kind", [LetterKind.RECTIFICATION, LetterKind.SUPERVISION])
@pytest.mark.parametrize("more", [(), (G.BAD_ATTITUDE,)])
def test_settled_by_the_panel_before_its_mail_leaves_a_letter_is_called_back(kind, more):
    number = unhappy_twice()
    letter_id = sent_at_night(number, kind=kind, grounds=(G.DISSATISFIED_TWICE, *more))

    settle(number)
    send_mails(MORNING)

    assert called_back(letter_id)
    assert all("邮件未出，已撤回发送，请作废" in one.text for one in told(letter_id))
    assert told(letter_id)
    assert "依据已不成立" in last_event(number, TicketEvent.RECALL_LETTER).reason


def test_settled_with_no_act_that_tells_letters_it_is_seen_before_the_mail_leaves():
    number = unhappy_twice()
    letter_id = sent_at_night(number)
    with work() as session:
        store.ticket_by_number(session, number, lock=True).panel_approved = True

    send_mails(MORNING)

    assert called_back(letter_id)


def test_settled_once_its_mail_has_left_supervisors_are_told_once_to_correct_it():
    number = unhappy_twice()
    letter_id = sent_at_night(number)
    send_mails(MORNING)

    settle(number, NOON)
    on_ticket(number, LATER, SUPERVISOR, follow_grounds)

    assert the(letter_id).status is LetterStatus.SENT
    mails = told(letter_id)
    assert len({one.recipient for one in mails}) == len(mails) > 0
    assert all("已发出，依据已不成立，请发更正函" in one.text for one in mails)
    found = on_letter(letter_id, NOON, SUPERVISOR, fallen)
    assert (found.lines, "请发更正函" in found.what_now) == ((BARE,), True)


def test_the_list_of_letters_marks_it_and_not_one_whose_ground_stands():
    number, other = unhappy_twice(), unhappy_twice()
    letter_id, stands = sent_at_night(number), sent_at_night(other)
    send_mails(MORNING)
    settle(number, NOON)

    both = [the(letter_id), the(stands)]

    assert doing(LATER, SUPERVISOR, lambda s: fallen_among(s, both)) == {letter_id}


RIGHT = "经会商认定已依法办结"


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [("二次不满意且应解决未解决", True), ("17日回访：未解决", True), ("限期办结", False)],
)
def test_a_correction_of_the_ground_or_of_what_stands_under_it_mends_the_letter(wrong, mended):
    number = unhappy_twice()
    letter_id = sent_at_night(number)
    send_mails(MORNING)
    settle(number, NOON)

    corrected(letter_id, (wrong, RIGHT), LATER)

    assert (on_letter(letter_id, LATER, SUPERVISOR, fallen) is None) is mended


def test_a_correction_drawn_up_before_the_panel_settled_it_mends_nothing():
    number = unhappy_twice()
    letter_id = sent_at_night(number)
    send_mails(MORNING)
    corrected(letter_id, ("17日回访：未解决", "17日电话回访：未解决"), NOON)

    settle(number, LATER)

    assert on_letter(letter_id, LATER, SUPERVISOR, fallen).lines == (BARE,)


def test_answered_on_its_page_at_night_its_mails_are_kept_in():
    number = unhappy_twice()
    letter_id = sent_at_night(number)
    reply(letter_id, now=NIGHT)

    settle(number)

    assert the(letter_id).status is LetterStatus.ANSWERED
    brought = [one for one in carrying(letter_id) if one.kind is NoticeKind.RECTIFICATION]
    assert {one.status for one in brought} == {MessageStatus.SUPERSEDED}


def test_asked_again_at_night_it_is_not_asked_again():
    number = unhappy_twice()
    letter_id = sent_at_night(number)
    send_mails(MORNING)
    reply(letter_id, now=NOON)
    judge(letter_id, accepted=False, now="Mon 2026-11-23 21:00")

    settle(number, "Mon 2026-11-23 21:30")

    assert the(letter_id).status is LetterStatus.ANSWERED


def test_a_person_who_hears_that_it_is_solved_takes_a_robots_word_for_a_ground_away():
    number = a_ticket_to_call_back("Mon 2026-11-16 09:00")
    robot = an_unhappy_callback(channel=CallbackChannel.ROBOT_CALL)
    call_back(number, "Tue 2026-11-17 09:00", robot)
    letter_id = sent_at_night(number, grounds=(G.FALSE_REPORT,))

    call_back(number, SATURDAY, a_callback())

    assert called_back(letter_id)


def test_a_signature_deemed_given_is_no_ground_once_the_mail_of_the_ticket_came_back():
    number = a_dispatched_ticket(DISPATCHED)
    send_mails(DISPATCHED)
    sweep(LIMIT_OVER)
    letter_id = drafted(number, grounds=(G.REFUSED_TO_SIGN,))
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)

    assert file(a_bounce(mail), LIMIT_OVER) == "bounced"

    assert told(letter_id)
