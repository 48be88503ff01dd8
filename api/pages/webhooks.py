"""The pages of events pushed to other systems (事件推送): who gets what, and how it goes."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import Visit, attempt, reading
from engine.actions import webhooks
from engine.actions.actor import require_role
from engine.actions.webhooks import SubscriptionForm
from engine.errors import BadInputError, EngineError, NotFoundError
from engine.models import WebhookDelivery, WebhookSubscription
from engine.rules import pushing
from engine.rules.shanghai import SHANGHAI
from engine.store import webhooks as store
from engine.terms import DeliveryState, Role, TicketEvent, WebhookFormat, WebhookStop

router = APIRouter(include_in_schema=False)
ADMIN = (Role.ADMINISTRATOR,)
PATH = "/admin/webhooks"
SHOWN = 20
BATCH = 100
TAGS = {
    DeliveryState.PENDING: ("○", "off"), DeliveryState.DELIVERED: ("●", "ok"),
    DeliveryState.DEAD: ("■", "bad"), DeliveryState.WITHHELD: ("‖", "off"),
}  # fmt: skip
STATES = DeliveryState
KEPT = ("name", "url", "events", "format", "private", "batch_size")


@router.get(PATH)
def show(request: Request) -> Response:
    """List who is pushed to, and the form for another."""
    with reading(request, *ADMIN) as visit:
        return _list(visit, EMPTY)


def _list(visit: Visit, form: Form, error: EngineError | None = None) -> Response:
    require_role(visit.step.actor, *ADMIN)
    counts = store.counts(visit.session)
    lines = [
        (one, counts.get((one.id, STATES.PENDING), 0), counts.get((one.id, STATES.DEAD), 0))
        for one in store.subscriptions(visit.session)
    ]
    facts = {**_form_facts(form, error), "lines": lines, "state": lambda one: state_of(visit, one)}
    return visit.page("webhooks.html", facts, error.status if error else 200)


def _form_facts(form: Form, error: EngineError | None) -> dict[str, Any]:
    return {"form": form, "error": error, "formats": list(WebhookFormat),
            "events": list(TicketEvent), "batch": BATCH}  # fmt: skip


def state_of(visit: Visit, one: WebhookSubscription) -> tuple[str, str, str]:
    """Return how pushing to a subscriber goes, as shape, words and tone."""
    if one.stopped is not None:
        return "‖", one.stopped.label, "off" if one.stopped is WebhookStop.BY_HAND else "bad"
    if one.failing_since is not None:
        return "▲", f"{visit.when(one.failing_since)} 起送不到", "warn"
    if one.last_ok_at is None:
        return "○", "还没有推过", "off"
    return "●", f"正常，最近 {visit.ago(one.last_ok_at)}", "ok"


def tag_of(one: WebhookDelivery) -> tuple[str, str, str]:
    """Return how one delivery stands, as shape, words and tone."""
    shape, tone = TAGS[one.state]
    if one.state is STATES.PENDING and one.last_error:
        return "▲", "等待再试", "warn"
    return shape, one.state.label, tone


@router.get(PATH + "/{subscription}")
def show_one(request: Request, subscription: int) -> Response:
    """Show one subscriber: how it goes, the last deliveries, and what can be done."""
    with reading(request, *ADMIN) as visit:
        return _one(visit, subscription, EMPTY)


def _one(
    visit: Visit, number: int, form: Form, error: EngineError | None = None, *, about: str = "",
    secret: str = "",
) -> Response:  # fmt: skip
    require_role(visit.step.actor, *ADMIN)
    found = store.subscription(visit.session, number)
    editing = form if any(name in form.values for name in KEPT) else _as_typed(found)
    counts = store.counts(visit.session)
    facts = {
        **_form_facts(editing, error), "one": found, "about": about, "secret": secret,
        "mark": state_of(visit, found), "tag_of": tag_of,
        "secrets": store.secrets(visit.session, number, visit.now),
        "deliveries": store.newest(visit.session, number, SHOWN),
        "pending": counts.get((number, STATES.PENDING), 0),
        "dead": counts.get((number, STATES.DEAD), 0), "since": form.text("since"),
    }  # fmt: skip
    return visit.page("webhook.html", facts, error.status if error else 200)


def _as_typed(one: WebhookSubscription) -> Form:
    """Return a subscription as its form would have been filled in."""
    return Form(
        {
            "name": [one.name], "url": [one.url], "events": list(one.event_types),
            "format": [one.format.value], "private": ["yes" if one.private else ""],
            "batch_size": [str(one.batch_size)],
        }
    )  # fmt: skip


@router.post(PATH + "/add")
def add(request: Request, form: Posted) -> Response:
    """Make a subscription; its secret is shown once, here."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, *ADMIN)
        made, secret = webhooks.subscribe(visit.step, _wanted(form))
        about = f"“{made.name}”的签名密钥，只显示这一次，请现在交给对方："
        return _one(visit, made.id, EMPTY, about=about, secret=secret)

    return attempt(request, form, do, lambda visit, error: _list(visit, form, error))


