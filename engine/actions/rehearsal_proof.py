"""Proves a rehearsal (推演): lives of every path are led by the real actions and told the same."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import select

from engine.actions.rehearsal_scratch import TABLES, report_of, unguarded, write
from engine.actions.rehearsing import disagreement, last_moment
from engine.actions.setup import demo_accounts
from engine.errors import EngineError
from engine.models import Unit
from engine.rules.indicators import Figure
from engine.rules.rehearsal import Ran, run, sample
from engine.rules.rule_set import RuleSet
from engine.store.database import work
from engine.terms import Indicator

Track = Callable[[Sequence[Ran]], Iterable[Ran]]
# A rework that follows an unhappy call goes on for real, and no rehearsal says for how long.
UNTOLD = frozenset({Indicator.REWORK_ON_TIME})
SHOWN = 3
LAST = "SELECT COALESCE(max(id), 0) FROM ticket"
SAID = (
    "抽查 {led} 件（{every} 种走法中的 {paths} 种，每种先取一件），在临时数据库里用真实的受理、"
    "派单、签收、首次联系、答复、审核、回访和督办扫描走了一遍：每个时限的起点、到期时刻和每一级阶梯的时刻都与推演"
    "一致，由真实流程留下的记录算出的指标也与推演写入的一致。{left}其余各件只由同一套规则函数推演；"
    "临时库已删除。"
)
LEFT = "另有 {} 件的经过不能只凭这些动作重走，没有比。"


def units_there(names: Collection[str], now: datetime) -> None:
    """Add the units an installation has and the list does not, with somebody who answers."""
    with work() as session:
        known = set(session.exec(select(Unit.name)).all())
        for place, name in enumerate(sorted(set(names) - known)):
            session.add(Unit(name=name, slug=f"added{place}", aliases=[], kind="district"))
    demo_accounts(now)


def chosen(ran: Sequence[Ran], most: int, now: datetime) -> list[Ran]:
    """Return the lives that are led for real: of every path first, none that is still to come."""
    return sample([one for one in ran if last_moment(one.life, now) <= now], most)


def proof(
    ran: Sequence[Ran], some: Sequence[Ran], rules: RuleSet, now: datetime, track: Track
) -> str:
    """Lead some lives by the real actions in a scratch database, and say what came of it."""
    if not some:
        return "没有用真实流程抽查。"
    led, wrong = lead(track(some), rules, now)
    wrong = wrong or figures_apart(led, rules, now)
    if wrong:
        told = "；".join(wrong[:SHOWN])
        return f"抽查 {len(led)} 件，与真实流程不一致，本报告不可用：{told}"
    paths, every = len({one.path for one in led}), len({one.path for one in ran})
    left = LEFT.format(len(some) - len(led)) if len(led) < len(some) else ""
    return SAID.format(led=len(led), paths=paths, every=every, left=left)


def lead(some: Iterable[Ran], rules: RuleSet, now: datetime) -> tuple[list[Ran], list[str]]:
    """Lead lives by the real actions; return those that could be, and where they differ."""
    led, wrong = [], []
    for place, one in enumerate(some):
        before = _last_ticket()
        try:
            said = disagreement(one.life, rules, now, place)
        except EngineError:  # what really happened took a turn that a life does not tell of
            _forget_after(before)
            continue
        led.append(one)
        wrong += [said] if said else []
    return led, wrong


def _last_ticket() -> int:
    with work() as session:
        return int(session.connection().execute(text(LAST)).scalar_one())


def _forget_after(ticket: int) -> None:
    """Remove a ticket that could be led half its way only, with all that hangs on it."""
    with work() as session, unguarded(session):
        for table in TABLES:
            column = "id" if table == "ticket" else "ticket_id"
            gone = text(f"DELETE FROM {table} WHERE {column} > :last")
            session.connection().execute(gone, {"last": ticket})


def figures_apart(some: Sequence[Ran], rules: RuleSet, now: datetime) -> list[str]:
    """Return which indicators of led lives differ from those of the same lives as written."""
    ended = [run(one.life, rules, last_moment(one.life, now)) for one in some]
    with work() as session:
        led = report_of(session, ended, rules, now).district
        write(session, ended, rules)
        written = report_of(session, ended, rules, now).district
    pairs = zip(led, written, strict=True)
    return [_apart(one, other) for one, other in pairs
            if one.raw != other.raw and one.indicator not in UNTOLD]  # fmt: skip


def _apart(one: Figure, other: Figure) -> str:
    return f"{one.indicator.label}：真实流程 {one.raw}；推演 {other.raw}"
