"""What was typed about a report at night is in none of the mails that leave from the morning on."""

import pytest
from sqlmodel import select

from engine.actions import (
    adjusting,
    bulk,
    callbacks,
    corrections,
    letter_replies,
    letters,
    overseeing,
    review,
    unit_work,
)
from engine.actions.bulk import Bulk
from engine.models import OutboxMessage
from engine.rules.pauses import pause_reasons
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import BulkKind, LetterKind, NoticeKind, TicketKind
from tests.actions import return_steps
from tests.actions.letter_steps import (
    FOUND,
    GROUNDS,
    approve,
    draft,
    number_of,
    on_letter,
    proposed,
    reply,
)
from tests.actions.test_adjusting import ask, decide
from tests.actions.test_findings import appeal, judge, rule
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_promise,
    a_promised_ticket,
    a_signed_ticket,
    an_answer,
    doing,
    on_ticket,
)
from tests.looking import breaches_of, letters_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
DAY, NIGHT, MORNING = "Mon 2026-11-23 09:00", "Mon 2026-11-23 21:00", "Tue 2026-11-24 09:00"
FOLLOWING = ("Mon 2026-11-30 09:00", "Fri 2026-12-04 09:00", "Tue 2026-12-08 00:30",
             "Wed 2026-12-09 09:00", "Fri 2026-12-18 09:00")  # fmt: skip
EARLIER = "Mon 2026-11-02 09:00"
TYPED = "冷库第三排货架没有看"
WORDS = ("冷库", "举报")
OF_NO_TICKET = {NoticeKind.ADDRESS_CHECK, NoticeKind.BULLETIN, NoticeKind.KNOWLEDGE}


def a_report(now=DAY):
    return a_signed_ticket(now, kind=TicketKind.REPORT)


def all_mails():
    with work() as session:
        return session.exec(select(OutboxMessage)).all()


def at_night(who, what, number=None):
    number = number or a_report()
    on_ticket(number, NIGHT, who, what)
    return number


def a_letter(kind=LetterKind.RECTIFICATION):
    letter_id = proposed(a_report(), kind=kind)
    draft(letter_id)
    approve(letter_id, "Mon 2026-11-23 10:00")
    return letter_id


def redispatched():
    def what(step, ticket):
        lead, other = (store.unit_by_name(step.session, one) for one in (TAX, FINANCE))
        overseeing.redispatch(step, ticket, lead, (other,), TYPED)

    return at_night(SUPERVISOR, what)


def reminded():
    return at_night(SUPERVISOR, lambda s, t: overseeing.remind(s, t, TYPED))


def supervised():
    return at_night(SUPERVISOR, lambda s, t: callbacks.supervise(s, t, TYPED))


def urged_with_others():
    number = a_report()
    what = Bulk(BulkKind.REMIND, (number, a_signed_ticket(DAY)), TYPED, "a-token")
    doing(NIGHT, SUPERVISOR, lambda step: bulk.carry_out(step, what))
    return number


def answered(number):
    on_ticket(number, DAY, MARKET, lambda s, t: unit_work.answer(s, t, an_answer(text=TYPED * 3)))
    return number


def sent_back():
    return at_night(SUPERVISOR, lambda s, t: review.send_back(s, t, TYPED), answered(a_report()))


def reworked():
    number = answered(a_report())
    on_ticket(number, DAY, OPERATOR, review.approve_answer)
    return at_night(SUPERVISOR, lambda s, t: callbacks.order_rework(s, t, TYPED), number)


def extended():
    number = a_report()
    decide(ask(number, DAY, 3, TYPED), NIGHT, granted=True)
    return number


def not_extended():
    number = a_report()
    decide(ask(number, DAY, 3, TYPED), NIGHT, granted=False, reason=TYPED)
    return number


def kept():
    number = a_report()
    return_steps.send_back(number, explanation=TYPED)
    return_steps.rule(number, NIGHT, upheld=False, reason=TYPED)
    return number


def paused():
    def pause(step, ticket):
        adjusting.pause(
            step, ticket, next(iter(pause_reasons(step.rules, shanghai_date(step.now))))
        )

    number = a_report()
    on_ticket(number, DAY, SUPERVISOR, pause)
    on_ticket(number, "Fri 2026-11-27 10:00", SUPERVISOR, adjusting.resume)
    return number


