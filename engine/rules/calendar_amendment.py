"""Holiday-cn's JSON against a published year: the differences come as a notice of their own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.errors import RuleError
from engine.rules.calendar_files import NATIONAL, Notice, YearFile, load_year_files
from engine.rules.calendar_import import amended, read_notice_file, without_idle_strays


def file_to_import(path: Path, *, number: str = "", dated: date | None = None) -> YearFile:
    """Return the year file an import would make of a file, published notices kept as they are.

    Our own format is taken as it stands. JSON carries a whole year without its notices: where the
    year is published already, what differs becomes a new notice by `number` and `dated`.

    Raises:
        RuleError: the file cannot be read, or `number` is that of a published notice.
    """
    stated = read_notice_file(path, number=number, dated=dated)
    published = {file.year: file for file in load_year_files(NATIONAL)}
    if path.suffix != ".json" or stated.year not in published:
        return stated
    return amendment_of(without_idle_strays(stated), published[stated.year])


def amendment_of(stated: YearFile, published: YearFile) -> YearFile:
    """Return a published year with one more notice that makes its days those of `stated`.

    Without differences it is the published year itself.

    Raises:
        RuleError: something differs, and the number is that of a published notice.
    """
    (whole,) = stated.notices
    off, work = _in_force(published)
    notice = replace(
        whole,
        days_off={on: why for on, why in whole.days_off.items() if on not in off},
        make_up_days={on: why for on, why in whole.make_up_days.items() if on not in work},
        restored=_restored(whole, off, work),
    )
    if not (notice.days_off or notice.make_up_days or notice.restored):
        return published
    if whole.number in {one.number for one in published.notices}:
        msg = f"{published.year} 年的通知 {whole.number} 已载入，日期不同：请写明变更通知的文号"
        raise RuleError(msg)
    return amended(published, notice, stated.checked_on)


def _in_force(file: YearFile) -> tuple[Mapping[date, str], Mapping[date, str]]:
    """Return the days off and the make-up days of a year after all its notices."""
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    for notice in file.notices:
        for on in (*notice.restored, *notice.make_up_days):
            off.pop(on, None)
        for on in (*notice.restored, *notice.days_off):
            work.pop(on, None)
        off.update(notice.days_off)
        work.update(notice.make_up_days)
    return off, work


def _restored(whole: Notice, off: Mapping[date, str], work: Mapping[date, str]) -> tuple[date, ...]:
    """Return the days that are ordinary again: neither off nor worked by the new list."""
    stated = whole.days_off.keys() | whole.make_up_days.keys()
    return tuple(sorted((off.keys() | work.keys()) - stated))
