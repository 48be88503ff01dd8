"""The public page of an evaluation link (网上评价): three questions, nobody signs in.

The secret in the address is all there is: it stands for the person, and for the token of the form.
The page tells nothing of the ticket, the requester or the unit.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import html
from engine import clock
from engine.actions.evaluations import LONGEST_WORDS, REQUESTER, Evaluation, evaluate_by_link
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.errors import (
    BadInputError,
    ConflictError,
    EngineError,
    NotFoundError,
    RefusedTransitionError,
)
from engine.settings import load_settings
from engine.store.database import work
from engine.store.desk_special import LinkState, link_state
from engine.terms import AnswerOutcome, Satisfaction

router = APIRouter(include_in_schema=False)
MOST, SPAN, ADDRESSES = 30, timedelta(minutes=1), 10_000  # technical: looks an address and minute
TOO_MANY = "打开得太频繁，请一分钟后再试。"
WORDS = {
    LinkState.USED: (409, "您已经评价过了，谢谢。"),
    LinkState.OVER: (410, "评价链接已失效；如有意见，请拨打 12345。"),
    LinkState.UNKNOWN: (404, "评价链接无效，请核对短信中的链接；如有意见，请拨打 12345。"),
}
POLITE = (ConflictError, NotFoundError, RefusedTransitionError)
_looks: defaultdict[str, deque[datetime]] = defaultdict(deque)


@router.get("/evaluate/{secret}")
def questions(request: Request, secret: str) -> Response:
    """Show the three questions; looking uses nothing up."""
    now = clock.now()
    if _too_many(request, now):
        return _told(429, TOO_MANY)
    with work() as session:
        session.connection(execution_options={"postgresql_readonly": True})
        state = link_state(session, secret, now)
    return _told(*WORDS[state]) if state in WORDS else _asked(EMPTY)


@router.post("/evaluate/{secret}")
def evaluate(request: Request, secret: str, form: Posted) -> Response:
    """Record the answers, once; a link used or over is told so politely."""
    now = clock.now()
    if _too_many(request, now):
        return _told(429, TOO_MANY)
    try:
        with work() as session:
            step = Step(session, REQUESTER, now, rules_in_force(session))
            evaluate_by_link(step, secret, _evaluation(form))
    except BadInputError as error:
        return _asked(form, error)
    except POLITE as error:
        return _told(error.status, str(error))
    return _told(200, "评价已收到，谢谢。")


def _evaluation(form: Form) -> Evaluation:
    asked = {
        "contacted": ("请选承办单位是否联系过您。", {"yes", "no"}),
        "solved": ("请选诉求是否解决。", {one.value for one in AnswerOutcome}),
        "satisfaction": ("请选是否满意。", {one.value for one in Satisfaction}),
    }
    fields = {name: words for name, (words, known) in asked.items()
              if form.text(name) not in known}  # fmt: skip
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    return Evaluation(
        contacted=form.text("contacted") == "yes",
        solved=AnswerOutcome.parse(form.text("solved")),
        satisfaction=Satisfaction.parse(form.text("satisfaction")),
        words=form.text("words"),
    )


def _asked(form: Form, error: EngineError | None = None) -> Response:
    facts = {"form": form, "error": error, "told": "", "longest": LONGEST_WORDS}
    return _page(facts, error.status if error else 200)


def _told(status: int, words: str) -> Response:
    good = status in (200, 409)
    return _page({"form": EMPTY, "error": None, "told": words, "good": good}, status)


def _page(facts: Mapping[str, object], status: int) -> Response:
    response = html("evaluate.html", {**facts, "settings": load_settings()}, status)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is a secret
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _too_many(request: Request, now: datetime) -> bool:
    """Return whether an address asks more often than a person would; kept in this process only."""
    if len(_looks) > ADDRESSES:
        _looks.clear()
    looks = _looks[request.client.host if request.client else ""]
    while looks and looks[0] <= now - SPAN:
        looks.popleft()
    if len(looks) >= MOST:
        return True
    looks.append(now)
    return False