def not_enough():
    letter_id = a_letter()
    reply(letter_id, text=TYPED * 3, now="Mon 2026-11-23 15:00")
    on_letter(letter_id, NIGHT, SUPERVISOR, lambda s, one: letter_replies.judge_answer(
        s, one, accepted=False, opinion=TYPED))  # fmt: skip
    return number_of(letter_id)


def corrected():
    letter_id = a_letter()
    on_letter(letter_id, DAY, SUPERVISOR, lambda s, one: corrections.propose_correction(
        s, one, wrong="说明原因", right=TYPED))  # fmt: skip
    number = number_of(letter_id)
    approve(letters_of(number)[-1].id, NIGHT)
    return number


def handed_over():
    letter_id = proposed(a_report(), kind=LetterKind.REFERRAL)
    wish = letters.Draft(GROUNDS, (TYPED,), target="discipline", judgement=TYPED, found=FOUND)
    on_letter(letter_id, DAY, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, wish))
    approve(letter_id, NIGHT)
    return number_of(letter_id)


def wished():
    wish = letters.Proposal(LetterKind.SUPERVISION, GROUNDS, TYPED)
    return at_night(SUPERVISOR, lambda s, t: letters.propose_letter(s, t, wish))


def found_late():
    number = a_report(EARLIER)
    sweep(DAY)
    breach = next(one for one in breaches_of(number) if one.kind.value == "handling")
    appeal_of = judge(breach.id, kind="confirmed", reason=TYPED, evidence=TYPED)
    appeal(appeal_of, reason=TYPED)
    rule(appeal_of, changed=False)
    return number


def promised():
    promise = a_promise(text=TYPED, due_on="Fri 2026-12-11")
    return a_promised_ticket(DAY, kind=TicketKind.REPORT, promise=promise)


def to_be_called():
    number = answered(a_report())
    on_ticket(number, DAY, OPERATOR, review.approve_answer)
    return number


LIVES = {
    redispatched: {NoticeKind.ASSIGNMENT, NoticeKind.ASSISTING, NoticeKind.WITHDRAWN},
    reminded: {NoticeKind.REMINDER, NoticeKind.WARNING, NoticeKind.BREACH,
               NoticeKind.LETTER_PROPOSED},
    supervised: {NoticeKind.SUPERVISION},
    urged_with_others: {NoticeKind.DIGEST},
    sent_back: {NoticeKind.REWORK}, reworked: {NoticeKind.REWORK},
    extended: {NoticeKind.EXTENSION}, not_extended: {NoticeKind.EXTENSION},
    kept: {NoticeKind.RETURN_RULING},
    paused: {NoticeKind.DUE_CHANGED},
    not_enough: {NoticeKind.RECTIFICATION, NoticeKind.RECTIFICATION_ANSWERED},
    corrected: {NoticeKind.CORRECTION},
    handed_over: {NoticeKind.REFERRAL},
    wished: {NoticeKind.LETTER_PROPOSED},
    found_late: {NoticeKind.FINDING, NoticeKind.APPEAL_RULED},
    promised: {NoticeKind.INTERVIEW},
    to_be_called: {NoticeKind.CALLBACK_OWED},
}  # fmt: skip


@pytest.mark.parametrize("life", LIVES, ids=lambda one: one.__name__)
def test_none_of_a_reports_mails_says_what_was_typed(life):
    life()

    for now in (MORNING, *FOLLOWING):
        sweep(now)
        send_mails(now)

    mails = all_mails()
    assert LIVES[life] <= {one.kind for one in mails}
    for one in mails:
        assert not [word for word in WORDS if word in one.subject + one.text + one.html]


def test_every_notice_about_a_ticket_is_looked_at():
    assert set.union(*LIVES.values()) == set(NoticeKind) - OF_NO_TICKET


def test_a_mail_restated_in_the_morning_says_what_it_said_at_night():
    number = not_enough()
    night = [(one.subject, one.text, one.html) for one in again_mails(number)]

    send_mails(MORNING)

    assert [(one.subject, one.text, one.html) for one in again_mails(number)] == night
    assert all("审核意见：登录后查看" in text for _, text, _ in night)


def again_mails(number):
    return [one for one in mails_of(number) if ":again:" in one.key]
