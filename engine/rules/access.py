"""What outside systems may do here: how often they may call, and whose callback they may report."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from engine.rules.callback import counts_as_human
from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import CallbackChannel

_SHORTEST_NAME = 2
_WORK_NUMBER, _DIGITS = "工号", re.compile(r"\d+")
_SOMEBODY, _POST, _NUMBER, _NOBODY = range(4)  # what a name's words say, the more the stronger
_NO_NAME = "请写明是谁打的回访电话：姓名或工号（called_by）。"
_NO_PERSON = (
    "“{}”不是一个人的姓名或工号；智能外呼请报 robot_call，不能算人工回访。确系人名的，请改写工号。"
)


@cites("house/H-62")
def old_key_ends(now: datetime, rules: RuleSet) -> datetime:
    """Return until when the replaced secret of an API key works beside the new one."""
    days: int = rules.parameters["keys.overlap"].on(shanghai_date(now)).value
    return now + timedelta(days=days)


@cites("house/H-64")
def calls_per_minute(own: int | None, now: datetime, rules: RuleSet) -> int:
    """Return how often a key may call in a minute: its own lower limit, or everybody's."""
    most: int = rules.parameters["keys.calls_per_minute"].on(shanghai_date(now)).value
    return most if own is None else min(own, most)


@cites("house/H-64")
def wrong_keys_per_minute(now: datetime, rules: RuleSet) -> int:
    """Return how many wrong keys one address may try in a minute."""
    most: int = rules.parameters["keys.wrong_per_minute"].on(shanghai_date(now)).value
    return most


@cites("house/H-65", "chengzhong-2023-19/113/callback")
def caller_refusal(
    channel: CallbackChannel, called_by: str, rules: RuleSet, on: date
) -> str | None:
    """Return why an outside report of a callback is refused; nothing when it may be taken.

    A person's callback names the person: what a machine did is no person's, and neither is what a
    placeholder stands for or a post without a number.
    """
    if not counts_as_human(channel, rules, on):
        return None
    plain = _plain(called_by)
    if len(plain) < _SHORTEST_NAME:
        return _NO_NAME
    nobody = _names_nobody(called_by, plain, rules, on)
    return _NO_PERSON.format(called_by.strip()) if nobody else None


def _written(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _plain(name: str) -> str:
    """Return the letters and digits of a name alone: ＡＩ-7 is ai7."""
    return "".join(one for one in _written(name) if one.isalnum())


def _names_nobody(called_by: str, plain: str, rules: RuleSet, on: date) -> bool:
    """Return whether a name is a machine's, a placeholder, or a post without a number.

    AI客服, test 1 and 话务员 name nobody; 客服 12 号, 工号 AI-7, 王智能 and AI Wei name somebody.
    """
    if _WORK_NUMBER in plain and _DIGITS.search(plain):
        return False
    posts: list[str] = rules.parameters["callback.post_words"].on(on).value
    machines: list[str] = rules.parameters["callback.machine_words"].on(on).value
    blanks: list[str] = rules.parameters["callback.nobody_words"].on(on).value
    if "".join(_written(called_by).split()) in blanks:
        return True
    known = {**dict.fromkeys(posts, _POST), **dict.fromkeys([*machines, *blanks], _NOBODY)}
    known |= {one: _NUMBER for one in posts if one.isnumeric()}
    return _most_told(plain, known) in (_POST, _NOBODY)


def _most_told(plain: str, known: Mapping[str, int]) -> int:
    """Return the most that known words say which a name is made of and nothing else; else none."""
    told = {0: _POST}  # how far known words reach, and the most that one of them says
    for at in range(len(plain)):
        for word, says in _words_at(plain, at, known) if at in told else ():
            end = at + len(word)
            told[end] = max(told.get(end, _POST), told[at], says)
    return told.get(len(plain), _SOMEBODY)


def _words_at(plain: str, at: int, known: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the known words at a place of a name, each with what it says; digits are one word."""
    number = _DIGITS.match(plain, at)
    if number:
        return [(number[0], known.get(number[0], _NUMBER))]
    return [(word, says) for word, says in known.items() if plain.startswith(word, at)]
