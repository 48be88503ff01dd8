"""The knowledge base (知识库): what an entry must say, how long it holds, what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.rules.acceptance import same_matter
from engine.rules.citations import cites
from engine.rules.likeness import letter_pairs, may_be_alike, sketch
from engine.rules.rule_set import RuleSet

SHORTEST_QUESTION, LONGEST_QUESTION = 4, 120
SHORTEST_ANSWER = 10
_WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class Written:
    """A version as typed: the question as people ask it, the answer, its basis, its last day."""

    question: str
    answer: str
    basis: str
    valid_until: date | None


@cites("house/H-87")
def missing_in_version(written: Written, today: date, rules: RuleSet) -> dict[str, str]:
    """Return what a version lacks, by field."""
    fields = {}
    if not SHORTEST_QUESTION <= len(written.question.strip()) <= LONGEST_QUESTION:
        fields["question"] = (
            f"问法写 {SHORTEST_QUESTION} 至 {LONGEST_QUESTION} 个字，用来电人的话。"
        )
    if len(written.answer.strip()) < SHORTEST_ANSWER:
        fields["answer"] = f"答复至少写 {SHORTEST_ANSWER} 个字。"
    if not written.basis.strip():
        fields["basis"] = "请写依据：哪份文件哪一条。"
    last = last_day(today, rules)
    if written.valid_until is None or not today <= written.valid_until <= last:
        fields["valid_until"] = f"有效期须在今天到 {last} 之间。"
    return fields


@cites("house/H-87")
def last_day(today: date, rules: RuleSet) -> date:
    """Return the last day an entry written today may be valid."""
    days: int = rules.parameters["knowledge.longest"].on(today).value
    return today + timedelta(days=days)


@cites("house/H-87")
def may_review(person: int, writer: int) -> str | None:
    """Return why a person may not review a version: nobody reviews their own."""
    return "撰写人不能审核自己写的版本，请另一人审核。" if person == writer else None


@cites("house/H-87")
def found(typed: str, questions: Mapping[int, str], share: int, most: int) -> list[int]:
    """Return the entries whose question is in what was typed, the nearest first.

    An entry is found when at least `share` per cent of the letter pairs of its question are there.
    """
    said = letter_pairs(typed)
    scored = [(_inside(letter_pairs(words), said), key) for key, words in questions.items()]
    near = sorted((-score, key) for score, key in scored if score >= share)
    return [key for _, key in near[:most]]


@dataclass(frozen=True)
class Kept:
    """An entry as it is searched: its question, and all that its version says."""

    question: str
    text: str


@cites("house/H-87")
def searched(typed: str, entries: Mapping[int, Kept], share: int) -> list[int]:
    """Return the entries that fit what was typed, those whose question does in front.

    A few words fit where at least `share` per cent of their letter pairs are in an entry; a
    caller's long words where as much of its question is in them. A single letter fits as it is.
    """
    words = typed.strip()
    said, scored = letter_pairs(words), []
    for key, one in entries.items():
        asks, tells = letter_pairs(one.question), letter_pairs(f"{one.question}。{one.text}")
        best = max(_inside(said, asks), _inside(asks, said))
        inside = max(best, _inside(said, tells), _WHOLE * (words in f"{one.question}{one.text}"))
        if inside >= share:
            scored.append((-best, -inside, key))
    return [key for _, _, key in sorted(scored)]


def _inside(question: frozenset[str], said: frozenset[str]) -> int:
    return _WHOLE * len(question & said) // len(question) if question else 0


@dataclass(frozen=True)
class Asked:
    """A consultation as it is looked through: its number, its words and its title."""

    number: str
    text: str
    title: str = ""


@cites("house/H-87", "house/H-36")
def gaps(
    asked: Iterable[Asked], known: Sequence[str], least: int, rules: RuleSet, on: date
) -> list[tuple[Asked, ...]]:
    """Return consultations that keep coming and that no entry answers, the most frequent first.

    Each joins the first group it is alike to (同一事项); `known` are the questions of entries.
    """
    share: int = rules.parameters["duplicates.similarity"].on(on).value
    enough: int = rules.parameters["knowledge.found_share"].on(on).value
    open_ = [one for one in asked if not found(one.text, dict(enumerate(known)), enough, 1)]
    groups: list[list[Asked]] = []
    for one in open_:
        mine = next((group for group in groups if _alike(one, group[0], share, rules, on)), None)
        if mine is None:
            groups.append([one])
        else:
            mine.append(one)
    often = [tuple(group) for group in groups if len(group) >= least]
    return sorted(often, key=lambda group: -len(group))


def _alike(one: Asked, other: Asked, share: int, rules: RuleSet, on: date) -> bool:
    near = may_be_alike(sketch(one.text), sketch(other.text), share)
    return near and same_matter(one.text, other.text, rules, on)
