"""What a referral says besides a letter's facts: whence, to whom, measures taken, material."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.actions.earlier_letters import of_unit_before
from engine.actions.late_replies import sent_on
from engine.actions.referral_reasons import by_engine, reason_now
from engine.actions.step import Step
from engine.actions.told_units import untold_misses
from engine.actions.unit_share import Share, share_behind
from engine.documents.asked_words import asked_words
from engine.documents.fonts import installed_fonts
from engine.documents.letter_annexes import Material
from engine.documents.letter_data import LetterData, written_date
from engine.documents.letter_texts import RectificationFacts, Referral, letter_from
from engine.documents.letters import annex_pages
from engine.documents.personal_words import without_personal_numbers
from engine.documents.templates import without_closing_marks
from engine.errors import DocumentError
from engine.models import Letter, Ticket, TicketEventRecord, Unit
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, Rung, TicketEvent

MEASURES = {
    TicketEvent.REMIND: "催办", TicketEvent.SUPERVISE: "转督办",
    TicketEvent.ORDER_REWORK: "退回重办", TicketEvent.ESCALATE: Rung.L1_REMINDER.label,
}  # fmt: skip


def referral_of(step: Step, letter: Letter) -> Referral | None:
    """Return what only a referral says; None for every other letter."""
    if letter.kind is not LetterKind.REFERRAL:
        return None
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    sent = of_unit_before(step, letter)
    accused = step.session.get_one(Unit, letter.facts["accused_unit_id"])
    say = str if accused.subordinate else asked_words
    measures = _measures(step, ticket, share_behind(step, ticket, letter), sent)
    return Referral(
        target=step.session.get_one(Unit, letter.unit_id).name,
        source=f"{load_settings().hotline_name}工单办理和督办记录{_reasons(step, letter)}",
        measures=tuple(map(say, measures)),
        materials=tuple(replace(one, name=say(one.name)) for one in map(_material, sent)),
        judgement=without_closing_marks(letter.facts.get("judgement", "")),
    )


def with_pages(facts: RectificationFacts) -> LetterData:
    """Return a referral whose register (移交登记表) names the pages of each annex after it.

    Where no fonts are, nobody can say how many there are: the letter can't be signed then either.
    """
    made = letter_from(LetterKind.REFERRAL, facts)
    if facts.referral is None:
        return made
    try:
        pages = annex_pages(made, made.attachments[1:], fonts=installed_fonts())
    except DocumentError:
        return made
    referral = replace(facts.referral, annex_pages=pages)
    return letter_from(LetterKind.REFERRAL, replace(facts, referral=referral))


def _reasons(step: Step, letter: Letter) -> str:
    """Return what the record shows, with what other tickets added to it.

    What a person typed as the reason is for those who approve; no letter prints it.
    """
    more = [_joined(step, one) for one in letter.facts.get("joined", ())]
    said = [one for one in (_on_record(step, letter.facts), *more) if one]
    return f"：{'；'.join(said)}" if said else ""


def _joined(step: Step, stored: Mapping[str, Any]) -> str:
    shown = _on_record(step, stored)
    return f"另有工单{stored['ticket']}：{shown}" if shown else f"另有工单{stored['ticket']}"


def _on_record(step: Step, stored: Mapping[str, Any]) -> str:
    """Return a reason the engine drew from the record; of a person's own words nothing."""
    if not by_engine(stored):
        return ""
    return without_closing_marks(without_personal_numbers(reason_now(step, stored)))


def _measures(step: Step, ticket: Ticket, share: Share, sent: list[Letter]) -> tuple[str, ...]:
    records = ticket_store.events(step.session, ticket)
    untold = untold_misses(step, records, share.unit_clocks)
    taken = [(record.at, _event(record)) for record in records
             if _reached(record) and share.holds(record) and record.seq not in untold]  # fmt: skip
    letters = [(one.sent_at or one.approved_at or one.proposed_at, _letter(one)) for one in sent]
    in_order = sorted([*taken, *letters], key=lambda one: one[0])
    return tuple(words for _, words in in_order) or ("热线已记录在案，尚未采取其他措施",)


def _reached(record: TicketEventRecord) -> bool:
    """Return whether an event is a measure that was taken: of the ladder only its reminder."""
    urged = record.details.get("rung") == Rung.L1_REMINDER.value
    return record.event in MEASURES and (urged or record.event is not TicketEvent.ESCALATE)


def _event(record: TicketEventRecord) -> str:
    return f"{written_date(shanghai_date(record.at))}{MEASURES[record.event]}"


def _letter(letter: Letter) -> str:
    on = written_date(sent_on(letter))
    return f"{on}发{letter.kind.label}（{letter.number}）"


def _material(letter: Letter) -> Material:
    pages = letter.facts.get("signed", {}).get("pages")
    return Material(f"{letter.kind.label}（{letter.number}）", pages, letter.pdf_sha256)
