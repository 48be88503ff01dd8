"""The register of numbers (发文登记): those of a year in order, voided and missing ones too."""

from dataclasses import dataclass
from datetime import date

from engine.actions.step import Step
from engine.models import Bulletin, Letter
from engine.rules.number_format import number_as
from engine.rules.shanghai import shanghai_date
from engine.store import bulletins
from engine.store import letters as store

MISSING = "缺号：登记里没有这个号，原因不明，请查审计日志（hotline audit verify）"


@dataclass(frozen=True)
class Entry:
    """One number: when it was given, to what, how that stands, and what is to be said of it."""

    number: str
    signed_on: date | None = None
    kind: str = ""
    status: str = "缺号"
    sha256: str = ""
    remark: str = ""


def register_of(step: Step, year: int) -> list[Entry]:
    """Return the numbers of a year by organ code, from the first to the last one given."""
    found: dict[tuple[str, int], Entry] = {}
    for one in store.numbered(step.session, year):
        found[str(one.organ_code), int(one.serial or 0)] = _entry(one, one.kind.label)
    for told in bulletins.numbered(step.session, year):
        found[str(told.organ_code), int(told.serial or 0)] = _entry(told, told.kind.label)
    last = store.series_of(step.session, year)
    given = {(organ, serial) for organ, most in last for serial in range(1, most + 1)}
    return [found.get(place) or _gap(step, place, year) for place in sorted(given | set(found))]


def _entry(letter: Letter | Bulletin, kind: str) -> Entry:
    return Entry(
        letter.number, shanghai_date(letter.approved_at) if letter.approved_at else None,
        kind, letter.status.label, letter.pdf_sha256, _voided(letter),
    )  # fmt: skip


def _voided(letter: Letter | Bulletin) -> str:
    if not letter.void_reason:
        return ""
    on = f"（{shanghai_date(letter.voided_at)}）" if letter.voided_at else ""
    return f"作废：{letter.void_reason}{on}"


def _gap(step: Step, place: tuple[str, int], year: int) -> Entry:
    form = step.rules.parameters["documents.number_format"].on(shanghai_date(step.now)).value
    said = number_as(form, organ=place[0], year=year, number=place[1])
    return Entry(said, remark=MISSING)
