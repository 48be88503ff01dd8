"""Events of what is none any more (撤销前的超期、升级、认定，撤回的发函): nothing rests on them."""

from collections.abc import Iterable

from engine.models import TicketEventRecord
from engine.terms import TicketEvent

WITHDRAWS = "withdraws"  # in the details of a note: the numbers of the findings it withdraws
OF_A_CLOCK = frozenset({TicketEvent.BREACH, TicketEvent.ESCALATE})


def taken_back(records: Iterable[TicketEventRecord]) -> frozenset[int]:
    """Return the numbers of what was recorded of a limit before its breach was withdrawn.

    A limit that was moved may be missed again: what is recorded after the withdrawal stands. So
    does the sending of a letter that was called back (撤回发函) and sent again. What was found of
    a reply and withdrawn since is among them.
    """
    known = list(records)
    last = {one.details.get("clock", 0): one.seq for one in known if withdraws(one)}
    back = {one.details.get("sha256"): one.seq for one in known
            if one.event is TicketEvent.RECALL_LETTER}  # fmt: skip
    return withdrawn_findings(known).union(
        one.seq
        for one in known
        if (one.event in OF_A_CLOCK and one.seq < last.get(one.details.get("clock", 0), 0))
        or (one.event is TicketEvent.SEND_LETTER
            and one.seq < back.get(one.details.get("sha256"), 0))
    )  # fmt: skip


def withdraws(record: TicketEventRecord) -> bool:
    """Return whether an event withdrew a breach (撤销超期)."""
    return record.event is TicketEvent.JUDGE_BREACH and record.details.get("step") == "withdraw"


def withdrawn_findings(records: Iterable[TicketEventRecord]) -> frozenset[int]:
    """Return the numbers of the findings about replies (整改不到位) that were withdrawn since."""
    return frozenset(seq for one in records for seq in one.details.get(WITHDRAWS, ()))
