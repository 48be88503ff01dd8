"""The four lives that `hotline demo` tells; dates are those of National Day 2026."""

from dataclasses import dataclass
from datetime import date, time

from engine.actions import callbacks, letter_signing, letters, review, unit_work
from engine.actions.callbacks import CallbackForm
from engine.actions.intake_checks import NewTicket
from engine.actions.letter_replies import answer_letter
from engine.actions.letters import Draft
from engine.actions.step import Step
from engine.actions.unit_work import AnswerForm, ReturnForm
from engine.demo.clockwork import Clockwork
from engine.demo.moves import OPERATOR, SECOND, SUPERVISOR, give_to, handler_of, on, take_in
from engine.demo.narrator import Narrator
from engine.errors import EngineError
from engine.models import Letter, Ticket
from engine.rules.shanghai import shanghai_moment
from engine.store import letters as letter_store
from engine.store import tickets as store
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    LetterKind,
    RectificationGround,
    ReturnReason,
    Satisfaction,
    TicketKind,
)


@dataclass
class Stage:
    """Where a story plays: the simulated clock and the one who tells it."""

    clock: Clockwork
    tell: Narrator

    def at(self, day: str, hour: str) -> None:
        """Let the simulated clock run to a Shanghai day and hour."""
        self.clock.advance(shanghai_moment(date.fromisoformat(day), time.fromisoformat(hour)))

    def done(self) -> None:
        """Let what waits be routed and mailed, and tell what happened."""
        self.tell.catch_up()
        self.clock.settle()


def helped_in_time(stage: Stage) -> None:
    """(a) A help request: routed, signed for, answered in time, called back, closed."""
    stage.tell.chapter("甲 · 求助按期办结", "求助 3 个工作日办结答复；满意也要回访。")
    stage.at("2026-09-21", "09:10")
    number = _new(stage, TicketKind.HELP_REQUEST, "演示商贸一行",
                  "办理营业执照变更登记，网上一直显示待审核，想知道还差什么材料。")  # fmt: skip
    give_to(number, stage.clock.now, "区市场监管局")
    unit = handler_of(number)
    stage.at("2026-09-21", "10:40")
    on(number, stage.clock.now, unit, unit_work.sign_for)
    on(number, stage.clock.now, unit, unit_work.first_contact)
    stage.at("2026-09-22", "16:00")
    _answer(number, stage, "已指导企业补正股东决议，当日审核通过并发照。")
    stage.at("2026-09-23", "09:30")
    on(number, stage.clock.now, OPERATOR, review.approve_answer)
    stage.at("2026-09-23", "10:00")
    _call_back(number, stage, AnswerOutcome.SOLVED, Satisfaction.SATISFIED)
    stage.done()


def left_lying(stage: Stage) -> None:
    """(b) A complaint that its unit lets lie over a holiday with a make-up day."""
    stage.tell.chapter("乙 · 投诉拖过国庆", "10 个工作日；国庆放假不计，10月10日周六上班要计。")
    stage.at("2026-09-28", "15:20")
    number = _new(stage, TicketKind.COMPLAINT, "演示商贸三店",
                  "我公司办营业执照变更登记，材料齐全仍被反复退件，投诉窗口推诿。")  # fmt: skip
    give_to(number, stage.clock.now, "区市场监管局")
    stage.done()
    stage.at("2026-10-26", "09:30")
    stage.done()
    letter = _approve_letter(stage, number)
    stage.at("2026-10-28", "15:00")
    _answer_letter(stage, number, letter)
    stage.done()


def falsely_solved(stage: Stage) -> None:
    """(c) A false 已解决: the callback turns it into rework, then into supervision."""
    stage.tell.chapter("丙 · 假办结", "回访说没解决：重办一次；再不满意，督办并提议整改函。")
    stage.at("2026-11-02", "09:05")
    number = _new(stage, TicketKind.COMPLAINT, "演示制造六厂",
                  "中标的政府采购项目验收半年，采购单位一直不支付货款，财采计项目。")  # fmt: skip
    give_to(number, stage.clock.now, "区财政局")
    on(number, stage.clock.now, handler_of(number), unit_work.sign_for)
    stage.at("2026-11-04", "11:00")
    _answer(number, stage, "已协调支付，问题已经解决。")
    on(number, stage.clock.now, OPERATOR, review.approve_answer)
    stage.tell.catch_up()
    _refused_close(stage, number)
    stage.at("2026-11-05", "09:40")
    _call_back(number, stage, AnswerOutcome.NOT_SOLVED, Satisfaction.DISSATISFIED)
    stage.at("2026-11-06", "17:00")
    _answer(number, stage, "再次与采购单位沟通，已答应尽快支付。")
    on(number, stage.clock.now, OPERATOR, review.approve_answer)
    stage.at("2026-11-09", "10:15")
    _call_back(number, stage, AnswerOutcome.NOT_SOLVED, Satisfaction.DISSATISFIED)
    stage.done()


