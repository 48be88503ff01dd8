"""A ground of a letter (整改事由) rests on the events that prove it, or is not a ground yet."""

import pytest

from engine.actions import (
    callbacks,
    evidence,
    ground_evidence,
    letters,
    overseeing,
    review,
    unit_work,
)
from engine.actions.letter_facts import letter_data
from engine.actions.letters import Draft, Proposal
from engine.actions.proofs import proofs_of
from engine.errors import BadInputError
from engine.store import letters as store
from engine.store.database import work
from engine.terms import (
    CallbackChannel,
    LetterKind,
    LetterStatus,
    RectificationGround,
    ReturnReason,
)
from tests.actions.letter_steps import NOW, draft, on_letter, proposed, the
from tests.actions.sweep_steps import in_progress
from tests.builders import (
    MARKET,
    SUPERVISOR,
    TAX,
    a_callback,
    a_dispatched_ticket,
    a_signed_ticket,
    a_step,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    on_ticket,
)
from tests.looking import letters_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database")
G = RectificationGround
PROVABLE = [G.DUTY_NOT_PERFORMED, G.PERFUNCTORY, G.FALSE_REPORT, G.REFUSED_TO_SIGN,
            G.DISSATISFIED_TWICE]  # fmt: skip
LATE = "Tue 2026-12-08 09:00"


@pytest.mark.parametrize("ground", PROVABLE)
def test_a_ground_no_event_proves_is_refused_to_the_drafter(ground):
    letter_id = proposed(a_signed_ticket(NOW))

    with pytest.raises(BadInputError, match=f"没有可作依据的事件：“{ground.label}”") as refused:
        draft(letter_id, grounds=(ground,))

    assert list(refused.value.fields) == ["grounds"]
    assert the(letter_id).status is LetterStatus.PROPOSED


@pytest.mark.parametrize("kind", [LetterKind.RECTIFICATION, LetterKind.SUPERVISION])
def test_and_to_who_proposes(kind):
    number = a_signed_ticket(NOW)
    wish = Proposal(kind, (G.DUTY_NOT_PERFORMED,), "没有办")

    with pytest.raises(BadInputError, match="时限届满未办") as refused:
        on_ticket(number, NOW, SUPERVISOR, lambda s, t: letters.propose_by_hand(s, t, wish))

    assert list(refused.value.fields) == ["grounds"]
    assert letters_of(number) == []


def test_a_reminder_names_no_ground_and_may_be_proposed_before_the_due_day():
    number = a_signed_ticket(NOW)
    wish = Proposal(LetterKind.REMINDER, (G.DUTY_NOT_PERFORMED,), "事项紧急")

    on_ticket(number, NOW, SUPERVISOR, lambda s, t: letters.propose_by_hand(s, t, wish))
    draft(letters_of(number)[-1].id, grounds=(G.DUTY_NOT_PERFORMED,))

    assert the(letters_of(number)[-1].id).status is LetterStatus.DRAFTED


def test_once_the_limit_has_passed_the_ground_rests_on_that_event_and_on_no_drafting():
    number = a_signed_ticket(NOW)
    sweep(LATE)
    letter_id = proposed(number, LATE)

    draft(letter_id, LATE, grounds=(G.DUTY_NOT_PERFORMED,))

    text = "".join(part.text for part in words(letter_id, LATE))
    assert "存在未依法履行职能问题：12月7日24:00承办时限届满未办（事件第" in text
    assert "核实认定" not in text


def test_evidence_the_drafter_took_out_proves_nothing():
    number = a_signed_ticket(NOW)
    sweep(LATE)
    letter_id = proposed(number, LATE)
    late = [line for line in the(letter_id).evidence if "届满" not in line]
    kept = Draft((G.DUTY_NOT_PERFORMED,), ("限期办结",), evidence=tuple(late))

    with pytest.raises(BadInputError, match="没有可作依据的事件"):
        on_letter(letter_id, LATE, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, kept))


