"""Which evidence stands under which ground of a letter (事由与依据), and what under none."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from engine.actions.evidence import NUMBERED, day_within
from engine.actions.proofs import Proofs
from engine.documents.letter_texts import GroundEvidence
from engine.models import TicketEventRecord
from engine.rules.shanghai import shanghai_date
from engine.terms import RectificationGround

NEEDED: Mapping[RectificationGround, str] = {
    RectificationGround.DUTY_NOT_PERFORMED: "时限届满未办或逾期未签收的记录",
    RectificationGround.REFUSED_TO_SIGN: "派单通知已送达而逾期未签收的记录",
    RectificationGround.PERFUNCTORY: "催办送达后逾期仍未办、答复被退回重办、退单未获同意的记录",
    RectificationGround.FALSE_REPORT: "答复已解决而回访查明未解决、报告兑现而核查未兑现的记录",
    RectificationGround.DISSATISFIED_TWICE: "重办之前和重办答复之后两次回访都未解决或不满意的记录",
}
JUDGED = "热线核实认定"
EARLIER = re.compile(r"发整改函（(.+?号)）")
Grounds = Sequence[RectificationGround]
Earlier = Mapping[str, frozenset[RectificationGround]]
"""Of each line about an earlier letter the grounds that letter stands for."""


def by_ground(
    grounds: Grounds, lines: Sequence[str], proofs: Proofs, earlier: Earlier
) -> tuple[GroundEvidence, ...]:
    """Return each ground with the lines that speak for it.

    A line stands under one ground; only where another is not proved by its own it stands there too.
    What speaks for no ground is under none (`beside_grounds`).
    """
    speaking = {ground: _speaking(ground, lines, proofs, earlier) for ground in grounds}
    claimed: set[str] = set()
    found = []
    for ground, own in speaking.items():
        first = [line for line in own if line not in claimed]
        claimed.update(first)
        shown = first if ground not in proofs or _proves(ground, first, proofs) else own
        words = tuple(line.replace(f"认定{ground.label}（", "认定（") for line in shown)
        found.append(GroundEvidence(ground, words))
    return tuple(found)


def proofs_alone(
    grounds: Grounds, lines: Sequence[str], proofs: Proofs, earlier: Earlier, main: AbstractSet[int]
) -> list[str]:
    """Return the fewest of the lines that prove each ground; of equals one of the `main` events."""
    needed: set[str] = set()
    for ground in grounds:
        own = _speaking(ground, lines, proofs, earlier)
        needed.update(_fewest(own, proofs.get(ground, ()), main))
    return [line for line in lines if line in needed]


def _fewest(
    lines: Sequence[str], ways: Sequence[frozenset[int]], main: AbstractSet[int]
) -> Sequence[str]:  # fmt: skip
    shown = {_seq(line) for line in lines}
    whole = [together for together in ways if together <= shown]
    if not whole:
        return lines[:1]
    best = min(whole, key=lambda one: (len(one), not one & main, sorted(one)))
    return [line for line in lines if _seq(line) in best]


def beside_grounds(
    grounds: Grounds, lines: Sequence[str], proofs: Proofs, earlier: Earlier
) -> tuple[str, ...]:
    """Return the lines that speak for none of the grounds: part of the course of the ticket."""
    speaking = {line for one in grounds for line in _speaking(one, lines, proofs, earlier)}
    return tuple(line for line in lines if line not in speaking)


def _speaking(
    ground: RectificationGround, lines: Sequence[str], proofs: Proofs, earlier: Earlier
) -> list[str]:
    """Return the lines that speak for a ground: by an event, an earlier letter or a judgement."""
    shown = {_seq(line) for line in lines}
    whole = [together for together in proofs.get(ground, ()) if together <= shown]
    seqs = frozenset[int]().union(*whole)
    return [line for line in lines if _seq(line) in seqs
            or ground in earlier.get(line, ()) or f"认定{ground.label}（" in line]  # fmt: skip


def proved(lines: Sequence[str], proofs: Proofs) -> set[RectificationGround]:
    """Return the grounds that these lines prove."""
    return {ground for ground in proofs if _proves(ground, lines, proofs)}


def unproved(
    grounds: Grounds, lines: Sequence[str], proofs: Proofs, earlier: Earlier
) -> list[RectificationGround]:
    """Return the grounds that events must prove and these lines don't.

    An earlier letter proves what it stands for.
    """
    before = frozenset[RectificationGround]().union(*earlier.values())
    return [one for one in grounds
            if one in proofs and one not in before and not _proves(one, lines, proofs)]  # fmt: skip


def refusal_of(bare: Grounds) -> str:
    """Return why those grounds can't be chosen, and what to do; empty where there are none."""
    if not bare:
        return ""
    said = "；".join(f"“{one.label}”要有{NEEDED[one]}" for one in bare)
    return f"工单经过里没有可作依据的事件：{said}。请改选事由，或等事实发生后再提。"


def _proves(ground: RectificationGround, lines: Sequence[str], proofs: Proofs) -> bool:
    shown = {_seq(line) for line in lines}
    return any(together <= shown for together in proofs[ground])


def _seq(line: str) -> int:
    numbered = NUMBERED.search(line)
    return int(numbered.group(1)) if numbered else 0


def kept_among(known: Sequence[str], stored: Sequence[str]) -> list[str]:
    """Return which known lines were stored: by their event or letter, for words may have grown.

    A reminder's line says 至…未回复 from the end of the day on that it asked an answer by.
    """
    events = {_seq(line) for line in stored} - {0}
    letters = [line for line in stored if not _seq(line)]
    return [line for line in known if line in stored or _seq(line) in events
            or of_letter_among(letters, line)]  # fmt: skip


def gone_among(known: Sequence[str], stored: Sequence[str]) -> list[str]:
    """Return which stored lines tell of an event that is evidence of nothing any more.

    A person's judgement and an earlier letter stay what they were.
    """
    events = {_seq(line) for line in known}
    return [line for line in stored if _seq(line) not in {0, *events} and JUDGED not in line]


def events_of(line: str) -> list[int]:
    """Return the numbers of the events that a line tells of."""
    return [int(seq) for seq in NUMBERED.findall(line)]


def of_letter_among(lines: Sequence[str], line: str) -> str:
    """Return which of the lines names the same earlier letter as this one; else nothing."""
    named = EARLIER.search(line)
    same = (one for one in lines if named and named[0] in one)
    return next(same, "")


def judged_lines(grounds: Grounds, drafted: TicketEventRecord) -> list[str]:
    """Return a line for each ground that is a person's judgement: the drafter's own, on record.

    No event can prove 态度恶劣 and the like; the letter says when it was found and where.
    """
    on = shanghai_date(drafted.at)
    found = f"{day_within(on, on.year)}{JUDGED}"
    return [f"{found}{ground.label}（事件第{drafted.seq}号）" for ground in judged(grounds)]


def judged(grounds: Grounds) -> list[RectificationGround]:
    """Return which grounds are a person's judgement: the record can prove none of them."""
    return [ground for ground in grounds if ground not in NEEDED]