def nobody_wants_it(stage: Stage) -> None:
    """(d) A ticket sent back by two units until the panel designates one."""
    stage.tell.chapter("丁 · 踢皮球", "两家单位先后退单，提交会商；指定后不得再退。")
    stage.at("2026-11-10", "09:00")
    number = _new(stage, TicketKind.COMPLAINT, "演示农庄十一",
                  "园区道路破损影响货车进出，几个部门都说不归自己管。")  # fmt: skip
    give_to(number, stage.clock.now, "区住房和城乡建设局")
    stage.at("2026-11-10", "14:00")
    _send_back(stage, number, "区交通运输局")
    on(number, stage.clock.now, OPERATOR, _uphold)
    stage.at("2026-11-11", "10:00")
    _send_back(stage, number, "区园区办")
    stage.tell.catch_up()
    on(number, stage.clock.now, SUPERVISOR, review.convene_panel)
    stage.at("2026-11-11", "16:30")
    on(number, stage.clock.now, SUPERVISOR, _designate)
    stage.done()


STORIES = (helped_in_time, left_lying, falsely_solved, nobody_wants_it)


def _new(stage: Stage, kind: TicketKind, enterprise: str, content: str) -> str:
    new = NewTicket(
        kind=kind, content=content, phone="0772-0000001", enterprise=enterprise,
        demonstration=True,
    )  # fmt: skip
    number = take_in(stage.clock.now, new)
    stage.tell.numbers.append(number)
    stage.clock.settle()
    return number


def _answer(number: str, stage: Stage, text: str) -> None:
    form = AnswerForm(outcome=AnswerOutcome.SOLVED, text=text, contacted=True)
    on(number, stage.clock.now, handler_of(number),
       lambda step, ticket: unit_work.answer(step, ticket, form))  # fmt: skip


def _call_back(
    number: str, stage: Stage, solved: AnswerOutcome, satisfaction: Satisfaction
) -> None:
    form = CallbackForm(
        channel=CallbackChannel.HUMAN_CALL, result=AttemptResult.REACHED, contacted=True,
        solved=solved, satisfaction=satisfaction,
    )  # fmt: skip
    on(number, stage.clock.now, OPERATOR,
       lambda step, ticket: callbacks.record_attempt(step, ticket, form))  # fmt: skip


def _refused_close(stage: Stage, number: str) -> None:
    try:
        on(
            number,
            stage.clock.now,
            OPERATOR,
            lambda step, ticket: callbacks.close(step, ticket, ""),
        )
    except EngineError as error:
        clause = getattr(error, "clause", "")
        stage.tell.say(f"话务员想直接办结，系统不让：{error}〔{clause}〕", "bold yellow")


def _approve_letter(stage: Stage, number: str) -> int:
    """Draft the proposed letter by one supervisor; another reviews, signs and sends it."""

    def draft(step: Step, ticket: Ticket) -> int:
        letter = _proposed(step, ticket)
        grounds = (RectificationGround.DUTY_NOT_PERFORMED, RectificationGround.PERFUNCTORY)
        letters.draft_letter(step, letter, Draft(grounds, tuple(letter.demands)))
        return letter.id

    letter_id = on(number, stage.clock.now, SUPERVISOR, draft)
    try:
        on(number, stage.clock.now, SUPERVISOR, lambda step, _: _review(step, letter_id))
    except EngineError as error:
        stage.tell.catch_up()
        stage.tell.say(f"拟稿的主管想自己核稿，系统不让：{error}", "bold yellow")
    on(number, stage.clock.now, SECOND, lambda step, _: _review(step, letter_id))
    on(number, stage.clock.now, SECOND, lambda step, _: _sign(step, letter_id))
    on(number, stage.clock.now, SECOND, lambda step, _: _send(step, letter_id))
    stage.done()
    return letter_id


def _proposed(step: Step, ticket: Ticket) -> Letter:
    found = letter_store.in_hand(step.session, ticket.id, LetterKind.RECTIFICATION)
    if found is None:
        message = f"{ticket.number} 没有待拟的整改函"
        raise EngineError(message)
    return found


def _review(step: Step, letter_id: int) -> None:
    letters.review_letter(step, letter_store.letter(step.session, letter_id, lock=True))


def _sign(step: Step, letter_id: int) -> None:
    letter_signing.sign_letter(step, letter_store.letter(step.session, letter_id, lock=True))


def _send(step: Step, letter_id: int) -> None:
    letter_signing.send_letter(step, letter_store.letter(step.session, letter_id, lock=True))


def _answer_letter(stage: Stage, number: str, letter_id: int) -> None:
    words = "已办结变更登记并向企业说明；对经办人员批评教育，建立退件一次告知台账。"

    def reply(step: Step, _: Ticket) -> None:
        letter = letter_store.letter(step.session, letter_id, lock=True)
        answer_letter(step, letter, words)

    on(number, stage.clock.now, handler_of(number), reply)


def _send_back(stage: Stage, number: str, suggested: str) -> None:
    form = ReturnForm(
        reason=ReturnReason.NOT_OUR_DUTY, explanation="该路段不在本单位管养范围。",
        legal_basis="本单位“三定”规定第二条", suggested_unit=suggested,
    )  # fmt: skip
    on(number, stage.clock.now, handler_of(number),
       lambda step, ticket: unit_work.request_return(step, ticket, form))  # fmt: skip


def _uphold(step: Step, ticket: Ticket) -> None:
    lead = store.unit_by_name(step.session, "区交通运输局")
    review.rule_on_return(step, ticket, review.Ruling(True, "理由成立，改派", lead))


def _designate(step: Step, ticket: Ticket) -> None:
    lead = store.unit_by_name(step.session, "区园区办")
    review.designate(step, ticket, lead, (), "编办、司法局会商：园区内道路由园区办牵头")