def test_two_grounds_that_rest_on_one_event_both_show_it():
    number = a_ticket_to_call_back(NOW)
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())
    letter_id = proposed(number, "Tue 2026-11-24 10:00")

    draft(letter_id, "Tue 2026-11-24 10:00", grounds=(G.PERFUNCTORY, G.FALSE_REPORT))

    told = [part.text for part in words(letter_id, "Tue 2026-11-24 10:00")
            if {"（一）敷衍塞责。", "（二）弄虚作假。"} & {part.lead}]  # fmt: skip
    assert len(told) == 2
    assert all("答复称已解决" in one for one in told)


def test_a_judgement_takes_no_evidence_of_other_things_to_itself():
    number = a_signed_ticket(NOW)
    sweep(LATE)
    letter_id = proposed(number, LATE)

    draft(letter_id, LATE, grounds=(G.BAD_ATTITUDE, G.DUTY_NOT_PERFORMED))

    said = words(letter_id, LATE)[0].text
    bad, duty = said.partition("是态度恶劣，")[2].split("；")
    assert bad.startswith("12月8日热线核实认定（事件第")
    assert "届满" not in bad
    assert duty.startswith("二是未依法履行职能，12月7日24:00承办时限届满未办（事件第")


def remind(number, now):
    on_ticket(number, now, SUPERVISOR, lambda s, t: overseeing.remind(s, t, "请抓紧"))
    send_mails(now)


def shown(number, now):
    def what(step, ticket):
        return ground_evidence.proved(
            evidence.evidence_for(step, ticket, ticket.lead_unit_id or 0), proofs_of(step, ticket)
        )

    return on_ticket(number, now, SUPERVISOR, what)


def test_a_reminder_is_no_neglect_till_its_day_has_passed_without_an_act():
    number = a_signed_ticket(NOW)
    remind(number, "Mon 2026-11-23 09:01")

    assert G.PERFUNCTORY not in shown(number, "Mon 2026-11-23 09:02")
    assert G.PERFUNCTORY not in shown(number, "Tue 2026-11-24 23:59")
    assert G.PERFUNCTORY in shown(number, "Wed 2026-11-25 00:00")


def test_a_neglected_reminder_is_told_with_the_units_omission_and_not_as_the_hotlines_act_alone():
    number = a_signed_ticket(NOW)
    remind(number, "Mon 2026-11-23 09:01")

    def lines(now):
        def told(step, ticket):
            return evidence.evidence_for(step, ticket, ticket.lead_unit_id)

        return [one for one in on_ticket(number, now, SUPERVISOR, told) if "催办" in one]

    (fresh,), (left,) = lines("Mon 2026-11-23 09:02"), lines("Wed 2026-11-25 09:00")
    assert fresh.startswith("11月23日热线催办（事件第")
    assert left.startswith("11月23日热线催办，截至11月24日未回复催办（事件第")
    assert ground_evidence.kept_among([left], [fresh]) == [left]
    earlier = "2026年11月23日发整改函（城中热线〔2026〕1号）"
    assert ground_evidence.kept_among([left], [earlier]) == []


def test_a_reminder_the_unit_acted_on_in_time_proves_nothing_ever():
    number = a_signed_ticket(NOW)
    remind(number, "Mon 2026-11-23 09:01")
    on_ticket(number, "Tue 2026-11-24 08:30", MARKET, unit_work.first_contact)

    assert G.PERFUNCTORY not in shown(number, "Wed 2026-12-02 09:00")


def test_a_limit_missed_after_a_reminder_is_neglect_and_one_missed_before_is_not():
    missed, late = (in_progress(NOW) for _ in range(2))  # both are due on Mon 2026-12-07
    remind(missed, "Mon 2026-12-07 15:00")
    sweep("Tue 2026-12-08 00:30")
    remind(late, "Tue 2026-12-08 00:31")

    assert G.PERFUNCTORY in shown(missed, "Tue 2026-12-08 00:32")
    assert shown(late, "Tue 2026-12-08 00:32") == {G.DUTY_NOT_PERFORMED}


