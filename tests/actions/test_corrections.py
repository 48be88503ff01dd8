"""更正函: what was sent stays as it went out; another letter says what it should read."""

import pytest

from engine.actions.corrections import propose_correction, sent_text
from engine.actions.evidence import evidence_for
from engine.actions.letter_facts import letter_data
from engine.actions.overseeing import remind
from engine.errors import BadInputError, ConflictError, NotPermittedError, RefusedTransitionError
from engine.store import letters as store
from engine.store.database import work
from engine.terms import ClockKind, LetterKind, LetterStatus, NoticeKind, TicketEvent
from tests.actions.letter_steps import (
    NEXT,
    a_reviewed_letter,
    a_sent_letter,
    a_signed_letter,
    approve,
    number_of,
    on_letter,
    reply,
    review,
    sign,
    the,
)
from tests.actions.test_adjusting import ask, decide
from tests.builders import OPERATOR, SUPERVISOR, a_step, day, on_ticket
from tests.looking import clock_of, clocks_of, last_event, letters_of, mails_of

pytestmark = pytest.mark.usefixtures("database")
WRONG, RIGHT = "限期办结并说明原因", "限期办结并书面说明原因"


def correct(letter_id, wrong=WRONG, right=RIGHT, who=SUPERVISOR, now=NEXT):
    on_letter(letter_id, now, who,
              lambda s, one: propose_correction(s, one, wrong=wrong, right=right))  # fmt: skip
    return letters_of(number_of(letter_id))[-1].id


def words_of(letter_id):
    with work() as session:
        letter = store.letter(session, letter_id)
        data = letter_data(a_step(session, NEXT), letter, number=letter.number or None)
    return data.title + "".join(part.text for part in data.body)


def test_a_correction_names_the_letter_the_wrong_words_and_the_right_ones():
    sent = a_sent_letter()

    made = correct(sent)

    assert "关于更正城中热线〔2026〕1号文的函" in words_of(made)
    assert f"“{WRONG}”有误，现更正为“{RIGHT}”" in words_of(made)
    assert "2026年11月24日" in words_of(made)
    assert (the(made).kind, the(made).corrects_id) == (LetterKind.CORRECTION, sent)


DAY = "12月1日"  # the reply is due then


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (f"不迟于{DAY}", "不迟于12月2日"), ("12月1日", "11月28日"), ("月1日）", "月2日）"),
        ("12月1日", "28日"), (f"不迟于{DAY}", "于十一月二十八日前"), (DAY, "下周五"),
        (DAY, "三日内"), ("书面反馈，由主要负责人签批", "于11月28日书面反馈"),
        ("书面反馈，由主要负责人签批", "于廿八日书面反馈"), ("不迟于", "先于周五并不迟于"),
        ("不迟于12月", "不迟于11月"), ("5个工作日", "3个工作日"),
        ("的不迟于", "的先于11.28，不迟于"), ("5个", "八个"), ("工作日", "自然日"),
        ("送出次日起", "送出当日起"), ("请于本函", "请争取于本函"), ("成文当日", "成文次日"),
        ("。请于本函", "。可于本函"), ("由主要负责人签批", "由主要负责人签字"),
        ("有异议的", "有异议的，请自本函送出次日起两日内提出；有异议的"),
    ],
)  # fmt: skip
def test_a_correction_gives_no_other_day_for_the_reply_however_it_is_written(wrong, right):
    sent = a_sent_letter()

    with pytest.raises(BadInputError, match="反馈期限按规则计算") as refused:
        correct(sent, wrong=wrong, right=right)

    assert list(refused.value.fields) == ["right"]


@pytest.mark.parametrize("right", ["28日前说明原因", "三日内说明原因", "十二月三日说明原因"])
def test_a_correction_adds_no_limit_where_the_letter_had_none(right):
    with pytest.raises(BadInputError, match="不加新的期限，请删去"):
        correct(a_sent_letter(), wrong="限期办结并说明原因", right=right)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("2026年11月23日", "2026年11月22日"), ("同日签收", "11月24日签收"),
        ("有异议的同期", "有不同意见的同期"), ("尚未答复", "11月24日答复"),
    ],
)  # fmt: skip
def test_facts_of_the_past_and_the_same_day_may_be_corrected(wrong, right):
    assert the(correct(a_sent_letter(), wrong, right)).status is LetterStatus.DRAFTED


@pytest.fixture
def extended(database):
    """A sent letter about a ticket whose handling limit was moved from Dec 7 to Dec 10."""
    letter_id = a_sent_letter()
    decide(ask(number_of(letter_id), NEXT, 3), NEXT, granted=True)
    assert clock_of(number_of(letter_id), ClockKind.HANDLING).due_on == day("Thu 2026-12-10")
    return letter_id


@pytest.mark.parametrize(
    "right",
    ["承办时限已延至12月10日", "延期申请获准，承办时限延至2026年12月10日", "应于12月10日办结",
     "承办时限12月7日届满前已延至十二月十日", "经提请延期承办时限改为12月10日",
     "按规定须于12月10日办结", "你单位申请延期并说明理由后期限改为12月10日"],
)  # fmt: skip
def test_a_limit_of_the_ticket_by_its_record_is_a_fact_that_may_be_written(extended, right):
    assert the(correct(extended, "尚未答复", right)).status is LetterStatus.DRAFTED


