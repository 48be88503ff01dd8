"""What leaves the desks as Excel (导出): whole lists, without requesters, reports withheld."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

from engine.actions.day_ledger import days_in_words
from engine.actions.figures import report_now
from engine.actions.step import Step
from engine.documents.personal_words import without_personal_numbers
from engine.documents.workbook import MOST_ROWS, Column, Table, write_workbook
from engine.errors import KeysError
from engine.models.requester import name_of
from engine.rules.citations import Citation
from engine.rules.indicators import Figure
from engine.rules.ranking import Standing, UnitFigures, standings
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.shanghai import SHANGHAI, shanghai_date
from engine.settings import load_settings
from engine.store import breach_ledger, export_rows, unit_figures
from engine.store.breach_ledger import BreachFilter
from engine.store.breach_proof import AT_A_TIME, Beside, with_proof
from engine.store.desk_filters import TicketFilter
from engine.store.figure_cases import DEEMED
from engine.store.figure_days import kept_lately
from engine.store.histories import units_by_id
from engine.terms import (
    BreachJudgement,
    ClockKind,
    FindingState,
    Indicator,
    LimitUnit,
    Term,
    TicketKind,
)

DEMONSTRATION = "演示件"
WITHHELD = {True: "（保密件，登录后查看）", False: ""}
UNREADABLE = "（个人信息密钥不在，内容不导出）"
SHORTEST_NAME = 2
REPORT = "（举报件，内容不导出）"
DEMONSTRATES = "演示数据：企业、人名、号码都是编的，不得用作考核、通报的依据。"
MARKED = "“演示件”一栏写“是”的是演示件，不计入指标、通报和考核。"


@dataclass(frozen=True)
class Export:
    """An export ready to be written: its Chinese name, its table, and its conditions in words."""

    name: str
    table: Table
    conditions: str

    @property
    def file_name(self) -> str:
        """Return what its file is called; that of a demonstration says so, for CSV has no sheet."""
        return f"演示-{self.name}" if load_settings().demo_data else self.name


def write(step: Step, export: Export, target: IO[bytes]) -> int:
    """Write an export to a file and return its number of rows; the first sheet says what it is."""
    return write_workbook(target, export.table, lambda count: _about(step, export, count))


def _about(step: Step, export: Export, count: int) -> Iterable[tuple[str, str]]:
    rules = step.rules
    yield "名称", export.name
    yield "条件", export.conditions
    yield "规则版本", rules.parameters.version
    yield "日历版本", rules.calendar.version
    yield "生成时间", f"{step.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}（北京时间）"
    yield "生成人", step.actor.name
    yield "行数", f"{count}{'（Excel 只导出这么多，全部请用 CSV）' if count >= MOST_ROWS else ''}"
    yield "出处", f"{load_settings().organ_name} {load_settings().hotline_name}"
    yield "说明", "不含诉求人信息；举报件、保密件的内容不导出。"
    if load_settings().demo_data:
        yield "演示", DEMONSTRATES
    elif any(one.head == DEMONSTRATION for one in export.table.columns):
        yield "演示", MARKED


def tickets(
    step: Step, wanted: TicketFilter, conditions: str, most: int | None = MOST_ROWS
) -> Export:
    """Return the list of tickets that fit a filter (工单清单); `most` rows of it, or all."""
    columns = _columns(
        "工单号:16 类型 紧急程度 状态 事项:44 承办单位:20 受理时间:17 诉求人到期日:13 到期日状态 "
        "办结答复时间:17 归档时间:17 诉求人时限超期:15 其超期工作日:13 超期的时限:30 退单次数 "
        "重办次数 任务项 演示件"
    )
    found = export_rows.tickets(step.session, wanted, step.now, most)
    return Export("工单清单", Table("工单清单", columns, (_ticket(step, row) for row in found)),
                  conditions)  # fmt: skip


def _columns(heads: str) -> tuple[Column, ...]:
    parts = (one.partition(":") for one in heads.split())
    return tuple(Column(head, int(width or 11)) for head, _, width in parts)


def _ticket(step: Step, row: Any) -> Sequence[object]:
    (number, kind, urgency, status, title, confidential, unit, accepted_at, due_on, due_at,
     due_status, stopped_at, closed_at, returns, reworks, rows, invented,
     *who, missed) = row  # fmt: skip
    end = stopped_at or step.now
    late = due_at is not None and end >= due_at
    days = _late_days(step, due_on, shanghai_date(end)) if late else 0
    return (
        number, kind.label, urgency.label, status.label, _matter(kind, confidential, title, who),
        unit or "", accepted_at, due_on, due_status.label if due_status else "不设时限",
        stopped_at, closed_at, late, days, _missed(missed), returns, reworks,
        "、".join(map(str, rows)), _marked(invented),
    )  # fmt: skip


def _marked(demonstration: bool) -> str:
    return "是" if demonstration else ""


def _missed(kinds: Sequence[str] | None) -> str:
    """Return which limits of a ticket were missed, the requester's first; nothing where none."""
    return "、".join(one.label for one in ClockKind if one.value in (kinds or ()))


