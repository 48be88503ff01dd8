"""线索移交: proposed by the record, decided by people, and never seen by the unit concerned."""

import pytest

from engine.actions import letter_replies, letter_signing, letters, referrals
from engine.actions.letters import Draft, Proposal
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.store import letters as letter_store
from engine.store import tickets as store
from engine.terms import (
    ClockKind,
    LetterKind,
    LetterStatus,
    NoticeKind,
    RectificationGround,
    TicketEvent,
)
from tests.actions.letter_steps import FOUND
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    doing,
    on_ticket,
)
from tests.looking import (
    clocks_of,
    events_of,
    last_event,
    letters_of,
    mails_of,
    send_mails,
    sweep,
    unit_named,
)

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
LATER = "Tue 2026-11-24 09:00"
GRAVE = "两个月内两次整改不到位，企业反映强烈"
GROUNDS = (RectificationGround.BAD_ATTITUDE,)


def rectify(number, now):
    """Send a rectification letter about a ticket: one supervisor drafts, another approves."""
    wish = Proposal(LetterKind.RECTIFICATION, GROUNDS, "答复敷衍")
    letter = on_ticket(number, now, SUPERVISOR,
                       lambda step, ticket: letters.propose_letter(step, ticket, wish))  # fmt: skip
    return send(letter.id, now, demands=("重新办理",))


def draft(letter_id, now, who=SUPERVISOR, **changes):
    form = Draft(
        **{"grounds": GROUNDS, "demands": ("依规依纪依法处理",), "found": FOUND, **changes}
    )
    return doing(now, who, lambda step: letters.draft_letter(
        step, letter_store.letter(step.session, letter_id, lock=True), form))  # fmt: skip


def approve(letter_id, now, who=SECOND_SUPERVISOR):
    def all_of_it(step):
        letter = letter_store.letter(step.session, letter_id, lock=True)
        for act in (letters.review_letter, letter_signing.sign_letter, letter_signing.send_letter):
            act(step, letter)
        return letter

    sent = doing(now, who, all_of_it)
    send_mails(now)
    return sent


def send(letter_id, now, **changes):
    draft(letter_id, now, **changes)
    return approve(letter_id, now)


def referral_of(number):
    found = [one for one in letters_of(number) if one.kind is LetterKind.REFERRAL]
    return found[-1] if found else None


def data_of(letter_id):
    return doing(LATER, SUPERVISOR, lambda step: letters.letter_data(
        step, letter_store.letter(step.session, letter_id), number=None))  # fmt: skip


def proposed(who=SUPERVISOR):
    """Return a ticket and the referral a supervisor proposes about its unit."""
    number = a_signed_ticket(NOW)
    wish = Proposal(LetterKind.REFERRAL, GROUNDS, "情况恶劣")
    on_ticket(number, NOW, who, lambda step, ticket: letters.propose_letter(step, ticket, wish))
    return number, referral_of(number)


def test_one_letter_proposes_nothing():
    number = a_signed_ticket(NOW)

    rectify(number, NOW)

    assert referral_of(number) is None


def test_the_second_letter_within_ninety_days_proposes_a_referral():
    rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(LATER)

    rectify(number, LATER)

    letter = referral_of(number)
    assert letter.status is LetterStatus.PROPOSED
    assert "90 日内第 2 份整改函" in letter.facts["reason"]
    assert last_event(number, TicketEvent.PROPOSE_REFERRAL).actor_name == "系统"


def test_a_referrals_draft_keeps_the_letters_the_unit_was_sent():
    rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(LATER)
    rectify(number, LATER)
    letter = referral_of(number)

    draft(letter.id, LATER, target="discipline", judgement=GRAVE)

    sent = [line for line in referral_of(number).evidence if "发整改函（" in line]
    assert len(sent) == 2
    assert sent[0].startswith("2026年11月23日发整改函（城中热线〔2026〕1号）")


@pytest.mark.parametrize(
    ("second", "due"), [("Fri 2027-02-19 09:00", True), ("Sun 2027-02-21 09:00", False)]
)
def test_the_window_counts_back_ninety_days(second, due):
    rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(second)

    rectify(number, second)

    assert (referral_of(number) is not None) is due


def test_letters_to_two_units_are_not_two_to_one():
    rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(LATER, unit=TAX)

    rectify(number, LATER)

    assert referral_of(number) is None


def test_a_letter_left_unanswered_proposes_a_referral():
    number = a_signed_ticket(NOW)
    rectify(number, NOW)

    sweep("Mon 2026-11-30 23:59")
    assert referral_of(number) is None
    sweep("Tue 2026-12-01 00:00")
    sweep("Wed 2026-12-02 09:00")

    assert "逾期未反馈" in referral_of(number).facts["reason"]
    assert len([one for one in letters_of(number) if one.kind is LetterKind.REFERRAL]) == 1


