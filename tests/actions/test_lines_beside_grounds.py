"""What speaks for none of a letter's grounds stands with the course, under no ground."""

import pytest

from engine.actions import letters, unit_work
from engine.actions.evidence import NUMBERED
from engine.actions.letters import Proposal
from engine.errors import BadInputError
from engine.terms import LetterKind, RectificationGround
from tests.actions.letter_steps import NOW, draft, proposed, the
from tests.actions.test_letter_grounds import keep, remind, twice_unhappy, words
from tests.actions.test_referrals import LATER, data_of, rectify, referral_of
from tests.actions.test_referrals import draft as draft_referral
from tests.builders import MARKET, SUPERVISOR, a_signed_ticket, on_ticket
from tests.looking import letters_of, sweep

pytestmark = pytest.mark.usefixtures("database")
G = RectificationGround
LATE = "Tue 2026-12-08 09:00"


def found_and_beside(letter_id, now=LATE):
    """Return what a letter found, and what it tells of other records; without headings."""
    course = words(letter_id, now)[0].text
    found, _, beside = course.partition("经查，")[2].partition("另有记录：")
    return found, beside


def in_the_annex(letter_id, line):
    """Return whether the annex that tells a ticket's course (工单办理经过) has that event."""
    rows = data_of(letter_id).attachments[-1].rows
    return NUMBERED.search(line)[1] in [number for number, *_ in rows]


def part(letter_id, heading, now=LATE):
    (found,) = [one for one in words(letter_id, now) if one.lead.startswith(heading)]
    return found.lead + found.text


def a_late_ticket():
    """Return a ticket whose unit was reminded, acted on that in time, and missed its limit."""
    number = a_signed_ticket(NOW)
    remind(number, "Mon 2026-11-23 09:01")
    on_ticket(number, "Tue 2026-11-24 08:30", MARKET, unit_work.first_contact)
    sweep(LATE)
    return number


def test_a_reminder_that_was_heeded_stands_with_the_course_and_under_no_ground():
    letter_id = proposed(a_late_ticket(), LATE)

    draft(letter_id, LATE, grounds=(G.DUTY_NOT_PERFORMED,))

    found, beside = found_and_beside(letter_id)
    assert "催办" in beside
    assert "催办" not in found
    assert "承办时限届满未办（事件第" in found


def test_a_judgement_alone_takes_no_missed_limit_to_itself_the_annex_tells_of_it():
    letter_id = proposed(a_late_ticket(), LATE)

    draft(letter_id, LATE, grounds=(G.BAD_ATTITUDE,))

    (missed,) = [line for line in the(letter_id).evidence if "承办时限届满未办" in line]
    found, _ = found_and_beside(letter_id)
    assert "届满未办" not in found
    assert in_the_annex(letter_id, missed)


def test_half_of_a_proof_is_under_no_ground_and_in_the_annex():
    letter_id = letters_of(twice_unhappy())[-1].id
    called = [line for line in the(letter_id).evidence if "回访" in line]
    kept = [line for line in the(letter_id).evidence if line != called[-1]]
    (_, second) = [line for line in kept if "答复称已解决" in line]

    keep(letter_id, G.FALSE_REPORT, kept)

    now = "Thu 2026-11-26 11:00"
    found, _ = found_and_beside(letter_id, now)
    assert in_the_annex(letter_id, second)
    assert second.partition("（")[2] not in found


def test_a_letter_with_nothing_beside_its_grounds_says_nothing_of_other_records():
    letter_id = proposed(a_signed_ticket(NOW))

    draft(letter_id)

    assert found_and_beside(letter_id, NOW)[1] == ""


def test_a_notice_that_reminds_names_no_ground_and_lists_no_records():
    number = a_late_ticket()
    letter_id = proposed(number, LATE, kind=LetterKind.REMINDER)

    draft(letter_id, LATE, grounds=(G.DUTY_NOT_PERFORMED,))

    assert not any("另有记录" in one.text for one in words(letter_id, LATE))


def test_the_letters_of_a_supervision_tell_other_records_with_the_course():
    letter_id = proposed(a_late_ticket(), LATE, kind=LetterKind.SUPERVISION)

    draft(letter_id, LATE, grounds=(G.DUTY_NOT_PERFORMED,))

    assert "催办" in part(letter_id, "一、办理经过").partition("另有记录：")[2]


def a_referral():
    """Return a referral about a unit that was sent two letters about its attitude (态度恶劣)."""
    rectify(a_signed_ticket(NOW), NOW)
    number = a_signed_ticket(LATER)
    rectify(number, LATER)
    return referral_of(number).id


def test_an_earlier_letter_stands_in_a_referral_under_what_it_was_about():
    letter_id = a_referral()

    draft_referral(letter_id, LATER, target="discipline", judgement="两次态度恶劣")

    (shown,) = [one for one in data_of(letter_id).body if one.lead.startswith("二、存在问题")]
    assert "发整改函" in shown.lead + shown.text


def test_and_proves_no_other_ground():
    letter_id = a_referral()

    with pytest.raises(BadInputError, match="没有可作依据的事件：“弄虚作假”") as refused:
        draft_referral(letter_id, LATER, grounds=(G.FALSE_REPORT,), judgement="两次",
                       target="discipline")  # fmt: skip

    assert list(refused.value.fields) == ["grounds"]


def test_what_somebody_proposes_needs_a_proof_of_its_own():
    number = a_late_ticket()
    wish = Proposal(LetterKind.RECTIFICATION, (G.FALSE_REPORT,), "不实")

    with pytest.raises(BadInputError, match="弄虚作假"):
        on_ticket(number, LATE, SUPERVISOR, lambda s, t: letters.propose_by_hand(s, t, wish))

    assert not [one for one in letters_of(number) if G.FALSE_REPORT.value in one.grounds]