def _late_days(step: Step, due_on: date, end: date) -> int:
    return step.rules.calendar.working_days_between(due_on, end)


def _matter(kind: TicketKind, confidential: bool, words: str, who: Sequence[Any]) -> str:
    """Return what may be told of a matter outside the desks; `who` is its sealed requester."""
    if kind is TicketKind.REPORT:
        return REPORT
    return WITHHELD[confidential] or without_personal_numbers(_without_name(words, who))


def _without_name(words: str, who: Sequence[Any]) -> str:
    """Return words without the name of who brought the ticket; without its key, nothing of them."""
    try:
        name = name_of(*who)
    except KeysError:
        return UNREADABLE
    return words.replace(name, "〔姓名〕") if len(name) >= SHORTEST_NAME else words


def breaches(step: Step, wanted: BreachFilter, conditions: str) -> Export:
    """Return the ledger of breaches that fit a filter (超期明细): proof, findings, appeals."""
    columns = _columns(
        "工单号:16 类型 时限 单位:20 任务项 指标:30 应于:12 超期起:17 发现:17 停止:17 停止原因:14 "
        "超期工作日 系统判定 期限:9 "
        "依据:30 规则版本:18 日历版本:22 整件工单谁用了几天:30 升级阶梯:36 通知送达:30 "
        "主管认定 理由和依据:44 证据:30 认定人 认定时间:17 复核人 复核时间:17 申诉期至:12 申诉 "
        "申诉裁定:30 演示件"
    )
    return Export("超期明细", Table("超期明细", columns, _breaches(step, wanted)), conditions)


def _breaches(step: Step, wanted: BreachFilter) -> Iterator[Sequence[object]]:
    """Yield the lines of the ledger, each with whose days its ticket used, a thousand at a time."""
    left = with_proof(step.session, breach_ledger.every(step.session, wanted))
    while some := list(islice(left, AT_A_TIME)):
        ids = {row.ticket_id for row, _ in some}
        used = days_in_words(step.session, ids, step.now, step.rules)
        for row, beside in some:
            yield _breach(step, row, beside, used.get(row.ticket_id, ""))


def _breach(
    step: Step, row: breach_ledger.LedgerLine, beside: Beside, used: str
) -> Sequence[object]:
    deemed = row.stop_reason == DEEMED  # what it waited for ended with its limit: no day late
    end = row.due_on if deemed or row.withdrawn else shanghai_date(row.stopped_at or step.now)
    return (
        row.number, row.ticket_kind.label, row.kind.label, row.unit or "热线",
        "、".join(map(str, row.rows)), load_catalogue().indicators(row.rows),
        row.due_on, row.true_at, row.detected_at, row.stopped_at,
        row.stopped_by, _late_days(step, row.due_on, end), row.ruled,
        f"{row.limit or ''} {_unit_of(row.limit_unit)}",
        Citation.from_json(row.citation).label if row.citation else "", row.rules_version or "",
        row.calendar_version or "", used, beside.rungs, beside.mails, *_judged(row, beside),
        _marked(row.demonstration),
    )  # fmt: skip


def _unit_of(unit: str | None) -> str:
    return LimitUnit.parse(unit).label if unit else ""


