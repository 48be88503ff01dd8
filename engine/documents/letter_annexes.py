"""The annexes of letters: 期限计算书, 工单办理经过 and 问题线索移交登记表, each with its table."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.documents.letter_data import Annex, Paragraph
from engine.documents.personal_words import without_personal_numbers
from engine.documents.templates import (
    fill,
    written_after,
    written_day,
    written_moment,
)
from engine.rules.shanghai import weekday_name
from engine.terms import DayKind

FINGERPRINT_SHOWN = 16
# The rows both sides sign, with what they sign for: never alone on a page.
SIGNED_TOGETHER = 4


@dataclass(frozen=True)
class CertificateDay:
    """One day of a deadline: what sort of day, which counted day it is, and by what notice."""

    day: date
    kind: DayKind
    ordinal: int | None = None
    note: str = ""


@dataclass(frozen=True)
class HistoryLine:
    """One event of a ticket as a letter shows it: number, moment, words without names."""

    number: int
    at: datetime
    text: str


@dataclass(frozen=True)
class Material:
    """One item of the list of material handed over (材料清单)."""

    name: str
    pages: int | None = None
    sha256: str = ""


def certificate_annex(
    body: tuple[Paragraph, ...], days: tuple[CertificateDay, ...], name: str = ""
) -> Annex:
    """Return the 期限计算书: the sentence, then every day from receipt to the due date."""
    return Annex(
        title=f"期限计算书（{name}）" if name else "期限计算书",
        natural=True,
        body=body,
        header=("日期", "星期", "性质", "计入", "依据") if days else (),
        widths=(30, 17, 15, 11, 32) if days else (),
        rows=tuple(_day_row(run) for run in _runs(days)),
    )


def history_annex(history: tuple[HistoryLine, ...]) -> Annex:
    """Return the 工单办理经过: the events behind the letter, in order."""
    return Annex(
        title="工单办理经过",
        natural=True,
        header=("事件号", "时间", "事项"),
        widths=(2, 5, 11),
        rows=tuple(_history_row(line) for line in history),
        prose=True,
    )


def fingerprint(annex: Annex) -> str:
    """Return the SHA-256 of what an annex says: its title, words and rows, a line each."""
    words = [part.lead + part.text for part in (*annex.body, *annex.closing)]
    rows = ["\t".join(row) for row in (annex.header, *annex.rows)]
    return hashlib.sha256("\n".join([annex.title, *words, *rows]).encode()).hexdigest()


def register_annex(words: Mapping[str, object], materials: tuple[Material, ...]) -> Annex:
    """Return the 问题线索移交登记表, to be signed by both sides; it never names a reporter."""
    filled = fill("referral_register.txt.j2", {**words, "materials": materials})
    lines = filled.strip().splitlines()
    listed = [f"{index}. {_material(item)}" for index, item in enumerate(materials, start=1)]
    pairs = [line.partition("：")[::2] for line in lines if line.strip()]
    rows = [("材料清单", "\n".join(listed) or "无") if name == "材料清单" else (name, text)
            for name, text in pairs]  # fmt: skip
    return Annex(
        title="问题线索移交登记表",
        header=("项目", "内容"),
        widths=(5, 27),
        rows=tuple(rows),
        prose=True,
        together=SIGNED_TOGETHER,
    )


def _history_row(line: HistoryLine) -> tuple[str, ...]:
    return str(line.number), str(written_moment(line.at)), without_personal_numbers(line.text)


def _day_row(run: list[CertificateDay]) -> tuple[str, ...]:
    first, last = run[0], run[-1]
    counted = f"第{first.ordinal}日" if first.ordinal else "不计"
    dates, weekdays = str(written_day(first.day)), weekday_name(first.day)
    if len(run) > 1:
        same_month = (first.day.year, first.day.month) == (last.day.year, last.day.month)
        until = f"{last.day.day}日" if same_month else written_after(last.day, first.day)
        dates = f"{dates}至{until}"
        weekdays = f"{weekdays}至{weekday_name(last.day)}"
    return (dates, weekdays, first.kind.label, counted, first.note)


def _runs(days: tuple[CertificateDay, ...]) -> list[list[CertificateDay]]:
    # Days that count stand alone; neighbours that do not count, for the same reason, share a line.
    runs: list[list[CertificateDay]] = []
    for day in days:
        last = runs[-1][-1] if runs else None
        if last and not day.ordinal and _reason(last) == _reason(day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _reason(day: CertificateDay) -> tuple[DayKind, int | None, str]:
    return day.kind, day.ordinal, day.note


def _material(item: Material) -> str:
    pages = f"，{item.pages}页" if item.pages else ""
    fingerprint = f"，校验码{item.sha256[:FINGERPRINT_SHOWN]}" if item.sha256 else ""
    return f"{item.name}{pages}{fingerprint}"
