"""Days and limits as people write them: 11月28日, 28日前, 十一月二十八日, 下周五, 三日内."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

_WIDE = str.maketrans("０１２３４５６７８９．－／〇零两", "0123456789.-/00二")
_NUMERALS = "一二三四五六七八九"
_CHINESE = re.compile(r"[一二三四五六七八九十廿卅]{1,3}(?=个?(?:工作)?[月日号天周时小]|个星期)")
_DATE = re.compile(
    r"(?:(?P<year>\d{4})[年.\-/])?(?:(?P<month>1[0-2]|0?[1-9])(?:月(?:份)?|[.\-/]))"
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?![\d元万亿%])[日号]?"
)
_DAY_ONLY = re.compile(r"(?<![\d月.\-/第〕〔])(?P<day>3[01]|[12]\d|0?[1-9])[日号](?![内以]|之内)")
_RELATIVE = re.compile(
    r"[本下上]?(?:周|星期|礼拜)[一二三四五六日天末]|[本下]周|[本下]?月[底末初]|[上中下]旬|年[底末]"
    r"|明[天日]|后[天日]|次日|[今当]天|今日|即日"
)
_WITHIN = re.compile(r"\d+个?(?:工作日|自然日|日|天|周|星期|月|小时)(?:之|以)?内")
_AFTER_LIMIT = re.compile(
    r"^(?:[（(][^）)]*[）)])?(?:\d{1,2}[:：时点]\d{0,2}分?)?(?:之|以)?[前止]|^为限|^到期|^届满"
)
_BEFORE_LIMIT = re.compile(r"(?:不[迟晚]于|最[迟晚]|截[至止]|期限[为至]?|限|务必?于|务必在)$")

_DUE = re.compile(r"(?:应当?|须|需|请)[于在]$")  # 应于10日: a day to come


@dataclass(frozen=True)
class DayWord:
    """A day in somebody's words; `month` and `year` where they are said, `limits` if by then."""

    said: str
    year: int | None
    month: int | None
    day: int
    limits: bool

    def means(self, other: date) -> bool:
        """Return whether these words may mean that day."""
        whole = (self.year or other.year, self.month or other.month, self.day)
        return whole == (other.year, other.month, other.day)

    def after(self, other: date) -> bool:
        """Return whether the day lies after another one, for all its words say."""
        if self.month is None:
            return False
        year = self.year or other.year
        return (year, self.month, self.day) > (other.year, other.month, other.day)


def days_in(words: str) -> list[DayWord]:
    """Return the days that are named in words, however they are written."""
    plain = _plain(words)
    whole = list(_DATE.finditer(plain))
    taken = [found.span() for found in whole]
    alone = [found for found in _DAY_ONLY.finditer(plain)
             if not any(start <= found.start() < end for start, end in taken)]  # fmt: skip
    return [_day_word(found, plain) for found in (*whole, *alone)]


def limits_in(words: str, since: date, known: Collection[date] = ()) -> list[str]:
    """Return the words that set a time limit: by a day, within some days, or a day after `since`.

    A day of the past is a fact and no limit, and so is one of those `known`.
    """
    days = [one.said for one in days_in(words) if (one.limits or one.after(since))
            and not any(one.means(day) for day in known)]  # fmt: skip
    return [*days, *relative_days_in(words)]


def with_days_as(words: str, sign: str) -> str:
    """Return words without blanks, a sign standing for each day that is named in them."""
    return _DAY_ONLY.sub(sign, _DATE.sub(sign, _plain(words)))


def relative_days_in(words: str) -> list[str]:
    """Return the days and limits that are named without a date: 下周五, 月底, 三日内."""
    plain = _plain(words)
    return [found[0] for form in (_RELATIVE, _WITHIN) for found in form.finditer(plain)]


def _day_word(found: re.Match[str], plain: str) -> DayWord:
    said = found.groupdict()
    by_then = _AFTER_LIMIT.search(plain[found.end() :]) or _BEFORE_LIMIT.search(
        plain[: found.start()]
    )
    year, month = (int(value) if (value := said.get(part)) else None for part in ("year", "month"))
    limits = by_then or (month is None and _DUE.search(plain[: found.start()]))
    return DayWord(found[0], year, month, int(said["day"]), bool(limits))


def _plain(words: str) -> str:
    """Return words with numbers in digits and without blanks: 十一月 二十八日 is 11月28日."""
    close = re.sub(r"\s+", "", words.translate(_WIDE))
    return _CHINESE.sub(lambda found: str(_number(found[0])), close)


def _number(chinese: str) -> int:
    chinese = chinese.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = chinese.rpartition("十")
    if not ten:
        return _NUMERALS.find(chinese[-1]) + 1
    return (_NUMERALS.find(tens) + 1 if tens else 1) * 10 + (
        _NUMERALS.find(ones) + 1 if ones else 0
    )