def _judged(row: breach_ledger.LedgerLine, beside: Beside) -> Sequence[object]:
    """Return the columns of a breach's finding; one that waits for another person is said so."""
    finding = beside.finding
    if finding is None:
        found = BreachJudgement.parse(row.judgement or BreachJudgement.OPEN.value)
        return (found.label, without_personal_numbers(row.judgement_reason), *[""] * 8)
    alone = finding.decided_by_id == finding.proposed_by_id
    second = ("", "") if alone else (beside.second, finding.decided_at)
    waits = finding.state is not FindingState.IN_FORCE
    word = f"{finding.kind.label}（{finding.state.label}）" if waits else finding.kind.label
    ruling = {None: "", True: "改变：", False: "维持："}[finding.appeal_changed]
    return (
        word, without_personal_numbers(finding.reason), without_personal_numbers(finding.evidence),
        beside.proposer, finding.proposed_at, *second, finding.appeal_until,
        without_personal_numbers(finding.appeal_reason),
        ruling + without_personal_numbers(finding.appeal_ruling),
    )  # fmt: skip


def callbacks(
    step: Step, unit_id: int | None, period: tuple[date, date], conditions: str
) -> Export:
    """Return every attempt to reach requesters in a period (回访台账)."""
    columns = _columns(
        "工单号:16 类型 承办单位:20 轮次 须人工回访 为何:24 回访状态 时间:17 方式 结果 "
        "已联系诉求人 是否解决 满意度 原话:44 回访人:12 演示件"
    )
    found = export_rows.callbacks(step.session, unit_id, *period)
    return Export("回访台账", Table("回访台账", columns, map(_callback, found)), conditions)


def _callback(row: Any) -> Sequence[object]:
    (number, kind, confidential, unit, round_, human, why, state, at, channel, result, contacted,
     solved, satisfaction, words, by, invented, *who) = row  # fmt: skip
    said = _matter(kind, confidential, words, who) if words else ""
    return (
        number, kind.label, unit or "", round_, human, why, state.label, at, channel.label,
        result.label, "" if contacted is None else contacted, _label(solved), _label(satisfaction),
        said, by or "系统", _marked(invented),
    )  # fmt: skip


def _label(word: Term | None) -> str:
    return word.label if word else ""


def units(step: Step, period: tuple[date, date]) -> Export:
    """Return how the units did in a period (单位汇总), ranked only where the district ranks."""
    columns = _columns(
        "单位:24 名次:16 应办结 按期 按期率% 免责 剔除 调整后应办结:14 调整后按期率%:16 超期 "
        "视为签收 退过单 重办 有效评价 满意率% 调整后有效评价:16 调整后满意率%:16"
    )
    words = (
        f"应办结日 {period[0]} 至 {period[1]}，退给别的单位的不计；"
        "视为签收、退过单、重办归到那次派单的承办到期日；满意率按这段时间的回访日归期，与“指标”相同；"
        f"汇总截至 {stood_at(step).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    )
    rows = (_standing(one) for one in unit_standings(step, period))
    return Export("单位汇总", Table("单位汇总", columns, rows), words)


def unit_standings(step: Step, period: tuple[date, date]) -> list[Standing]:
    """Return the units beside each other for a period."""
    owed = unit_figures.unit_figures(step.session, *period, step.now)
    by_name = {one.name: one for one in owed}
    for unit, figures in report_now(step.session, step.rules, period, step.now).units:
        said = next(one for one in figures if one.indicator is Indicator.SATISFIED)
        if said.raw.n or unit.name in by_name:
            known = by_name.get(unit.name, UnitFigures(unit.name))
            by_name[unit.name] = replace(known, satisfied=said)
    every = sorted(units_by_id(step.session).items())
    named = [by_name[one.name] for _, one in every if one.name in by_name]
    return standings(named, step.rules, shanghai_date(step.now))


def stood_at(step: Step) -> datetime:
    """Return of when the figures of `unit_standings` are."""
    return kept_lately(step.session, step.now) or step.now


def _standing(one: Standing) -> Sequence[object]:
    figures = one.figures
    return (
        figures.name, one.rank or one.why, figures.due, figures.in_time, _percent(one.rate),
        figures.excused, figures.left_out, figures.fair_due, _percent(one.adjusted),
        figures.late, figures.deemed_signed, figures.returned, figures.reworked,
        *_content(figures.satisfied),
    )  # fmt: skip


def _content(said: Figure | None) -> Sequence[object]:
    """Return how many said how content they are, and the rate, raw and adjusted."""
    if said is None:
        return (0, _percent(None), 0, _percent(None))
    return (said.raw.n, _percent(said.value), said.fair.n, _percent(said.adjusted))


def _percent(rate: float | None) -> float | str:
    return "不适用" if rate is None else round(rate, 1)