def _wanted(form: Form) -> SubscriptionForm:
    try:
        named = [TicketEvent.parse(one) for one in form.many("events")]
        shape = WebhookFormat.parse(form.text("format") or WebhookFormat.STANDARD.value)
    except ValueError as error:
        words = "请从列表里选。"
        raise BadInputError(words, fields={"format": words}) from error
    typed = form.text("batch_size").strip()
    return SubscriptionForm(
        name=form.text("name"), url=form.text("url"), events=named, format=shape,
        private=form.has("private"),
        batch_size=(form.number("batch_size") or 0) if typed else BATCH,
    )  # fmt: skip


@router.post(PATH + "/{subscription}/{what}")
def act(request: Request, subscription: int, what: str, form: Posted) -> Response:
    """Do one thing with a subscription.

    Raises:
        NotFoundError: there is no such act.
    """
    doing = DOINGS.get(what)
    if doing is None:
        message = "没有这个操作。"
        raise NotFoundError(message)

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, *ADMIN)
        about, secret = doing(visit, subscription, form)
        if secret:
            return _one(visit, subscription, EMPTY, about=about, secret=secret)
        return visit.go(f"{PATH}/{subscription}", about)

    return attempt(request, form, do, lambda visit, error: _one(visit, subscription, form, error))


Done = tuple[str, str]


def _change(visit: Visit, number: int, form: Form) -> Done:
    webhooks.change(visit.step, number, _wanted(form))
    return "已保存，待发的按新设置推送。", ""


def _try(visit: Visit, number: int, _form: Form) -> Done:
    webhooks.try_out(visit.step, number)
    return "试发已排入，几秒后刷新本页看结果。", ""


def _start(visit: Visit, number: int, _form: Form) -> Done:
    webhooks.switch(visit.step, number, on=True)
    return "已启用，待发的马上推送。", ""


def _stop(visit: Visit, number: int, _form: Form) -> Done:
    webhooks.switch(visit.step, number, on=False)
    return "已停用；停用期间的事件不排队，启用后可按时间补发。", ""


def _rotate(visit: Visit, number: int, _form: Form) -> Done:
    _, secret = webhooks.rotate(visit.step, number)
    ends = visit.when(pushing.old_secret_ends(visit.now, visit.rules))
    return f"签名密钥已更换，旧的用到 {ends}。新密钥只显示这一次，请现在交给对方：", secret


def _end_old(visit: Visit, number: int, _form: Form) -> Done:
    webhooks.end_old_secret(visit.step, number)
    return "旧签名密钥已停用。", ""


def _replay(visit: Visit, number: int, form: Form) -> Done:
    webhooks.replay_one(visit.step, number, form.number("delivery") or 0)
    return "已排入补发。", ""


def _replay_dead(visit: Visit, number: int, _form: Form) -> Done:
    return f"已排入补发：{webhooks.replay_dead(visit.step, number)} 件。", ""


def _replay_since(visit: Visit, number: int, form: Form) -> Done:
    count = webhooks.replay_since(visit.step, number, _moment(form))
    return f"已排入补发：{count} 件。", ""


def _moment(form: Form) -> datetime:
    try:
        return datetime.fromisoformat(form.text("since").strip()).replace(tzinfo=SHANGHAI)
    except ValueError as error:
        words = "请写从什么时刻起补发，如 2026-11-23T09:00。"
        raise BadInputError(words, fields={"since": words}) from error


DOINGS = {
    "change": _change, "try": _try, "start": _start, "stop": _stop, "rotate": _rotate,
    "end-old": _end_old, "replay": _replay, "replay-dead": _replay_dead,
    "replay-since": _replay_since,
}  # fmt: skip
