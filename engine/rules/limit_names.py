"""What a limit is called: by its kind, or by its own rule where that gives it another name."""

from collections.abc import Mapping
from types import MappingProxyType

from engine.rules.citations import cites
from engine.terms import ClockKind

OWN_NAMES: Mapping[str, str] = MappingProxyType({"supervision.reply_limit": "督办函反馈时限"})


@cites("house/H-92")
def limit_name(kind: ClockKind, rule: str) -> str:
    """Return a limit's name; that of a 督办函's reply (H-92) is not that of a 整改函's."""
    return OWN_NAMES.get(rule, kind.label)
