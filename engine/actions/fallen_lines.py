"""Which lines of a letter fell (依据已不成立), why and since when, and which are corrected."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from engine.actions.corrections import sent_text
from engine.actions.evidence import NUMBERED
from engine.actions.excused_breaches import EXCUSED, excused_since
from engine.actions.ground_evidence import events_of
from engine.actions.revoked_breaches import revoked
from engine.actions.step import Step
from engine.models import Letter, Ticket
from engine.rules.letter_life import GONE_OUT
from engine.store import letters as letter_store
from engine.store import tickets as ticket_store


class Gone(NamedTuple):
    """A line that is evidence no more: of which limit, why and since when, where that is known."""

    line: str
    clock_id: int = 0
    reason: str = ""
    since: datetime | None = None

    @property
    def words(self) -> str:
        """What is said of it."""
        return f"“{self.line}”已不能作依据{f'：{self.reason}' if self.reason else ''}"


def gone_lines(step: Step, ticket: Ticket, lines: Sequence[str]) -> list[Gone]:
    """Return of each line that is evidence no more why it is none, and since when."""
    records = ticket_store.events(step.session, ticket) if lines else []
    clocks = {one.seq: one.details.get("clock", 0) for one in records}
    ended, excused = revoked(records), excused_since(step, ticket.id, records)

    def told(line: str) -> Gone:
        for seq in events_of(line):
            clock = clocks.get(seq, 0)
            for one in ended:
                if one.clock_id == clock and one.seq > seq:
                    return Gone(line, clock, one.reason, one.ended_at)
            if clock in excused:
                return Gone(line, clock, EXCUSED, excused[clock])
        return Gone(line)

    return [told(line) for line in lines]


def uncorrected(step: Step, letter: Letter, gone: Sequence[Gone]) -> list[Gone]:
    """Return which of the lines that fell in a sent letter no correction (更正函) has mended.

    One that was drawn up before a line fell, or is about other words, corrects nothing of it. Who
    corrects one line about a missed limit has told that it was not missed.
    """
    found = letter_store.corrections_of(step.session, letter.id) if gone else []
    out = [one for one in found if one.status in GONE_OUT]
    text = sent_text(letter) if out else ""
    mended = {one for one in gone for each in out if _mends(each, text, one)}
    falls = {(one.clock_id, one.since) for one in mended if one.clock_id}
    return [one for one in gone
            if one not in mended and (one.clock_id, one.since) not in falls]  # fmt: skip


def _mends(correction: Letter, text: str, gone: Gone) -> bool:
    if gone.since is not None and (correction.drafted_at or gone.since) < gone.since:
        return False
    said = NUMBERED.split(gone.line)[0].removesuffix("（")
    return said not in text or _meet(text, said, str(correction.facts["wrong"]))


def _meet(text: str, one: str, other: str) -> bool:
    """Return whether two pieces of a text share a part of it."""
    starts = [found.start() for found in re.finditer(re.escape(other), text)]
    return any(at < begin + len(other) and begin < at + len(one)
               for at in (found.start() for found in re.finditer(re.escape(one), text))
               for begin in starts)  # fmt: skip
