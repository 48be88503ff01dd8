"""The words of the letters: facts in, a `LetterData` out; they are in templates/notices."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from engine.documents.evidence_words import said_once
from engine.documents.letter_annexes import (
    CertificateDay,
    HistoryLine,
    Material,
    certificate_annex,
    fingerprint,
    history_annex,
    register_annex,
)
from engine.documents.letter_data import UNNUMBERED, Annex, LetterData, Paragraph
from engine.documents.letter_fit import on_one_page
from engine.documents.personal_words import without_personal_numbers
from engine.documents.templates import fill, without_kind
from engine.errors import DocumentError
from engine.terms import LetterKind, RectificationGround

FROM_LEAVING = "送出次日起"  # from when a reply's days count, in the words of letters
FIRST_LEVEL = re.compile(r"^([一二三四五六七八九十]+、[^。]*。?)(.*)$")
SECOND_LEVEL = re.compile(r"^(（[一二三四五六七八九十]+）[^。]*。?)(.*)$")


@dataclass(frozen=True)
class Certificate:
    """The deadline certificate (期限计算书): the sentence, and each day with how it was counted.

    `name` says of which limit, where it is not the one every letter names.
    """

    sentence: str
    days: tuple[CertificateDay, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Limit:
    """A missed limit besides the one for the answer: its name and last day."""

    name: str
    due_on: date


@dataclass(frozen=True)
class Again:
    """An order to do a ticket again (重新办理): since when, until when, when it was answered."""

    ordered_at: datetime
    due_on: date
    answered_at: datetime | None


@dataclass(frozen=True)
class GroundEvidence:
    """One ground (整改事由) with its evidence: lines drawn from events, with time and number."""

    ground: RectificationGround
    evidence: tuple[str, ...]

    def __post_init__(self) -> None:
        """Take out phone and identity numbers that stood in an event's words."""
        object.__setattr__(self, "evidence", _clean(self.evidence))

    @property
    def once(self) -> list[str]:
        """Return the lines, those that differ in day and number alone as one."""
        return said_once(self.evidence)


@dataclass(frozen=True)
class Referral:
    """What only a referral says: to whom, whence the clue came, what was done, which material.

    `judgement` is why it is held to be grave, `annex_pages` how many pages each annex about the
    ticket has, where that is known.
    """

    target: str
    source: str
    measures: tuple[str, ...]
    materials: tuple[Material, ...]
    judgement: str = ""
    annex_pages: tuple[int, ...] = ()


@dataclass(frozen=True)
class Correction:
    """What a correction says: of which sent letter, which words, and what they should read."""

    number: str
    title: str
    dated: date
    wrong: str
    right: str


@dataclass(frozen=True)
class RectificationFacts:
    """What a letter about one ticket is built from; nothing in it says who the requester is.

    `subordinate` is False for bodies the hotline is not above (courts, police): they are asked
    (商请贵单位), not told. `number_cited` is the `basis` by its number alone. `certificate` and
    `history` become annexes. `beside` are kept lines of the record that speak for no ground: they
    are told with the course, not held against anybody. `shorter` says of the grounds only what
    proves them, where an annex tells of the other records too.
    """

    issuer: str
    unit: str
    subordinate: bool
    ticket_number: str
    kind_label: str
    accepted_at: datetime
    dispatched_at: datetime
    due_on: date
    grounds: tuple[GroundEvidence, ...]
    demands: tuple[str, ...]
    reply_by: date
    reply_days: int
    objection_channel: str
    basis: str
    dated: date
    number_cited: str = ""
    beside: tuple[str, ...] = ()
    limit_working_days: int | None = None
    reply_provisional: bool = False
    signed_at: datetime | None = None
    deemed: bool = False
    answered_at: datetime | None = None
    overdue_days: int = 0
    overdue_since: datetime | None = None
    level: str = ""
    contact: str = ""
    cc: str = ""
    confidential: bool = False
    number: str = UNNUMBERED
    certificate: Certificate | None = None
    more_certificates: tuple[Certificate, ...] = ()
    limits: tuple[Limit, ...] = ()
    again: Again | None = None
    history: tuple[HistoryLine, ...] = ()
    referral: Referral | None = None
    correction: Correction | None = None
    shorter: "RectificationFacts | None" = None


def letter_from(kind: LetterKind, facts: RectificationFacts) -> LetterData:
    """Return the letter of `kind` about the ticket in `facts`.

    Raises:
        DocumentError: the template misses a fact, or a referral has no target.
    """
    return BUILDERS[kind](facts)


def rectification_letter(facts: RectificationFacts) -> LetterData:
    """Return a 整改函: what happened, what was wrong and its evidence, what to mend and by when.

    It is said on one page where it can be, with all kept records or with those of `shorter`. What
    is more has four headings, on two pages.
    """
    kind = LetterKind.RECTIFICATION
    for said in (facts, facts.shorter):
        if said and on_one_page(brief := _letter(kind, said, said.unit, brief=True)):
            return brief
    return _letter(kind, facts, facts.unit)


