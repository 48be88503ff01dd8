"""Which lines of a letter fell (依据已不成立), why and since when, and which are corrected."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from engine.actions.corrections import sent_text
from engine.actions.earlier_letters import NAMED, named_letters, naming, no_evidence
from engine.actions.evidence import NUMBERED
from engine.actions.excused_breaches import EXCUSED, excused_since
from engine.actions.ground_evidence import events_of
from engine.actions.revoked_breaches import revoked
from engine.actions.step import Step
from engine.models import Letter, Ticket
from engine.rules.letter_life import GONE_OUT
from engine.store import letters as letter_store
from engine.store import tickets as ticket_store
from engine.terms import RectificationGround, TicketEvent

NEXT_PART = re.compile("|".join(["\n", "另有记录", *(one.label for one in RectificationGround)]))
"""Where what a letter says of one ground ends: with its paragraph, or where the next one begins."""


class Gone(NamedTuple):
    """A line that is evidence no more: of which limit, why and since when, where that is known.

    `naming` are the words by which the letter names another, whatever else it says of that one.
    """

    line: str
    clock_id: int = 0
    reason: str = ""
    since: datetime | None = None
    naming: str = ""

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


def gone_letters(step: Step, referral: Letter) -> list[Gone]:
    """Return which earlier letters a referral rests on or names that are evidence no more, and why.

    One that a kept line names is told by that line; others stand among its measures and material.
    """
    quoted = {one.id: (line, one) for line, one in named_letters(step, referral.evidence).items()}
    others = (step.session.get_one(Letter, one) for one in referral.facts.get(NAMED, ()))
    found = {**{one.id: (naming(one), one) for one in others}, **quoted}
    gone = no_evidence(step, [one for _, one in found.values()])
    return [Gone(line, reason=gone[one.id], naming=naming(one)) for line, one in found.values()
            if one.id in gone]  # fmt: skip


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


def unmended(
    step: Step, ticket: Ticket, letter: Letter, bare: Sequence[RectificationGround]
) -> list[RectificationGround]:
    """Return which of the grounds that nothing proves any more no correction has mended.

    One mends a ground that was drawn up after it may have fallen, and is about its name or what
    stands under it.
    """
    found = letter_store.corrections_of(step.session, letter.id) if bare else []
    out = [one for one in found if one.status in GONE_OUT]
    if not out:
        return list(bare)
    text, since = sent_text(letter), _touched(step, ticket, letter)
    late = [one for one in out if since is None or (one.drafted_at or since) >= since]
    return [one for one in bare if not any(_about(each, text, one) for each in late)]


def _touched(step: Step, ticket: Ticket, letter: Letter) -> datetime | None:
    """Return when a ground may first have fallen after a letter was signed; best, by the panel."""
    after = [one for one in ticket_store.events(step.session, ticket)
             if letter.approved_at and one.at > letter.approved_at
             and one.event in (*ticket_store.TOUCHING, TicketEvent.BREACH)]  # fmt: skip
    settled = [one for one in after if one.event is TicketEvent.SETTLE_BY_PANEL]
    return next((one.at for one in (*settled, *after)), None)


def _about(correction: Letter, text: str, ground: RectificationGround) -> bool:
    """Return whether a correction is about a ground: its name, or its part of the letter."""
    parts = [_part(text, found) for found in re.finditer(ground.label, text)]
    return not parts or _share(parts, _places(text, str(correction.facts["wrong"])))


def _part(text: str, label: re.Match[str]) -> tuple[int, int]:
    end = NEXT_PART.search(text, label.end())
    return label.start(), end.start() if end else len(text)


def _mends(correction: Letter, text: str, gone: Gone) -> bool:
    if gone.since is not None and (correction.drafted_at or gone.since) < gone.since:
        return False
    said = gone.naming or NUMBERED.split(gone.line)[0].removesuffix("（")
    wrong = str(correction.facts["wrong"])
    return said not in text or _share(_places(text, said), _places(text, wrong))


def _places(text: str, words: str) -> Sequence[tuple[int, int]]:
    """Return where in a text these words begin and end."""
    return [found.span() for found in re.finditer(re.escape(words), text)]


def _share(some: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> bool:
    """Return whether two pieces of a text share a part of it."""
    return any(start < other_end and other_start < end
               for start, end in some for other_start, other_end in others)  # fmt: skip
