"""Acts with conditions of their own: another law's limit, an earlier date, a mixed message."""

from api.pages.acts import Act
from api.pages.forms import Form
from api.pages.visit import HOTLINE, UNIT, Visit
from api.pages.words import due_words
from engine.actions import statutory
from engine.actions.evaluations import issue_evaluation_link
from engine.actions.recompute import decide_shortening
from engine.actions.splitting import OTHER, split_ticket
from engine.errors import BadInputError
from engine.lifecycle import WAITING
from engine.models import Ticket
from engine.rules.statutory import StatutoryClaim
from engine.store import clocks, desk_ticket, evaluations, matters
from engine.store import tickets as store
from engine.store.desk_special import shortenings_of
from engine.terms import CallbackState, ClockKind, Role, TicketEvent, TicketStatus

E = TicketEvent


def yes_or_no(form: Form, name: str, words: str) -> bool:
    """Return whether yes was chosen, or say what to choose."""
    if form.text(name) not in ("yes", "no"):
        raise BadInputError(words, fields={name: words})
    return form.text(name) == "yes"


def claim_state(visit: Visit, ticket: Ticket) -> str:
    """Return how a claim of another law's limit stands on a ticket, or nothing."""
    newest = statutory.claim_of(visit.step, ticket)
    return newest.details[statutory.CLAIM] if newest else ""


def _counting(visit: Visit, ticket: Ticket) -> bool:
    return bool(clocks.running(visit.session, ticket.id, [ClockKind.REQUESTER]))


def _may_claim(visit: Visit, ticket: Ticket) -> bool:
    if visit.role not in UNIT or not desk_ticket.leads(visit.session, visit.account, ticket):
        return False
    free = claim_state(visit, ticket) in ("", statutory.REFUSED)
    return free and _counting(visit, ticket)


def _claim(visit: Visit, ticket: Ticket, form: Form) -> str:
    days = form.number("working_days")
    if days is None:
        words = "请写法定时限是几个工作日。"
        raise BadInputError(words, fields={"working_days": words})
    claim = StatutoryClaim(form.text("law"), form.text("article"), days)
    statutory.claim_statutory_limit(visit.step, ticket, claim)
    return "法定时限主张已提交，等主管决定。决定前请按原期限办。"


def _may_decide_claim(visit: Visit, ticket: Ticket) -> bool:
    asked = visit.role is Role.SUPERVISOR
    return asked and claim_state(visit, ticket) == statutory.CLAIMED


def _decide_claim(visit: Visit, ticket: Ticket, form: Form) -> str:
    granted = yes_or_no(form, "granted", "请选是否同意。")
    statutory.decide_statutory_claim(
        visit.step, ticket, granted=granted, reason=form.text("reason")
    )
    if granted:
        return "已同意按法定时限跟踪督办；阶段性答复仍按原时限。"
    return "不同意，按原时限办理。"


def _may_reply_staged(visit: Visit, ticket: Ticket) -> bool:
    if visit.role not in UNIT or not desk_ticket.leads(visit.session, visit.account, ticket):
        return False
    granted = claim_state(visit, ticket) == statutory.GRANTED
    return granted and _counting(visit, ticket)


def _reply_staged(visit: Visit, ticket: Ticket, form: Form) -> str:
    statutory.staged_reply(visit.step, ticket, form.text("text"))
    return "阶段性答复已提交，请在法定时限内办结。"


def _may_shorten(visit: Visit, ticket: Ticket) -> bool:
    return visit.role is Role.SUPERVISOR and bool(shortenings_of(visit.session, ticket))


def _shorten(visit: Visit, ticket: Ticket, form: Form) -> str:
    clock_id = form.number("clock")
    if clock_id is None:
        words = "请选哪一项时限。"
        raise BadInputError(words, fields={"clock": words})
    shorten = yes_or_no(form, "shorten", "请选是否提前。")
    clock = decide_shortening(
        visit.step, ticket, clock_id, shorten=shorten, reason=form.text("reason")
    )
    return f"{'已提前' if shorten else '不提前'}，{clock.limit_name}应于 {due_words(clock)} 前。"


def _may_split(visit: Visit, ticket: Ticket) -> bool:
    mixed = ticket.kind in OTHER and ticket.status in WAITING and ticket.parent_id is None
    return visit.role in HOTLINE and mixed and not matters.children(visit.session, ticket)


def _split(visit: Visit, ticket: Ticket, form: Form) -> str:
    child = split_ticket(visit.step, ticket, complaint=form.text("complaint"))
    return f"已分出{child.kind.label} {child.number}，各按各的程序办。"


def _may_ask(visit: Visit, ticket: Ticket) -> bool:
    if visit.role not in HOTLINE or ticket.status is not TicketStatus.CALLBACK_DUE:
        return False
    owed = store.last_callback(visit.session, ticket)
    open_ = owed is not None and owed.state is CallbackState.OWED
    return open_ and owed is not None and not evaluations.evaluated(visit.session, owed)


def _ask(visit: Visit, ticket: Ticket, form: Form) -> str:
    link = issue_evaluation_link(visit.step, ticket)
    until = visit.when(link.expires_at)
    night = link.send_from > visit.now
    later = f"现在不宜打扰诉求人，请在 {visit.when(link.send_from)} 后发送。" if night else ""
    return f"{later}评价链接只显示这一次，有效至 {until}，以前的已失效：{link.url}"


SPECIAL: tuple[Act, ...] = (
    Act("statutory", E.NOTE, "主张法定时限", _claim, fits=_may_claim),
    Act("staged-reply", E.NOTE, "阶段性答复", _reply_staged, fits=_may_reply_staged),
    Act("decide-statutory", E.NOTE, "决定法定时限", _decide_claim, fits=_may_decide_claim),
    Act("shorten", E.NOTE, "决定期限提前", _shorten, fits=_may_shorten),
    Act("split", E.NOTE, "拆分投诉和举报", _split, fits=_may_split),
    Act("evaluation-link", E.EVALUATE, "取评价链接", _ask, form=False, fits=_may_ask),
)