def supervision_letter(facts: RectificationFacts) -> LetterData:
    """Return a 督办函: an overdue ticket, how it was handled so far, and when to report."""
    return _letter(LetterKind.SUPERVISION, facts, facts.unit)


def reminder_letter(facts: RectificationFacts) -> LetterData:
    """Return a 催办通知书: the deadline has passed; answer by the day named.

    What would end on a second page says in short how the ticket went, where one page holds that.
    """
    whole, brief = (_letter(LetterKind.REMINDER, facts, facts.unit, brief=one)
                    for one in (False, True))  # fmt: skip
    return brief if on_one_page(brief) and not on_one_page(whole) else whole


def referral_letter(facts: RectificationFacts) -> LetterData:
    """Return a 问题线索移交函 with its 移交登记表; the reporter's identity is never part of it.

    Raises:
        DocumentError: `facts.referral` is missing.
    """
    if facts.referral is None:
        message = "移交函缺少移交对象、线索来源和材料清单。"
        raise DocumentError(message)
    referral, annexes = facts.referral, _ticket_annexes(facts)
    listed = [Material(f"{annex.title}（附后）", pages, fingerprint(annex))
              for annex, pages in zip_longest(annexes, referral.annex_pages)]  # fmt: skip
    register = register_annex(_words(facts), (*referral.materials, *listed))
    return _letter(LetterKind.REFERRAL, facts, referral.target, (register, *annexes))


def correction_letter(facts: RectificationFacts) -> LetterData:
    """Return a 更正函: which words of a letter that was sent are wrong, and what they should read.

    Raises:
        DocumentError: `facts.correction` is missing.
    """
    if facts.correction is None:
        message = "更正函缺少原函和更正的内容。"
        raise DocumentError(message)
    return _letter(LetterKind.CORRECTION, facts, facts.unit, ())


BUILDERS = {
    LetterKind.REMINDER: reminder_letter,
    LetterKind.SUPERVISION: supervision_letter,
    LetterKind.RECTIFICATION: rectification_letter,
    LetterKind.REFERRAL: referral_letter,
    LetterKind.CORRECTION: correction_letter,
}


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Return the lines of a filled template as paragraphs; 一、 and （一） lines have a heading."""
    return tuple(_paragraph(line.strip()) for line in text.splitlines() if line.strip())


def _letter(
    kind: LetterKind, facts: RectificationFacts, to: str, annexes: tuple[Annex, ...] | None = None,
    *, brief: bool = False,
) -> LetterData:  # fmt: skip
    words = {**_words(facts), "brief": brief}
    title, _, body = fill(f"{kind.value}_letter.txt.j2", words).strip().partition("\n\n")
    return LetterData(
        kind=kind,
        head=facts.issuer,
        number=facts.number,
        title_lines=tuple(title.splitlines()),
        to=to,
        body=paragraphs(body),
        org=facts.issuer,
        date=facts.dated,
        attachments=_ticket_annexes(facts) if annexes is None else annexes,
        cc=facts.cc,
        subordinate=facts.subordinate,
    )


def _words(facts: RectificationFacts) -> Mapping[str, object]:
    # vars, not asdict: terms and dates go to the template as they are.
    return {
        **vars(facts),
        "beside": _clean(facts.beside),
        "document": facts.number_cited or facts.basis,
        "told": facts.subordinate,
        "you": "你单位" if facts.subordinate else "贵单位",
        "from_leaving": FROM_LEAVING,
        "ask": "请" if facts.subordinate else "商请",
        "kind_label": "企业诉求" if facts.confidential else facts.kind_label,
    }


def _ticket_annexes(facts: RectificationFacts) -> tuple[Annex, ...]:
    proofs = (facts.certificate, *facts.more_certificates)
    annexes = [_certificate_annex(facts, proof) for proof in proofs if proof is not None]
    if facts.history:
        annexes.append(history_annex(facts.history))
    return tuple(annexes)


def _certificate_annex(facts: RectificationFacts, proof: Certificate) -> Annex:
    how = without_kind(proof.sentence) if facts.confidential else proof.sentence
    body = fill("certificate_annex.txt.j2", {**_words(facts), "sentence": how})
    return certificate_annex(paragraphs(body), proof.days, proof.name)


def _clean(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(without_personal_numbers(line) for line in lines)


def _paragraph(line: str) -> Paragraph:
    for level, pattern in ((1, FIRST_LEVEL), (2, SECOND_LEVEL)):
        found = pattern.match(line)
        if found:
            return Paragraph(text=found[2], lead=found[1], level=level)
    return Paragraph(line)
