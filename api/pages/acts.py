"""What can be done with a ticket at the desks: one entry a form, run by the engine's actions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from api.pages.beside import candidate
from api.pages.callback_facts import heard_by_a_machine
from api.pages.forms import Form
from api.pages.naming import unit_meant
from api.pages.visit import Visit
from api.pages.words import due_words
from engine.actions import callbacks, incoming_mail, letters, referrals, review, unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.impersonal import refuse_requester
from engine.actions.promises import PromiseForm
from engine.actions.stated import stated
from engine.errors import BadInputError, EngineError, RefusedTransitionError
from engine.lifecycle_guards import NOT_CONTACTED
from engine.models import Ticket, Unit
from engine.rules.returns import missing_in_return
from engine.rules.shanghai import shanghai_date
from engine.store import clocks
from engine.store import tickets as store
from engine.terms import (
    AnswerOutcome,
    AssignmentRole,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    ClockKind,
    LetterKind,
    RectificationGround,
    ReturnReason,
    Satisfaction,
    Term,
    TicketEvent,
)

E = TicketEvent
NOT_TICKED = "答复前须联系诉求人：联系过的请勾选“已联系过诉求人”，没有的请先联系。"
HEARD = (AttemptResult.REACHED, AttemptResult.DECLINED)
Choice = TypeVar("Choice", bound=Term)


@dataclass(frozen=True)
class Act:
    """One thing to do with a ticket: its event, its button, and what runs it.

    `do` returns the sentence said afterwards. `form` is false where a button is all it takes.
    `fits`, where given, says alone whether the act is this person's now.
    """

    name: str
    event: TicketEvent
    label: str
    do: Callable[[Visit, Ticket, Form], str]
    form: bool = True
    hint: str = ""
    fits: Callable[[Visit, Ticket], bool] | None = None


def chosen(
    form: Form, name: str, kind: type[Choice], words: str, rest: Mapping[str, str] | None = None
) -> Choice:
    """Return the chosen member of an enumeration, or say what to choose and what `rest` lacks."""
    try:
        return kind.parse(form.text(name))
    except ValueError as error:
        fields = {name: words, **(rest or {})}
        raise BadInputError("".join(fields.values()), fields=fields) from error


def day_typed(form: Form, name: str) -> date | None:
    """Return the day typed in a field, or nothing where there is none or it is no day."""
    try:
        return date.fromisoformat(form.text(name).strip())
    except ValueError:
        return None


def _unit(visit: Visit, form: Form, name: str = "lead") -> Unit:
    return unit_meant(visit.session, form.text(f"{name}_other") or form.text(name), name)


def _supports(visit: Visit, form: Form, lead: Unit) -> tuple[Unit, ...]:
    names = [one for text in form.many("supports") for one in text.replace("，", "、").split("、")]
    found = [unit_meant(visit.session, one, "supports") for one in names if one.strip()]
    return tuple({unit.id: unit for unit in found if unit.id != lead.id}.values())


def _dispatch(visit: Visit, ticket: Ticket, form: Form) -> str:
    lead = _unit(visit, form)
    names, rows = candidate(ticket, lead)
    supports = _supports(visit, form, lead)
    if form.has("with_supports") and not supports:
        supports = tuple(store.unit_by_name(visit.session, one) for one in names)
    redispatch = ticket.lead_unit_id is not None
    reason = form.text("reason").strip()
    if redispatch:
        stated(reason, "reason", "改派请写明理由。")
    refuse_requester(visit.step, ticket, "reason", reason, "派单依据")
    event = E.REDISPATCH if redispatch else E.DISPATCH
    allowed = tuple(unit for unit in supports if unit.id != ticket.accused_unit_id)
    if not redispatch and lead.id in {
        one.unit_id for one in store.upheld_returns(visit.session, ticket)
    }:
        stated(reason, "reason", f"{lead.name}的退单已经获准，再派给它请写明理由。")
    order = Dispatch(lead, allowed, reason or "分派岗选定", rows, event)
    given = dispatch(visit.step, ticket, order)
    if any(one.leads for one in given):
        return f"已派{lead.name}。"
    return store.events(visit.session, ticket)[-1].reason  # only the supports are others


def _sign(visit: Visit, ticket: Ticket, form: Form) -> str:
    part = unit_work.sign_for(visit.step, ticket)
    due = clocks.one(visit.session, ticket.id, ClockKind.HANDLING)
    if part.role is AssignmentRole.ASSISTING:
        return "已签收（协办）。请填写协办意见。"
    return f"已签收。请在 {due_words(due)} 前答复。" if due else "已签收。"


def _contact(visit: Visit, ticket: Ticket, form: Form) -> str:
    unit_work.first_contact(visit.step, ticket, form.text("note"))
    return "已登记首次联系。"


def _answer(visit: Visit, ticket: Ticket, form: Form) -> str:
    lacks = unit_work.short_answer(form.text("text"))
    outcome = chosen(form, "outcome", AnswerOutcome, "请选处理结果。", lacks)
    made = unit_work.AnswerForm(
        outcome=outcome, text=form.text("text"), legal_basis=form.text("legal_basis"),
        contacted=form.has("contacted"), promise=_promise(form),
    )  # fmt: skip
    try:
        unit_work.answer(visit.step, ticket, made)
    except RefusedTransitionError as error:
        raise _untold(error, contacted=made.contacted) from error
    _used_mail(visit, form)
    return "答复已提交，热线审核后回访诉求人。"


def _untold(error: RefusedTransitionError, *, contacted: bool) -> EngineError:
    """Return a refusal beside the tick that is missing, where that is why (答复前须联系)."""
    if contacted or not str(error).endswith(NOT_CONTACTED):
        return error
    return BadInputError(NOT_TICKED, fields={"contacted": NOT_TICKED})


def _promise(form: Form) -> PromiseForm | None:
    """Return the promise that comes with an answer, where anything of one was typed."""
    if not (form.has("promise") or form.has("promised_on")):
        return None
    return PromiseForm(text=form.text("promise"), due_on=day_typed(form, "promised_on"))


def _used_mail(visit: Visit, form: Form) -> None:
    """Note that the reply by mail that filled the form in was sent as an answer."""
    reply = form.number("mail")
    if reply is not None:
        incoming_mail.settle(visit.step, reply, used=True)


def _return(visit: Visit, ticket: Ticket, form: Form) -> str:
    written = {name: form.text(name) for name in ("explanation", "legal_basis", "suggested_unit")}
    on = shanghai_date(ticket.accepted_at)
    lacks = missing_in_return(None, written, visit.rules, on)
    reason = chosen(form, "reason", ReturnReason, "请选退单理由。", lacks)
    made = unit_work.ReturnForm(
        reason=reason, explanation=written["explanation"],
        legal_basis=written["legal_basis"], suggested_unit=_suggested(visit, form),
    )  # fmt: skip
    unit_work.request_return(visit.step, ticket, made)
    return "退单已提交，等热线裁定。裁定前请继续联系诉求人，诉求人时限不停。"


def _suggested(visit: Visit, form: Form) -> str:
    text = form.text("suggested_unit")
    return unit_meant(visit.session, text, "suggested_unit").name if text.strip() else ""


def _assist(visit: Visit, ticket: Ticket, form: Form) -> str:
    unit_work.assist_reply(visit.step, ticket, form.text("text"))
    _used_mail(visit, form)
    return "协办意见已提交。"


def _approve(visit: Visit, ticket: Ticket, form: Form) -> str:
    owed = review.approve_answer(visit.step, ticket)
    return f"审核通过，转回访。{'须人工回访：' + owed.why + '。' if owed.human_required else ''}"


def _send_back(visit: Visit, ticket: Ticket, form: Form) -> str:
    review.send_back(visit.step, ticket, form.text("reason"))
    return "已退回承办单位，时限照走。"


def _rule(visit: Visit, ticket: Ticket, form: Form) -> str:
    if form.text("upheld") not in ("yes", "no"):
        msg = "请选是否同意退单。"
        raise BadInputError(msg, fields={"upheld": "请选是否同意退单。"})
    upheld = form.text("upheld") == "yes"
    wanted = upheld and (form.text("lead") or form.text("lead_other"))
    lead = _unit(visit, form) if wanted else None
    review.rule_on_return(visit.step, ticket, review.Ruling(upheld, form.text("reason"), lead))
    if not upheld:
        return "不同意退单，原单位继续办理。"
    return f"同意退单，已改派{lead.name}。" if lead else "同意退单，转待分派。"


def _convene(visit: Visit, ticket: Ticket, form: Form) -> str:
    review.convene_panel(visit.step, ticket, form.text("reason"))
    return "已提交会商。会商指定后不得再退。"


def _designate(visit: Visit, ticket: Ticket, form: Form) -> str:
    lead = _unit(visit, form)
    review.designate(visit.step, ticket, lead, _supports(visit, form, lead), form.text("reason"))
    return f"会商指定{lead.name}承办，不得再退。"


def _said_of(form: Form, name: str, kind: type[Choice]) -> Choice | None:
    return chosen(form, name, kind, "请从列出的里选。") if form.has(name) else None


def _callback(visit: Visit, ticket: Ticket, form: Form) -> str:
    made = callbacks.CallbackForm(
        channel=chosen(form, "channel", CallbackChannel, "请选回访方式。"),
        result=chosen(form, "result", AttemptResult, "请选接通情况。"),
        contacted={"yes": True, "no": False}.get(form.text("contacted")),
        solved=_said_of(form, "solved", AnswerOutcome),
        satisfaction=_said_of(form, "satisfaction", Satisfaction),
        words=form.text("words"),
    )  # fmt: skip
    owed = callbacks.record_attempt(visit.step, ticket, made)
    if owed.state is CallbackState.OWED and made.result in HEARD:
        return heard_by_a_machine(made)
    if owed.next_attempt_at is not None:
        return f"已登记。未接通，下次 {visit.when(owed.next_attempt_at)} 后再拨。"
    return f"回访已登记，工单现为“{ticket.status.label}”。"


def _close(visit: Visit, ticket: Ticket, form: Form) -> str:
    callbacks.close(visit.step, ticket, form.text("reason"))
    return "已办结归档。"


def _rework(visit: Visit, ticket: Ticket, form: Form) -> str:
    callbacks.order_rework(visit.step, ticket, _reason(form))
    return "已退回重办。"


def _supervise(visit: Visit, ticket: Ticket, form: Form) -> str:
    callbacks.supervise(visit.step, ticket, _reason(form))
    return "已转督办，通知已发承办单位。"


def _reason(form: Form) -> str:
    return stated(form.text("reason"), "reason", "请写明理由。")


def _propose(visit: Visit, ticket: Ticket, form: Form) -> str:
    kind = chosen(form, "kind", LetterKind, "请选文书种类。")
    known = {one.value for one in RectificationGround}
    named = [one for one in form.many("grounds") if one in known]
    grounds = tuple(RectificationGround.parse(one) for one in named)
    if not grounds:
        msg = "请至少选一项事由。"
        raise BadInputError(msg, fields={"grounds": msg})
    made = letters.propose_by_hand(
        visit.step, ticket, letters.Proposal(kind, grounds, _reason(form))
    )
    if made is None:
        msg = f"这张工单已有一份{kind.label}在办，或没有主办单位。"
        raise BadInputError(msg)
    proposed = f"已提议{kind.label}，由主管拟稿、另一人批准后发出。"
    return referrals.joined_words(made, ticket) or proposed


ACTS: tuple[Act, ...] = (
    Act("dispatch", E.DISPATCH, "派单", _dispatch),
    Act("sign", E.SIGN_FOR, "签收", _sign, form=False),
    Act("answer", E.ANSWER, "填写答复", _answer),
    Act("contact", E.FIRST_CONTACT, "登记首次联系", _contact),
    Act("return", E.RETURN, "不归我管，退回", _return),
    Act("assist", E.ASSIST_REPLY, "填写协办意见", _assist),
    Act("approve", E.APPROVE_ANSWER, "审核通过，转回访", _approve, form=False),
    Act("send-back", E.SEND_BACK, "退回承办单位", _send_back),
    Act("rule", E.UPHOLD_RETURN, "裁定退单", _rule),
    Act("convene", E.CONVENE_PANEL, "提交会商", _convene),
    Act("designate", E.DESIGNATE, "指定承办", _designate),
    Act("callback", E.CALLBACK_ATTEMPT, "登记回访", _callback),
    Act("close", E.CLOSE, "办结归档", _close),
    Act("rework", E.ORDER_REWORK, "退回重办", _rework),
    Act("supervise", E.SUPERVISE, "转督办", _supervise),
    Act("redispatch", E.REDISPATCH, "改派", _dispatch),
    Act("propose-letter", E.PROPOSE_LETTER, "提议发函", _propose),
)
