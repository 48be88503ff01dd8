"""No letter tells who the requester is, or that a matter is a report."""

import pytest

from engine.actions import (
    callbacks,
    corrections,
    letters,
    overseeing,
    referrals,
    review,
    unit_work,
)
from engine.actions.letter_facts import letter_data
from engine.actions.letter_history import said
from engine.actions.letters import Draft, Proposal
from engine.errors import BadInputError, ConflictError
from engine.models import Letter, TicketEventRecord
from engine.store import letters as store
from engine.store.database import work
from engine.terms import (
    ActorKind,
    LetterKind,
    LetterStatus,
    ReturnReason,
    TicketEvent,
    TicketKind,
)
from tests.actions.letter_steps import (
    FOUND,
    GROUNDS,
    NEXT,
    NOW,
    a_drafted_letter,
    a_sent_letter,
    approve,
    draft,
    on_letter,
    proposed,
    the,
)
from tests.builders import (
    MARKET,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_step,
    an_answer,
    on_ticket,
)
from tests.looking import letters_of, mails_of, sweep

pytestmark = pytest.mark.usefixtures("database")
WHO = {"contact_name": "覃演示", "enterprise": "龙城试验食品有限公司"}
TELLING = (
    "请与覃演示联系",
    "请与覃先生联系",
    "向龙城试验食品公司说明",
    "向龙城试验食品有限公司说明",
    "致电0772-2828282",
    "致电+86138.7722.1234",
    "证件450202 19900307 0012", "发到some.one@example.com",
    "到家庭住址公园路58号说明，核对护照", "核对护照号码G12345678", "加微信号abc123说明",
)  # fmt: skip
KINDS = [one for one in LetterKind if one not in (LetterKind.CORRECTION, LetterKind.REFERRAL)]


def texts_of(letter_id):
    with work() as session:
        data = letter_data(a_step(session, NEXT), store.letter(session, letter_id), number=None)
    return data.title + "".join(words for _, words in data.texts())


@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_about_a_report_says_that_it_is_one(kind):
    letter_id = proposed(a_signed_ticket(NOW, kind=TicketKind.REPORT), kind=kind)

    assert "举报" not in texts_of(letter_id)
    assert "本件承办" in texts_of(letter_id)


def test_no_referral_of_a_report_says_that_it_is_one_in_any_of_its_papers():
    number = a_signed_ticket("Mon 2026-10-26 09:00", kind=TicketKind.REPORT, **WHO)
    sweep(NOW)
    letter_id = proposed(number, kind=LetterKind.REFERRAL)
    wish = Draft(GROUNDS, ("依规依纪依法处理",), target="discipline",
                 judgement="多次逾期，影响恶劣", found=FOUND)  # fmt: skip
    on_letter(letter_id, NOW, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, wish))

    approve(letter_id)

    sent = the(letter_id)
    everything = texts_of(letter_id) + corrections.sent_text(sent) + sent.facts["signed"]["title"]
    mails = "".join(one.subject + one.text + one.html for one in mails_of(number))
    assert "企业诉求工单" in everything
    assert "问题线索移交登记表" in everything
    for word in ("举报", "覃演示", "龙城试验食品"):
        assert word not in everything + mails


@pytest.mark.parametrize("field", ["demands", "judgement"])
def test_words_that_hint_at_a_report_are_refused_in_a_letter_about_one(field):
    letter_id = proposed(a_signed_ticket(NOW, kind=TicketKind.REPORT), kind=LetterKind.REFERRAL)
    typed = {"demands": ("依法处理",), "judgement": "影响恶劣"}
    typed[field] = ("核查举报内容",) if field == "demands" else "举报属实"
    wish = Draft(GROUNDS, target="discipline", found=FOUND, **typed)

    with pytest.raises(BadInputError, match="“举报”，保密件不写事项性质") as refused:
        on_letter(letter_id, NOW, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, wish))

    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("words", TELLING)
def test_a_demand_that_tells_who_the_requester_is_is_refused(words):
    letter_id = proposed(a_signed_ticket(NOW, **WHO))

    with pytest.raises(BadInputError, match="要求里有") as refused:
        draft(letter_id, demands=("重新办理", words))

    assert list(refused.value.fields) == ["demands"]
    assert the(letter_id).status is LetterStatus.PROPOSED


def test_the_refusal_says_which_words_name_the_requester():
    letter_id = proposed(a_signed_ticket(NOW, **WHO))

    with pytest.raises(BadInputError, match="诉求人企业名称“龙城试验食品”、诉求人姓名“覃先生”"):
        draft(letter_id, demands=("向龙城试验食品的覃先生说明",))


def test_a_demand_may_name_documents_tickets_days_money_and_the_hotline():
    letter_id = proposed(a_signed_ticket(NOW, **WHO))

    draft(letter_id, demands=("按桂营商〔2023〕19号2026-11-30前付清LZ2611230001余款15000000000元，"
                              "有疑问请联系12345专线分派岗",))  # fmt: skip

    assert the(letter_id).status is LetterStatus.DRAFTED


@pytest.mark.parametrize("words", TELLING)
def test_a_referral_whose_reason_tells_who_the_requester_is_is_refused(words):
    number = a_signed_ticket(NOW, **WHO)

    with pytest.raises(BadInputError, match="移交理由里有") as refused:
        on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: referrals.propose_referral(
            step, ticket, ticket.lead_unit_id, words))  # fmt: skip

    assert list(refused.value.fields) == ["reason"]
    assert letters_of(number) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", TELLING)
def test_a_proposal_whose_reason_tells_who_the_requester_is_is_refused(words, kind):
    number = a_signed_ticket(NOW, **WHO)

    with pytest.raises(BadInputError, match="理由里有") as refused:
        on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: letters.propose_by_hand(
            step, ticket, Proposal(kind, GROUNDS, words)))  # fmt: skip

    assert list(refused.value.fields) == ["reason"]
    assert letters_of(number) == []