@pytest.mark.parametrize(
    "right",
    ["承办时限已延至12月11日", "请于12月10日办结", "承办时限已延至12月10日，请于12月4日前说明",
     "须于期限12月10日前说明原因", "12月10日前书面反馈", "反馈期限延至12月10日",
     "承办时限已延至12月10日，异议期限到12月10日", "12月10日说明原因",
     "承办时限已延至2027年12月10日", "承办时限延至下周五", "应于12月10日报送书面材料",
     "应于12月10日到专班接受约谈", "应于12月10日前改正到位", "有关材料应于12月10日送达本专班",
     "办理情况的报送期限为12月10日", "限12月10日到期补齐材料", "应于10日报送材料"],
)  # fmt: skip
def test_no_other_day_and_nothing_asked_for_by_that_day_comes_in_with_it(extended, right):
    with pytest.raises(BadInputError, match=r"不加新的期限，请删去|反馈期限按规则计算"):
        correct(extended, "尚未答复", right)


def test_a_correction_has_four_eyes_a_number_and_a_mail_of_its_own():
    sent = a_sent_letter()
    before = the(sent)
    made = correct(sent)

    with pytest.raises(NotPermittedError, match="另一位主管"):
        review(made, who=SUPERVISOR)
    approve(made)

    letter = the(made)
    assert (letter.status, letter.number) == (LetterStatus.SENT, "城中热线〔2026〕2号")
    told = {mail.recipient for mail in mails_of(number_of(sent), NoticeKind.CORRECTION)}
    assert told == {"shijianguan@demo.invalid", "shijianguan.leader@demo.invalid"}
    assert (the(sent).pdf_sha256, the(sent).status) == (before.pdf_sha256, before.status)


def test_a_correction_starts_no_clock_and_asks_no_reply():
    sent = a_sent_letter()
    made = correct(sent)
    approve(made)

    assert [one.letter_id for one in clocks_of(number_of(sent), ClockKind.RECTIFICATION_REPLY)] == [
        sent
    ]
    with pytest.raises(RefusedTransitionError, match="不需要回复"):
        reply(made)


@pytest.mark.parametrize("make", [a_reviewed_letter, a_signed_letter])
def test_what_has_not_gone_out_is_not_corrected(make):
    with pytest.raises(ConflictError, match="没有发出"):
        correct(make())


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("wrong", {"wrong": "函里没有的话"}), ("wrong", {"wrong": " "}), ("right", {"right": ""}),
        ("right", {"right": WRONG}), ("right", {"right": "请联系13800000000"}),
        ("right", {"right": "长" * 201}),
    ],
)  # fmt: skip
def test_a_correction_quotes_the_letter_and_says_something_else(field, changes):
    sent = a_sent_letter()

    with pytest.raises(BadInputError) as error:
        correct(sent, **changes)

    assert list(error.value.fields) == [field]
    assert len(letters_of(number_of(sent))) == 1


def test_an_operator_corrects_nothing():
    with pytest.raises(NotPermittedError):
        correct(a_sent_letter(), who=OPERATOR)


def test_one_correction_of_a_ticket_is_in_hand_at_a_time():
    sent = a_sent_letter()
    correct(sent)

    with pytest.raises(ConflictError, match="已有一份更正函在办"):
        correct(sent)


def test_a_correction_can_be_corrected():
    sent = a_sent_letter()
    made = correct(sent)
    approve(made)

    again = correct(made, wrong=RIGHT, right="限期办结并当面说明原因")

    assert "关于更正城中热线〔2026〕2号文的函" in words_of(again)


def test_the_words_of_a_sent_letter_are_those_of_its_file():
    letter = the(a_sent_letter())

    assert "你单位承办的投诉工单" in sent_text(letter)
    assert letter.number in sent_text(letter)


def test_a_letter_that_would_say_something_new_since_its_review_is_reviewed_again():
    letter_id = a_reviewed_letter()
    number = number_of(letter_id)
    on_ticket(number, NEXT, SUPERVISOR, lambda step, ticket: remind(step, ticket, "请抓紧"))

    with pytest.raises(ConflictError, match="重新核稿"):
        sign(letter_id)
    review(letter_id)
    sign(letter_id)

    assert the(letter_id).status is LetterStatus.SIGNED
    assert last_event(number, TicketEvent.REVIEW_LETTER).at > the(letter_id).proposed_at


def test_a_quiet_ticket_needs_no_second_review_days_later():
    letter_id = a_reviewed_letter()

    sign(letter_id, "Fri 2026-11-27 16:00")

    assert the(letter_id).status is LetterStatus.SIGNED


def test_letters_that_were_sent_even_corrections_are_no_evidence_against_their_unit():
    sent = a_sent_letter()
    approve(correct(sent))

    lines = on_ticket(number_of(sent), NEXT, SUPERVISOR, lambda step, ticket: evidence_for(
        step, ticket, ticket.lead_unit_id))  # fmt: skip

    assert [line for line in lines if "函" in line] == []


def test_a_correction_to_the_same_words_is_told_so():
    with pytest.raises(BadInputError, match="与原文相同"):
        correct(a_sent_letter(), right=WRONG)
