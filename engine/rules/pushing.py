"""When an event that did not arrive is pushed again (事件推送), and when pushing stops."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date

_ALL = 100


def _value(key: str, rules: RuleSet, now: datetime) -> Any:
    return rules.parameters[key].on(shanghai_date(now)).value


@cites("house/H-60")
def retry_at(attempts: int, now: datetime, rules: RuleSet, draw: float) -> datetime | None:
    """Return when to push again after `attempts` failed ones; nothing once all are used up.

    `draw`, from 0 up to 1, is how much of the allowed random delay is added.
    """
    delays = _value("webhooks.retry_after", rules, now)
    if attempts > len(delays):
        return None
    return now + _stretched(delays[max(attempts, 1) - 1], now, rules, draw)


def _stretched(seconds: int, now: datetime, rules: RuleSet, draw: float) -> timedelta:
    most = _value("webhooks.jitter", rules, now)
    return timedelta(seconds=seconds * (1 + draw * most / _ALL))


@cites("house/H-60")
def paused_until(failures: int, now: datetime, rules: RuleSet, draw: float) -> datetime:
    """Return until when a receiver in trouble is left alone, after so many failures in a row."""
    delays = _value("webhooks.retry_after", rules, now)
    longest = timedelta(minutes=_value("webhooks.longest_pause", rules, now))
    seconds = delays[min(max(failures, 1), len(delays)) - 1]
    return now + min(longest, _stretched(seconds, now, rules, draw))


@cites("house/H-60")
def longest_wait(now: datetime, rules: RuleSet) -> timedelta:
    """Return how long a receiver may take to answer."""
    return timedelta(seconds=_value("webhooks.timeout", rules, now))


@cites("house/H-61")
def gives_up(failing_since: datetime | None, now: datetime, rules: RuleSet) -> bool:
    """Return whether a receiver has taken nothing for so long that pushing to it stops."""
    if failing_since is None:
        return False
    return now - failing_since >= timedelta(days=_value("webhooks.stop_after", rules, now))


@cites("house/H-62")
def old_secret_ends(now: datetime, rules: RuleSet) -> datetime:
    """Return until when the replaced signing secret signs beside the new one."""
    return now + timedelta(days=_value("webhooks.secret_overlap", rules, now))


@dataclass(frozen=True)
class Kept:
    """From which moments on records of pushes are kept: those settled, and those that failed."""

    settled_since: datetime
    unsent_since: datetime


@cites("house/H-63")
def kept(now: datetime, rules: RuleSet) -> Kept:
    """Return which records of pushes are still kept."""
    settled = timedelta(days=_value("webhooks.keep_settled", rules, now))
    unsent = timedelta(days=_value("webhooks.keep_unsent", rules, now))
    return Kept(now - settled, now - unsent)
