"""The rarer things to do with a ticket: end it without a unit, move its deadline, add words."""

from api.pages.acts import ACTS as MAIN
from api.pages.acts import Act, chosen
from api.pages.forms import Form
from api.pages.promise_acts import PROMISES
from api.pages.special_acts import SPECIAL, yes_or_no
from api.pages.visit import Visit
from api.pages.words import due_words
from engine.actions import adjusting, endings, overseeing
from engine.actions.refusal_proposals import decline_refusal, standing
from engine.actions.reply_days import leaves_by_mail
from engine.actions.supplements import add_supplement
from engine.actions.withdrawing import WithdrawalForm, withdraw
from engine.errors import BadInputError
from engine.models import Ticket
from engine.rules.pauses import pause_reasons
from engine.rules.shanghai import shanghai_date
from engine.store import clocks
from engine.terms import CallbackChannel, ClockKind, NoticeKind, RefusalReason, TicketEvent

E = TicketEvent


def _extend(visit: Visit, ticket: Ticket, form: Form) -> str:
    days = form.number("working_days")
    if days is None:
        words = "请写要延几个工作日。"
        raise BadInputError(words, fields={"working_days": words})
    adjusting.request_extension(visit.step, ticket, days, form.text("reason"))
    return "延期申请已提交，等主管批。批下来前按原期限办。"


def _pause(visit: Visit, ticket: Ticket, form: Form) -> str:
    reason = form.text("reason")
    if reason not in pause_reasons(visit.rules, shanghai_date(ticket.accepted_at)):
        words = "请选停表理由。"
        raise BadInputError(words, fields={"reason": words})
    adjusting.pause(visit.step, ticket, reason)
    return "已停表。"


def _resume(visit: Visit, ticket: Ticket, form: Form) -> str:
    adjusting.resume(visit.step, ticket)
    due = clocks.one(visit.session, ticket.id, ClockKind.REQUESTER)
    return f"已恢复计时，应于 {due_words(due)} 前办结。" if due else "已恢复计时。"


def _remind(visit: Visit, ticket: Ticket, form: Form) -> str:
    overseeing.remind(visit.step, ticket, form.text("words"))
    leaves = leaves_by_mail(visit.step, ticket, NoticeKind.REMINDER)
    if leaves > visit.now:
        return f"催办通知书将于 {visit.when(leaves)} 发承办单位和负责人。"
    return "催办通知书已发承办单位和负责人。"


def _note(visit: Visit, ticket: Ticket, form: Form) -> str:
    overseeing.note(visit.step, ticket, form.text("words"))
    return "备注已写。"


def _supplement(visit: Visit, ticket: Ticket, form: Form) -> str:
    add_supplement(visit.step, ticket, form.text("text"))
    return "补充已记在工单里，承办单位看得到。"


def _spot(visit: Visit, ticket: Ticket, form: Form) -> str:
    confirmed = form.has("confirmed")
    endings.answer_on_the_spot(
        visit.step, ticket, form.text("words"), confirmed=confirmed,
        knowledge_id=form.number("knowledge"),
    )  # fmt: skip
    return "当场答复，已办结。"


def _merge(visit: Visit, ticket: Ticket, form: Form) -> str:
    target = endings.merge(visit.step, ticket, form.text("into").strip().upper())
    return f"已并入 {target.number}，办结时一并答复、回访。"


def _emergency(visit: Visit, ticket: Ticket, form: Form) -> str:
    endings.hand_to_emergency(visit.step, ticket, form.text("words"))
    return "已转紧急热线，不再计时。"


def _refuse(visit: Visit, ticket: Ticket, form: Form) -> str:
    if standing(visit.session, ticket) and not yes_or_no(form, "granted", "请选是否同意不予受理。"):
        decline_refusal(visit.step, ticket, form.text("words"))
        return "已退回不予受理的提议，理由写进经过。工单照常派单办理。"
    reason = chosen(form, "refusal", RefusalReason, "请选不予受理的理由。")
    endings.refuse(visit.step, ticket, reason, form.text("words"))
    return "已决定不予受理。请把途径告诉来电人。"


def _propose_refusal(visit: Visit, ticket: Ticket, form: Form) -> str:
    reason = chosen(form, "refusal", RefusalReason, "请选不予受理的理由。")
    endings.propose_refusal(visit.step, ticket, reason, form.text("words"))
    return "已提议不予受理，等主管决定。"


def _settle(visit: Visit, ticket: Ticket, form: Form) -> str:
    overseeing.settle_by_panel(visit.step, ticket, form.text("words"))
    return "会商认定已记录。完成人工回访后可以办结。"


def _withdraw(visit: Visit, ticket: Ticket, form: Form) -> str:
    channel = chosen(form, "channel", CallbackChannel, "请选诉求人怎样撤回。")
    made = WithdrawalForm(words=form.text("words"), channel=channel)
    if withdraw(visit.step, ticket, made):
        return "已按诉求人撤回了结，承办单位会收到告知。"
    return "已记录撤回申请。请人工联系诉求人，核实自愿后再登记撤回。"


MORE: tuple[Act, ...] = (
    Act("extend", E.REQUEST_EXTENSION, "申请延期", _extend),
    Act("remind", E.REMIND, "催办", _remind),
    Act("spot", E.ANSWER_ON_THE_SPOT, "当场答复办结", _spot),
    Act("merge", E.MERGE, "并入另一张", _merge),
    Act("emergency", E.HAND_TO_EMERGENCY, "转紧急热线", _emergency),
    Act("withdraw", E.WITHDRAW, "诉求人撤回", _withdraw),
    Act("refuse", E.REFUSE, "不予受理", _refuse),
    Act("propose-refusal", E.PROPOSE_REFUSAL, "提议不予受理", _propose_refusal),
    Act("settle", E.SETTLE_BY_PANEL, "会商认定依法办结", _settle),
    Act("pause", E.PAUSE, "停表", _pause),
    Act("resume", E.RESUME, "恢复计时", _resume, form=False),
    Act("supplement", E.SUPPLEMENT, "补充情况", _supplement),
    Act("note", E.NOTE, "写备注", _note),
)
ALL = (*MAIN, *PROMISES, *SPECIAL, *MORE)
BY_NAME = {act.name: act for act in ALL}