def test_a_letter_answered_in_time_proposes_nothing():
    number = a_signed_ticket(NOW)
    letter = rectify(number, NOW)
    doing(LATER, MARKET, lambda step: letter_replies.answer_letter(
        step, letter_store.letter(step.session, letter.id, lock=True),
        "已整改完毕，责任已落实。"))  # fmt: skip

    sweep("Wed 2026-12-02 09:00")

    assert referral_of(number) is None


def test_supervisors_are_told_and_the_unit_is_not():
    number, _ = proposed()

    mails = [mail for mail in mails_of(number) if "移交" in mail.subject + mail.text]

    assert {mail.recipient for mail in mails} == {"zhuguan1@demo.invalid", "zhuguan2@demo.invalid"}


def test_only_a_supervisor_proposes_by_hand():
    with pytest.raises(NotPermittedError):
        proposed(OPERATOR)


def test_the_bodies_are_those_of_the_document_but_never_the_unit_itself():
    def names(step, unit):
        accused = store.unit_by_name(step.session, unit).id
        return [unit.name for _, unit in referrals.targets_for(step, accused)]

    assert doing(NOW, None, lambda step: names(step, MARKET)) == [
        "区发展和改革局", "区委区政府督查和绩效考评办公室", "区纪委监委"]  # fmt: skip
    assert "区纪委监委" not in doing(NOW, None, lambda step: names(step, "区纪委监委"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"target": "", "judgement": GRAVE}, "target"),
        ({"target": "市长", "judgement": GRAVE}, "target"),
        ({"target": "discipline", "judgement": " "}, "judgement"),
    ],
)
def test_the_judgement_and_the_target_are_a_persons(changes, field):
    _, letter = proposed()

    with pytest.raises(BadInputError) as caught:
        draft(letter.id, NOW, **changes)

    assert field in caught.value.fields


def test_drafter_and_proposer_may_not_sign():
    _, letter = proposed(SUPERVISOR)
    draft(letter.id, NOW, who=SECOND_SUPERVISOR, target="discipline", judgement=GRAVE)

    with pytest.raises(NotPermittedError, match="拟稿人"):
        approve(letter.id, NOW, who=SECOND_SUPERVISOR)
    with pytest.raises(NotPermittedError, match="提议人"):
        approve(letter.id, NOW, who=SUPERVISOR)


def test_a_signed_referral_is_numbered_set_and_goes_to_the_chosen_body_alone():
    number, letter = proposed()

    sent = send(letter.id, NOW, target="discipline", judgement=GRAVE)

    assert sent.status is LetterStatus.SENT
    assert sent.number
    assert sent.pdf.startswith(b"%PDF")
    assert sent.docx
    (mail,) = mails_of(number, NoticeKind.REFERRAL)
    assert mail.recipient == f"{unit_named('区纪委监委').slug}@demo.invalid"
    assert number not in mail.text + mail.html + mail.subject


def test_a_referral_names_the_unit_its_measures_and_its_material():
    first = rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(LATER)
    second = rectify(number, LATER)
    letter = referral_of(number)
    draft(letter.id, LATER, target="supervision", judgement=GRAVE)

    data = data_of(letter.id)

    words = "".join(text for _, text in data.texts())
    assert data.to == "区委区政府督查和绩效考评办公室"
    for expected in (unit_named(MARKET).name, first.number, second.number, number, "登记表"):
        assert expected in words


def test_a_referral_starts_no_clock_for_the_unit():
    number, letter = proposed()

    send(letter.id, NOW, target="discipline", judgement=GRAVE)

    assert clocks_of(number, ClockKind.RECTIFICATION_REPLY) == []


def test_the_unit_concerned_learns_nothing_of_it_from_letters_about_the_same_ticket():
    number, letter = proposed()
    send(letter.id, NOW, target="discipline", judgement=GRAVE)
    later = rectify(number, LATER)

    data = data_of(later.id)

    words = "".join(text for _, text in data.texts()) + "".join(later.evidence)
    assert "移交" not in words
    assert "纪委" not in words


def test_every_event_of_a_referral_is_marked_as_not_for_units():
    number, letter = proposed()
    send(letter.id, NOW, target="discipline", judgement=GRAVE)

    named = [event for event in events_of(number) if "移交" in event.reason]

    assert len(named) == 5
    assert all(event.details.get("restricted") for event in named)


def test_a_dropped_proposal_may_be_made_again_with_a_reason():
    number, letter = proposed()
    doing(NOW, SUPERVISOR, lambda step: letters.drop_letter(
        step, letter_store.letter(step.session, letter.id, lock=True), "情节轻微"))  # fmt: skip

    with pytest.raises(ConflictError):
        draft(letter.id, NOW, target="discipline", judgement=GRAVE)
    with pytest.raises(BadInputError):
        on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: referrals.propose_referral(
            step, ticket, ticket.lead_unit_id, " "))  # fmt: skip
    assert on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: referrals.propose_referral(
        step, ticket, ticket.lead_unit_id, "再犯"))  # fmt: skip
