"""One mail a day to everybody who owns work (每日摘要, H-88); nobody idle gets one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlmodel import Session

from engine.actions import post
from engine.actions.actor import SYSTEM
from engine.actions.own_words import Own
from engine.actions.post import Addressee, Mail
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.documents.told_days import ToldDay
from engine.errors import CalendarNotPublishedError
from engine.models import Unit
from engine.rules.shanghai import shanghai_date, shanghai_moment, spoken_date
from engine.settings import load_settings
from engine.store import daily_work, decisions_waiting, outbox
from engine.store.daily_work import LISTED, Owed
from engine.store.row_security import as_house
from engine.terms import NoticeKind, Recipient, Role

ABOUT = "每日摘要"
DECISIONS: Mapping[str, str] = {
    "panel": "会商", "returned": "再次退单", "extensions": "延期申请", "refusals": "不予受理",
    "letters": "函件", "referrals": "线索移交", "claims": "法定时限", "shortenings": "到期日提前",
    "changes": "规则和日历", "findings": "认定和申诉", "bulletins": "通报",
}  # fmt: skip


@dataclass
class _Letterbox:
    """What one address is told: as whom, of which unit, and what is owed."""

    role: Recipient
    unit: Unit | None = None
    owed: dict[Owed, None] = field(default_factory=dict)


def tell(session: Session, now: datetime) -> dict[str, int]:
    """Owe each address its mail of this Shanghai day; return how many have work, and new mails.

    Only on working days, from the hour set on till work ends: the next day has its own. A second
    call on the same day owes nothing more.
    """
    step = Step(session, SYSTEM, now, rules_in_force(session))
    if not _due(step):
        return {"recipients": 0, "mailed": 0}
    with as_house(session):
        boxes = {address: box for address, box in _boxes(step).items() if box.owed}
    mailed = sum(_mail(step, address, box) for address, box in boxes.items())
    return {"recipients": len(boxes), "mailed": mailed}


def due(session: Session, now: datetime) -> bool:
    """Return whether the mails of this Shanghai day are owed and were not written yet."""
    return _due(Step(session, SYSTEM, now, rules_in_force(session)))


def _due(step: Step) -> bool:
    on = shanghai_date(step.now)
    begins, ends = (
        shanghai_moment(on, time.fromisoformat(step.rules.parameters[key].on(on).value))
        for key in ("notices.daily_digest_at", "calendar.closes_at")
    )
    if not begins <= step.now < ends or not _wanted(step, on):
        return False
    return not outbox.owed(step.session, _key(step.now))


def _wanted(step: Step, on: date) -> bool:
    if not step.rules.parameters["notices.daily_digest"].on(on).value:
        return False
    try:
        return step.rules.calendar.is_working_day(on)
    except CalendarNotPublishedError:
        return on.isoweekday() <= 5  # noqa: PLR2004 - Friday


def _boxes(step: Step) -> dict[str, _Letterbox]:
    session, boxes = step.session, dict[str, _Letterbox]()
    for unit in daily_work.units_with_work(session):
        work = daily_work.of_unit(session, unit, step.now)
        hands = [unit.email, *daily_work.people(session, Role.HANDLER, unit)]
        heads = [unit.leader_email, *daily_work.people(session, Role.UNIT_LEADER, unit)]
        _put(boxes, hands, work, _Letterbox(Recipient.UNIT, unit))
        urgent = [one for one in work if one.urgent]
        _put(boxes, heads, urgent, _Letterbox(Recipient.UNIT_LEADER, unit))
    waiting = [*_decisions(step), *daily_work.overdue(session, step.now)]
    supervisors = daily_work.people(session, Role.SUPERVISOR)
    _put(boxes, supervisors, waiting, _Letterbox(Recipient.SUPERVISOR))
    operators = daily_work.people(session, Role.OPERATOR)
    _put(boxes, operators, daily_work.callbacks(session), _Letterbox(Recipient.HOTLINE))
    return boxes


def _put(
    boxes: dict[str, _Letterbox], to: Iterable[str], owed: Sequence[Owed], kind: _Letterbox
) -> None:
    """Add what is owed to each address; one that has a mail already gets no second one."""
    for address in filter(None, to):
        box = boxes.setdefault(address, _Letterbox(kind.role, kind.unit))
        box.owed.update(dict.fromkeys(owed))


def _decisions(step: Step) -> list[Owed]:
    version = step.rules.calendar.version
    found = decisions_waiting.counts(step.session, step.now, version)
    return [Owed(name, "待决定", f"{found[key]}件") for key, name in DECISIONS.items()
            if found.get(key)]  # fmt: skip


def _mail(step: Step, address: str, box: _Letterbox) -> int:
    settings, owed = load_settings(), list(box.owed)
    facts = {
        "items": [_item(one) for one in owed[:LISTED]], "about": ABOUT, "confidential": False,
        "summary": _summary(step.now, owed), "more": len(owed[LISTED:]),
        "unit": box.unit.name if box.unit else "值班人员", "link": f"{settings.link_base}/",
        "hotline_name": settings.hotline_name, "contact": settings.contact,
    }  # fmt: skip
    mail = Mail(key=_key(step.now), kind=NoticeKind.DIGEST, facts=facts, unit=box.unit)
    return post.post(step, None, mail, [Addressee(address, box.role)])


def _key(now: datetime) -> str:
    return f"daily:{shanghai_date(now).isoformat()}"


def _summary(now: datetime, owed: Sequence[Owed]) -> str:
    """Return how much of what there is, such as 11月24日（周二）待办：已超期1件、在办2件."""
    counts: dict[str, int] = {}
    for one in owed:
        name = one.kind if one.kind == "待决定" else one.what
        counts[name] = counts.get(name, 0) + 1
    said = "、".join(f"{name}{count}{'类' if name == '待决定' else '件'}"
                     for name, count in counts.items())  # fmt: skip
    return f"{spoken_date(shanghai_date(now))}待办：{said}。"


def _item(one: Owed) -> dict[str, object]:
    base = load_settings().link_base
    ticketed = one.kind != "待决定" and one.what != "待反馈"
    link = f"{base}/tickets/{one.number}" if ticketed else f"{base}/"
    return {
        "number": one.number, "kind": one.kind, "confidential": one.confidential,
        "what": Own(one.what),
        "due_on": one.due_on and ToldDay(one.due_on, one.provisional),
        "limit": one.limit, "link": link,
    }  # fmt: skip
