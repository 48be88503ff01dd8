"""The sealed annex (密封附件) of a referral: the one paper that names a requester."""

from dataclasses import dataclass
from datetime import date

from engine.documents.letter_data import LetterData
from engine.documents.letter_texts import paragraphs
from engine.documents.templates import fill
from engine.terms import LetterKind


@dataclass(frozen=True, kw_only=True)
class SealedAnnex:
    """What the sealed annex (密封附件) of a referral says: the one paper that names a requester."""

    issuer: str
    number: str
    title: str
    target: str
    dated: date
    ticket_number: str
    enterprise: str
    name: str
    phone: str


def sealed_annex(facts: SealedAnnex) -> LetterData:
    """Return the sealed annex of a referral: a sheet of its own, for a sealed envelope.

    Raises:
        DocumentError: the template misses a fact.
    """
    title, _, body = fill("sealed_annex_letter.txt.j2", vars(facts)).strip().partition("\n\n")
    return LetterData(
        kind=LetterKind.REFERRAL, head=facts.issuer, number=f"{facts.number}附件",
        title_lines=tuple(title.splitlines()), to=facts.target, body=paragraphs(body),
        org=facts.issuer, date=facts.dated,
    )  # fmt: skip
