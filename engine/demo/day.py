"""The demonstration day: a dozen invented matters, laid in through the real actions."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from sqlalchemy import func
from sqlmodel import select

from engine.actions import callbacks, review, unit_work
from engine.actions.intake_checks import NewTicket
from engine.actions.unit_work import AnswerForm, ReturnForm
from engine.demo.clockwork import Clockwork, working_days_before
from engine.demo.moves import OPERATOR, give_to, handler_of, on, take_in
from engine.models import Ticket
from engine.rules.rule_set import load_rules
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    ReturnReason,
    Satisfaction,
    TicketKind,
    Urgency,
)

K = TicketKind
Stage = Literal["new", "dispatched", "signed", "contacted", "returned", "answered", "callback",
                "rework", "closed"]  # fmt: skip


@dataclass(frozen=True)
class Matter:
    """One invented matter: how many working days ago, what, to whom, and how far it has come."""

    days_ago: int
    at: time
    kind: TicketKind
    enterprise: str
    content: str
    unit: str
    stage: Stage
    urgency: Urgency = field(default=Urgency.NORMAL)


MATTERS = (
    Matter(17, time(9, 12), K.COMPLAINT, "演示商贸一行",
           "我店申请食品经营许可证，材料交齐后窗口一直说系统审核中，多次询问没有答复。",
           "区市场监管局", "signed"),
    Matter(14, time(10, 5), K.COMPLAINT, "演示建筑二公司",
           "我司承建的项目已竣工验收，建设单位拖欠工程款，多次催要没有结果，请协调。",
           "区住房和城乡建设局", "rework"),
    Matter(8, time(15, 40), K.COMPLAINT, "演示餐饮三店",
           "隔壁工地夜间施工噪声很大，影响我店经营，要求查处。", "城中生态环境局", "contacted"),
    Matter(6, time(9, 30), K.HELP_REQUEST, "演示科技四公司",
           "申报科技型中小企业评价入库，系统提示信息不一致，不知道怎么改。", "区科技局", "closed"),
    Matter(4, time(11, 20), K.HELP_REQUEST, "演示物流五公司",
           "公司电子发票额度不够用，申请提额被退回，想知道要补什么材料。", "区税务局", "callback"),
    Matter(4, time(16, 2), K.REPORT, "演示匿名来电",
           "反映某企业拖欠多名员工两个月工资，请劳动监察部门查处。", "区人力资源和社会保障局",
           "signed"),
    Matter(3, time(9, 45), K.HELP_REQUEST, "演示制造六厂",
           "厂区扩建要办建设工程规划许可，想知道能否和施工许可并联办理。", "区自然资源局",
           "contacted"),
    Matter(2, time(10, 30), K.COMPLAINT, "演示超市七店",
           "参加区里政府采购项目中标后，采购单位迟迟不签合同，也不退投标保证金。", "区财政局",
           "returned"),
    Matter(1, time(14, 18), K.HELP_REQUEST, "演示培训八中心",
           "培训机构变更办学地址，教育部门和消防的意见不一致，不知道先办哪个。", "区教育局",
           "dispatched"),
    Matter(1, time(16, 45), K.CONSULTATION, "演示外贸九公司",
           "想了解出口企业可以申请哪些稳外贸补贴，到哪里申报。", "区商务局", "answered"),
    Matter(0, time(0, 5), K.COMPLAINT, "演示酒店十馆",
           "办理营业执照变更登记，窗口反复要求补材料，一个月没办下来。", "", "new"),
    Matter(0, time(0, 10), K.HELP_REQUEST, "演示农庄十一",
           "我们这里最近老是不方便，想请政府帮忙看看怎么办。", "", "new"),
)  # fmt: skip


def lay_in_demo_day(now: datetime) -> int:
    """Lay the demonstration day into an empty database; return how many tickets it has.

    A database that holds any ticket is left as it is, and 0 is returned.
    """
    with work() as session:
        if session.exec(select(func.count()).select_from(Ticket)).one():
            return 0
    return play_demo_day(now)


def play_demo_day(now: datetime) -> int:
    """Play the demonstration day beside whatever is there; return how many tickets it has."""
    dated = [(_accepted_at(matter, now), number, matter) for number, matter in enumerate(MATTERS)]
    clockwork = Clockwork(min(at for at, _, _ in dated))
    for at, number, matter in sorted(dated, key=lambda one: one[0]):
        clockwork.advance(at)
        _play(clockwork, matter, number)
    clockwork.advance(now)
    clockwork.settle()
    return len(MATTERS)


def _accepted_at(matter: Matter, now: datetime) -> datetime:
    if matter.days_ago == 0:
        return now - timedelta(minutes=10 - matter.at.minute)
    rules = load_rules(load_settings().region)
    return working_days_before(now, matter.days_ago, matter.at, rules)


def _play(clockwork: Clockwork, matter: Matter, number: int) -> None:
    """Take a matter in and bring it as far as its stage says, all within its first hour."""
    new = NewTicket(
        kind=matter.kind, content=matter.content, phone=f"0772-00000{number:02d}",
        enterprise=matter.enterprise, urgency=matter.urgency, demonstration=True,
    )  # fmt: skip
    ticket = take_in(clockwork.now, new)
    if matter.stage == "new":
        return
    give_to(ticket, clockwork.now, matter.unit)
    clockwork.settle()
    for act in STAGES[matter.stage]:
        act(ticket, clockwork.now)
    clockwork.settle()


def _sign(number: str, now: datetime) -> None:
    on(number, now, handler_of(number), unit_work.sign_for)


def _contact(number: str, now: datetime) -> None:
    on(number, now, handler_of(number), unit_work.first_contact)


def _answer(number: str, now: datetime) -> None:
    form = AnswerForm(
        outcome=AnswerOutcome.SOLVED, contacted=True,
        text="已联系企业说明办理要求，并协助在系统中完成修改，企业可凭回执查询进度。",
    )  # fmt: skip
    on(number, now, handler_of(number), lambda step, ticket: unit_work.answer(step, ticket, form))


def _return(number: str, now: datetime) -> None:
    form = ReturnForm(
        reason=ReturnReason.OTHER_UNIT_LEADS,
        explanation="合同签订属采购单位责任，交易环节另有监管部门。",
        legal_basis="本单位“三定”规定第三条", suggested_unit="区政务服务监督管理办公室",
    )  # fmt: skip
    on(number, now, handler_of(number),
       lambda step, ticket: unit_work.request_return(step, ticket, form))  # fmt: skip


def _approve(number: str, now: datetime) -> None:
    on(number, now, OPERATOR, review.approve_answer)


def _call(number: str, now: datetime, solved: AnswerOutcome, satisfaction: Satisfaction) -> None:
    form = callbacks.CallbackForm(
        channel=CallbackChannel.HUMAN_CALL, result=AttemptResult.REACHED, contacted=True,
        solved=solved, satisfaction=satisfaction,
    )  # fmt: skip
    on(number, now, OPERATOR, lambda step, ticket: callbacks.record_attempt(step, ticket, form))


def _happy(number: str, now: datetime) -> None:
    _call(number, now, AnswerOutcome.SOLVED, Satisfaction.SATISFIED)


def _unhappy(number: str, now: datetime) -> None:
    _call(number, now, AnswerOutcome.NOT_SOLVED, Satisfaction.DISSATISFIED)


STAGES = {
    "dispatched": (),
    "signed": (_sign,),
    "contacted": (_sign, _contact),
    "returned": (_return,),
    "answered": (_sign, _answer),
    "callback": (_sign, _answer, _approve),
    "closed": (_sign, _answer, _approve, _happy),
    "rework": (_sign, _answer, _approve, _unhappy),
}
