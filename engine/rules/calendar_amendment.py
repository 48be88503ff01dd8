"""A list of days against a published year: the differences come as a notice of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from engine.errors import RuleError
from engine.rules.calendar_files import Notice, YearFile
from engine.rules.calendar_import import amended, without_idle_strays
from engine.rules.calendar_reading import HandedIn


def file_to_import(given: HandedIn, known: Sequence[YearFile]) -> YearFile:
    """Return the year file an import would make of a text, published notices kept as they are.

    Our own format is taken as it stands. A list of days carries a whole year without its notices:
    where `known` has the year already, what differs becomes a new notice.

    Raises:
        RuleError: the text cannot be read, or its number is that of a published notice.
    """
    stated = given.year_file()
    published = {(one.region, one.year): one for one in known}.get((stated.region, stated.year))
    if not given.lists_days or published is None:
        return stated
    return amendment_of(without_idle_strays(stated), published)


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
