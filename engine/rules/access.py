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
    plain = _plain(called_by)
    if len(plain) < _SHORTEST_NAME:
        return _NO_NAME
    return _NO_PERSON.format(called_by.strip()) if _names_machine(plain, rules, on) else None


def _plain(name: str) -> str:
    """Return the letters and digits of a name alone, every digit as 0: ＡＩ-7 is ai0."""
    written = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"\d", "0", "".join(one for one in written if one.isalnum()))


def _names_machine(plain: str, rules: RuleSet, on: date) -> bool:
    """Return whether nothing is left of a name without its words for machines and posts.

    AI客服 is a machine's; 王智能, AI Wei and Abbott have something left and are persons'.
    """
    machines: list[str] = rules.parameters["callback.machine_words"].on(on).value
    posts: list[str] = rules.parameters["callback.post_words"].on(on).value
    known = {**dict.fromkeys([*posts, "0"], False), **dict.fromkeys(machines, True)}
    told = {0: False}  # how far known words reach, and whether one of them is a machine's
    for at in range(len(plain)):
        for word, machine in known.items() if at in told else ():
            if plain.startswith(word, at):
                end = at + len(word)
                told[end] = told.get(end, False) or told[at] or machine
    return told.get(len(plain), False)