def a_return(number, now, *, upheld):
    form = unit_work.ReturnForm(reason=ReturnReason.NOT_OUR_DUTY, explanation="不属本单位职责",
                                legal_basis="三定方案", suggested_unit=TAX)  # fmt: skip
    on_ticket(number, now, MARKET, lambda s, t: unit_work.request_return(s, t, form))
    ruling = review.Ruling(upheld, "已核")
    on_ticket(number, now, SUPERVISOR, lambda s, t: review.rule_on_return(s, t, ruling))


@pytest.mark.parametrize("upheld", [True, False])
def test_a_return_is_a_units_right_and_speaks_against_it_only_when_refused(upheld):
    number = a_dispatched_ticket(NOW)
    a_return(number, "Mon 2026-11-23 10:00", upheld=upheld)

    assert (G.PERFUNCTORY in shown(number, "Mon 2026-11-23 11:00")) is not upheld


def test_one_unhappy_callback_before_the_rework_is_not_two():
    number = a_ticket_to_call_back(NOW)
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())
    sweep("Tue 2026-12-15 09:00")

    assert G.DISSATISFIED_TWICE not in shown(number, "Tue 2026-12-15 09:00")
    proposed = letters_of(number)
    assert proposed
    assert not any("dissatisfied_twice" in one.grounds for one in proposed)


def test_supervision_of_a_rework_nobody_answered_proposes_no_second_discontent():
    number = a_ticket_to_call_back(NOW)
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())

    on_ticket(number, "Wed 2026-11-25 09:00", SUPERVISOR,
              lambda s, t: callbacks.supervise(s, t, "请尽快"))  # fmt: skip

    assert not any("dissatisfied_twice" in one.grounds for one in letters_of(number))


def test_two_callbacks_prove_second_discontent_only_together():
    number = twice_unhappy()
    letter_id = letters_of(number)[-1].id
    called = [one for one in the(letter_id).evidence if "回访" in one]
    assert len(called) == 2

    with pytest.raises(BadInputError, match="重办之前和重办答复之后两次回访"):
        keep(letter_id, G.DISSATISFIED_TWICE, called[:1])
    keep(letter_id, G.DISSATISFIED_TWICE, called)


def test_an_answer_nobody_contradicted_is_no_false_report():
    number = a_ticket_to_call_back(NOW)

    assert G.FALSE_REPORT not in shown(number, "Mon 2026-11-23 10:00")


def test_what_a_robot_heard_is_no_false_report_once_a_person_hears_otherwise():
    number = a_ticket_to_call_back(NOW)
    robot = an_unhappy_callback(channel=CallbackChannel.ROBOT_CALL)
    call_back(number, "Mon 2026-11-23 10:00", robot)
    assert G.FALSE_REPORT in shown(number, "Mon 2026-11-23 10:30")

    call_back(number, "Mon 2026-11-23 11:00", a_callback())

    assert G.FALSE_REPORT not in shown(number, "Mon 2026-11-23 11:30")


def twice_unhappy():
    number = a_ticket_to_call_back(NOW)
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())
    on_ticket(number, "Wed 2026-11-25 09:00", MARKET,
              lambda s, t: unit_work.answer(s, t, an_answer()))  # fmt: skip
    on_ticket(number, "Wed 2026-11-25 10:00", SUPERVISOR, review.approve_answer)
    call_back(number, "Thu 2026-11-26 10:00", an_unhappy_callback())
    return number


def keep(letter_id, ground, lines):
    wish = Draft((ground,), ("限期办结",), evidence=tuple(lines))
    on_letter(letter_id, "Thu 2026-11-26 11:00", SUPERVISOR,
              lambda s, one: letters.draft_letter(s, one, wish))  # fmt: skip


def words(letter_id, now):
    with work() as session:
        return letter_data(a_step(session, now), store.letter(session, letter_id), number=None).body
