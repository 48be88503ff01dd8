"""A district in the middle of its work: something to see on every page, made by real actions."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from bench.archive import build
from engine import clock
from engine.actions import findings, promises
from engine.actions.evaluations import issue_evaluation_link
from engine.actions.finding_evidence import FindingForm
from engine.actions.promises import PromiseForm
from engine.demo.day import play_demo_day
from engine.flows import figuring
from engine.models import Breach, Letter, OutboxMessage, Ticket, Unit
from engine.rules.shanghai import shanghai_date
from engine.store.database import Database, work
from engine.terms import LetterKind, NoticeKind, Role
from tests.actions import letter_steps as letters
from tests.actions.test_knowledge import in_use
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_promised_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answered_ticket,
    doing,
    on_ticket,
)
from tests.pages.conftest import Browser
from tests.pages.test_rules_pages import CSV, NOTICE
from tests.structure.page_roles import PAGES, roles

LEADER, ADMINISTRATOR, AUDITOR = "fuzeren", "guanli", "zhidu"
WHO = {
    Role.OPERATOR: OPERATOR, Role.HANDLER: MARKET, Role.UNIT_LEADER: LEADER,
    Role.SUPERVISOR: SUPERVISOR, Role.ADMINISTRATOR: ADMINISTRATOR, Role.AUDITOR: AUDITOR,
}  # fmt: skip
LAW = {"law": "市场监督管理投诉举报处理暂行办法", "article": "第二十一条", "working_days": "45"}
RETURNED = {"reason": "other_unit_leads", "explanation": "该事项由税务部门主管，本单位无此职权。",
            "legal_basis": "三定方案第三条", "suggested_unit": "区税务局"}  # fmt: skip
CALL = {
    "phone": "0772-0000012",
    "enterprise": "演示餐饮三店",
    "content": "窗口说系统坏了，让下周再来",
}
HOOK = {"name": "智管云", "url": "https://93.184.215.14/hook", "format": "standard"}


ACTS = (
    ("new", "dispatch"), ("new", "spot"), ("new", "merge"), ("new", "refuse"), ("new", "split"),
    ("new", "withdraw"), ("new", "emergency"), ("answered", "send-back"), ("returned", "rule"),
    ("returned", "convene"), ("callback", "callback"), ("callback", "rework"),
    ("signed", "redispatch"), ("signed", "propose-letter"), ("signed", "remind"),
    ("signed", "supervise"), ("signed", "pause"), ("signed", "supplement"), ("signed", "note"),
    ("claiming", "decide-statutory"), ("answering", "answer"), ("signed", "contact"),
    ("dispatched", "return"), ("signed", "assist"), ("signed", "extend"), ("signed", "statutory"),
    ("signed", "propose-refusal"), ("promised", "verify-promise"),
)  # fmt: skip
LISTS = ("dispatch", "review", "rule", "callback", "today")
SCOPES = ("overdue", "today", "open", "closed", "all")
MORE = {
    "/drafts": ("",), "/rules": ("?q=签收", "?q=没有这样的词"), "/calendar": ("?year=2025",),
    "/audit": ("?q=ticket",), "/desk": tuple(f"?list={one}&who=all" for one in LISTS),
    "/supervise/tickets": tuple(f"?scope={one}" for one in SCOPES), "/profile": ("/nowhere",),
}  # fmt: skip
FILES = (
    ".xlsx",
    ".csv",
    ".png",
    ".{kind}",
    "/file",
    "/static/",
    "favicon",
    "/attachments/",
    "/news",
    "/audit/state",
)


HOTLINE_ONLY = (Role.OPERATOR, Role.SUPERVISOR)
OF_UNITS = ("answer", "contact", "return", "assist", "extend", "statutory", "propose-refusal")
DOES = dict.fromkeys(OF_UNITS, (Role.HANDLER, Role.UNIT_LEADER))
SEES = set(Role) - {Role.ADMINISTRATOR}


@dataclass
class Busy:
    """What is to be looked at, by what it is an example of."""

    tickets: dict[str, str]
    letters: dict[str, int]
    breach: int
    evaluation: str
    notice: int


def busy(database: Database, archived: int = 400) -> Busy:
    """Fill a fresh database: years of archive, a day in full swing, and the special cases."""
    now = clock.now()
    a_ticket(now)
    build(database.url, archived)
    play_demo_day(now)
    tickets = _tickets()
    made = Busy(tickets, _letters(), _breach(), _evaluation(tickets["callback"]),
                _notice(tickets["answered"]))  # fmt: skip
    for one in (_hotline, _unit, _supervisors, _administrator):
        one(tickets)
    _refused_excuse()
    figuring.keep(figuring.live(), [], now)
    return made


def _tickets() -> dict[str, str]:
    now = clock.now()
    return {
        "new": a_ticket(now), "dispatched": a_dispatched_ticket(now),
        "signed": a_signed_ticket(now), "extending": a_signed_ticket(now),
        "claiming": a_signed_ticket(now),
        "returned": a_dispatched_ticket(now), "answered": an_answered_ticket(now),
        "callback": a_ticket_to_call_back(now), "tax": a_signed_ticket(now, TAX),
        "answering": a_signed_ticket(now), "promised": _promised(now),
    }  # fmt: skip


def _promised(now: datetime) -> str:
    """Return a ticket closed on a promise that its unit has reported kept; and an entry to cite."""
    due_on = shanghai_date(now) + timedelta(days=20)
    number = a_promised_ticket(now, promise=PromiseForm(text="余款三万元全部付清", due_on=due_on))
    on_ticket(number, now, MARKET, lambda step, one: promises.report(step, one, "余款已于昨日付清"))
    in_use()
    return number


def _letters() -> dict[str, int]:
    now = clock.now()
    made = {"proposed": letters.proposed(a_signed_ticket(now), now)}
    for name in ("drafted", "sent", "answered"):
        made[name] = letters.proposed(a_signed_ticket(now), now)
        letters.draft(made[name], now)
        if name != "drafted":
            letters.approve(made[name], now)
    letters.reply(made["answered"], now=now)
    with work() as session:
        query = select(Letter.id).where(Letter.kind == LetterKind.REFERRAL)
        made["referral"] = session.exec(query).first() or 0
    return made


def _breach() -> int:
    with work() as session:
        return session.exec(select(Breach.id).order_by(col(Breach.id).desc())).first() or 0


def _notice(number: str) -> int:
    with work() as session:
        query = select(OutboxMessage.id).join(Ticket, col(Ticket.id) == OutboxMessage.ticket_id)
        mine = query.where(Ticket.number == number, OutboxMessage.kind == NoticeKind.ASSIGNMENT)
        return session.exec(mine.order_by(col(OutboxMessage.id))).first() or 0


def _refused_excuse() -> None:
    """Leave a finding that the market authority may appeal against."""
    with work() as session:
        mine = select(Breach.id).join(Unit, col(Unit.id) == col(Breach.unit_id))
        late = session.exec(mine.where(Unit.slug == MARKET, Breach.judgement == "")).first() or 0
    form = FindingForm(kind="excused", reason="系统停机一日", evidence="《停机记录》")
    found = doing(clock.now(), SUPERVISOR, lambda one: findings.judge_breach(one, late, form).id)
    doing(clock.now(), SECOND_SUPERVISOR, lambda one: findings.decide(
        one, found, agreed=False, reason="记录对不上"))  # fmt: skip


def _evaluation(number: str) -> str:
    link = on_ticket(number, clock.now(), OPERATOR, issue_evaluation_link)
    return link.url.rsplit("/", 1)[1]


def sat(who: str) -> Browser:
    """Return a browser somebody has signed in with."""
    made = Browser()
    assert made.sign_in(who).status_code == 200, who
    return made


def _done(answer) -> None:
    assert answer.status_code < 400, answer.text


def _hotline(tickets: dict[str, str]) -> None:
    desk = sat(OPERATOR)
    desk.get("/desk")
    _done(desk.post("/drafts/call-1", **CALL))
    desk.get("/desk")
    _done(desk.post("/views", {"path": "/desk", "query": "list=callback", "name": "待回访的"}))


def _unit(tickets: dict[str, str]) -> None:
    unit = sat(MARKET)
    asked = {"working_days": "3", "reason": "需要现场检测"}
    _done(unit.submit(f"/tickets/{tickets['extending']}/extend", **asked))
    _done(unit.submit(f"/tickets/{tickets['claiming']}/statutory", **LAW))
    _done(unit.submit(f"/tickets/{tickets['returned']}/return", **RETURNED))
    unit.get("/unit")
    _done(unit.post(f"/drafts/{tickets['answering']}-answer", text="已联系企业，"))


def _supervisors(tickets: dict[str, str]) -> None:
    desk, today = sat(SUPERVISOR), shanghai_date(clock.now())
    since = str(today + timedelta(days=7))
    wanted = {"value": "2", "since": since, "reason": "参照外地做法", "send": "1"}
    _done(desk.submit("/rules/p/sign_for.limit", **wanted))
    desk.get("/calendar/import")
    _done(desk.post("/calendar/import", text=CSV, **NOTICE, send="1"))
    number = tickets["signed"]
    asked = {"what": "remind", "numbers": number, "back": "/supervise/tickets"}
    desk.get("/supervise/tickets?scope=open")
    _done(desk.post("/supervise/bulk", **asked))
    sent = {"words": "请抓紧办理。", "once": desk.hidden("once")}
    _done(desk.post("/supervise/bulk/send", **asked, **sent))


def _administrator(tickets: dict[str, str]) -> None:
    desk = sat(ADMINISTRATOR)
    desk.get("/admin/keys")
    _done(desk.post("/admin/keys/add", name="热线系统", scopes="tickets:write"))
    desk.get("/admin/webhooks")
    _done(desk.post("/admin/webhooks/add", **HOOK))


def addresses(made: Busy, role: Role) -> list[str]:
    """Return every page a role may open, with something on it; forms of what it may do, too."""
    found = [one for page in PAGES if role in roles(page) for one in filled(made, page)]
    number = made.tickets
    acts = [
        f"/tickets/{number[which]}/{name}" for which, name in ACTS
        if role in DOES.get(name, HOTLINE_ONLY)
    ]  # fmt: skip
    tickets = [f"/tickets/{one}" for one in number.values()] if role in SEES else []
    more = [f"{path}{one}" for path, rest in MORE.items() if path in found for one in rest]
    return list(dict.fromkeys(found + acts + tickets + more))


def filled(made: Busy, page: str) -> list[str]:
    """Return the addresses of a page that is looked at, none of what is downloaded or sent."""
    method, path = page.split(" ")
    if method != "GET" or any(one in path for one in FILES):
        return []
    if "{letter_id}" in path:
        return [path.format(letter_id=one) for one in made.letters.values()]
    if "{page}" in path or "{name}" in path:
        return [path.format(page=one) for one in ("accounts", "units") if "{page}" in path]
    facts = {"number": made.tickets["answered"], "key": "sign_for.limit", "request_id": 1,
             "secret": made.evaluation, "breach_id": made.breach, "subscription": 1,
             "mail_id": made.notice}  # fmt: skip
    if "/changes/" in path or "/bulk/" in path:
        facts["number"] = "2" if path.startswith("/calendar") else "1"
    return [path.format_map(defaultdict(lambda: "1", facts))]
