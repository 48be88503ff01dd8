"""What outside systems may do here: how often they may call, and whose callback they may report."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from engine.rules.callback import counts_as_human
from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import CallbackChannel

_SHORTEST_NAME = 2
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

    A person's callback names the person; what a machine did never counts as a person's.
    """
    if not counts_as_human(channel, rules, on):
        return None
    name = called_by.strip()
    if len(name) < _SHORTEST_NAME:
        return _NO_NAME
    return _NO_PERSON.format(name) if _names_machine(name, rules, on) else None


def _names_machine(name: str, rules: RuleSet, on: date) -> bool:
    """Return whether a name has a word for a machine in it, however it is spelled.

    Chinese words count wherever they stand, Latin ones as whole words: Abbott is no bot.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    latin = set(re.findall(r"[a-z]+", plain.replace(".", "")))
    joined = "".join(one for one in plain if one.isalnum())
    words: list[str] = rules.parameters["callback.machine_words"].on(on).value
    return any(word in (latin if word.isascii() else joined) for word in words)