def correct(letter_id, wrong, right):
    def propose(step, letter):
        corrections.propose_correction(step, letter, wrong=wrong, right=right)

    on_letter(letter_id, NEXT, SUPERVISOR, propose)


def test_a_correction_does_not_bring_a_number_in():
    with pytest.raises(BadInputError, match="更正后的内容里有固定电话"):
        correct(a_sent_letter(), "限期办结并说明原因", "致电0772-2828282")


def test_a_number_that_went_out_is_not_quoted_when_it_is_corrected():
    with pytest.raises(BadInputError) as refused:
        correct(a_letter_with_a_number(), "致电13800001234", "致电")

    assert "原文里有手机号" in refused.value.fields["wrong"]


def a_letter_with_a_number():
    """Return a letter sent before numbers were refused."""
    letter_id = a_drafted_letter()

    def write(_step, letter):
        letter.demands = ["致电13800001234"]

    on_letter(letter_id, NOW, SUPERVISOR, write)
    approve(letter_id)
    return letter_id


def test_a_correction_is_not_proposed_without_the_letter_it_corrects():
    number = a_signed_ticket(NOW)

    with pytest.raises(BadInputError, match="从被更正的那份函提起") as refused:
        proposed(number, kind=LetterKind.CORRECTION)

    assert list(refused.value.fields) == ["kind"]
    assert letters_of(number) == []


def test_a_correction_of_nothing_that_is_on_record_can_be_dropped_but_not_drafted():
    letter_id = a_correction_of_nothing()

    with pytest.raises(ConflictError, match="没有写明更正哪份函"):
        on_letter(letter_id, NOW, SUPERVISOR, lambda s, one: letters.draft_letter(
            s, one, Draft(GROUNDS, ("重新办理",))))  # fmt: skip
    on_letter(letter_id, NOW, SUPERVISOR, lambda s, one: letters.drop_letter(s, one, "提错了"))

    assert the(letter_id).status is LetterStatus.DROPPED


def a_correction_of_nothing():
    letter_id = proposed(a_signed_ticket(NOW))

    def spoil(_step, letter: Letter):
        letter.kind, letter.facts = LetterKind.CORRECTION, {}

    on_letter(letter_id, NOW, SUPERVISOR, spoil)
    return letter_id


def test_a_reminder_before_the_due_day_asks_for_no_cause_of_delay():
    in_time = proposed(a_signed_ticket(NOW), kind=LetterKind.REMINDER)
    late = proposed(a_signed_ticket("Mon 2026-10-26 09:00"), kind=LetterKind.REMINDER)

    assert "超期原因" not in texts_of(in_time)
    assert "并说明超期原因" in texts_of(late)


def test_the_course_of_a_confidential_ticket_is_told_in_plain_words_and_without_prompts():
    number = a_dispatched_ticket("Mon 2026-10-26 09:00", confidential=True)
    sweep(NOW)  # every limit is over and every rung climbed
    letter_id = proposed(number)

    with work() as session:
        data = letter_data(a_step(session, NOW), store.letter(session, letter_id), number=None)
    told = [row[-1].removesuffix("，11月23日查见") for row in data.attachments[-1].rows]

    assert {"逾期未签收，视为签收", "期限届满未办", "红牌催办"} <= set(told)
    assert not {one for one in ("系统", "超期", "提议", "提示", "约谈") if one in "".join(told)}


TYPED = "演示商贸一行法人代表演示人，解放北路8号"


def test_words_somebody_typed_on_a_ticket_are_in_no_annex():
    number = a_signed_ticket(NOW)
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: overseeing.remind(s, t, TYPED))
    answer(number)
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: review.send_back(s, t, TYPED))
    answer(number)
    on_ticket(number, NOW, SUPERVISOR, review.approve_answer)
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: callbacks.order_rework(s, t, TYPED))
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: callbacks.supervise(s, t, TYPED))

    words = texts_of(proposed(number))

    assert "演示人" not in words
    assert "解放北路" not in words
    for event in ("催办", "审核退回", "退回重办", "督办"):
        assert f"热线{event}" in words


def test_words_of_a_ruling_are_in_no_annex():
    number = a_dispatched_ticket(NOW)
    form = unit_work.ReturnForm(reason=ReturnReason.NOT_OUR_DUTY, explanation=TYPED,
                                legal_basis="三定方案", suggested_unit=TAX)  # fmt: skip
    on_ticket(number, NOW, MARKET, lambda s, t: unit_work.request_return(s, t, form))
    ruling = review.Ruling(upheld=False, reason=TYPED)
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: review.rule_on_return(s, t, ruling))

    words = texts_of(proposed(number))

    assert "演示人" not in words
    assert "热线不同意退单" in words


@pytest.mark.parametrize(
    ("event", "reason", "told"),
    [
        (TicketEvent.UPHOLD_RETURN, TYPED, "热线同意退单"),
        (TicketEvent.DESIGNATE, f"派甲局主办。会商指定：{TYPED}", "热线指定承办：派甲局主办"),
        (TicketEvent.VERIFY_PROMISE, f"电话核查：未兑现。{TYPED}", "热线核查承诺"),
    ],
)  # fmt: skip
def test_of_what_somebody_decided_a_letter_tells_that_it_happened(event, reason, told):
    record = TicketEventRecord(event=event, actor_kind=ActorKind.USER, unit_id=None, reason=reason)

    assert said(record) == told


def answer(number):
    on_ticket(number, NOW, MARKET, lambda s, t: unit_work.answer(s, t, an_answer(contacted=True)))
