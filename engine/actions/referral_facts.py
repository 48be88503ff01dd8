"""What a referral says besides a letter's facts: whence, to whom, measures taken, material."""

from dataclasses import replace

from engine.actions.late_replies import reason_now
from engine.actions.step import Step
from engine.actions.unit_share import Share, share_behind
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
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, TicketEvent

MEASURES = {TicketEvent.REMIND: "催办", TicketEvent.SUPERVISE: "转督办"}


def referral_of(step: Step, letter: Letter) -> Referral | None:
    """Return what only a referral says; None for every other letter."""
    if letter.kind is not LetterKind.REFERRAL:
        return None
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    sent = _letters_before(step, letter)
    return Referral(
        target=step.session.get_one(Unit, letter.unit_id).name,
        source=f"{load_settings().hotline_name}工单办理和督办记录（{_reasons(step, letter)}）",
        measures=_measures(step, ticket, share_behind(step, ticket, letter), sent),
        materials=tuple(_material(one) for one in sent),
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
    """Return why a clue is handed over, with what other tickets added to it."""
    joined = letter.facts.get("joined", ())
    more = (f"另有工单{one['ticket']}：{_clean(reason_now(step, one))}" for one in joined)
    return "；".join([_clean(reason_now(step, letter.facts)), *more])


def _clean(words: str) -> str:
    return without_closing_marks(without_personal_numbers(words))


def _letters_before(step: Step, letter: Letter) -> list[Letter]:
    """Return the letters the unit concerned was sent: on this ticket, or named by the reason."""
    accused = letter.facts["accused_unit_id"]
    everywhere = store.sent_to_unit(step.session, accused)
    return [one for one in everywhere if one.kind is not LetterKind.REFERRAL
            and one.id < letter.id]  # fmt: skip


def _measures(step: Step, ticket: Ticket, share: Share, sent: list[Letter]) -> tuple[str, ...]:
    taken = [_event(record) for record in ticket_store.events(step.session, ticket)
             if record.event in MEASURES and share.holds(record)]  # fmt: skip
    letters = [_letter(one) for one in sent]
    return (*taken, *letters) or ("热线已记录在案，尚未采取其他措施",)


def _event(record: TicketEventRecord) -> str:
    return f"{written_date(shanghai_date(record.at))}{MEASURES[record.event]}"


def _letter(letter: Letter) -> str:
    on = written_date(shanghai_date(letter.approved_at or letter.proposed_at))
    return f"{on}发{letter.kind.label}（{letter.number}）"


def _material(letter: Letter) -> Material:
    pages = letter.facts.get("signed", {}).get("pages")
    return Material(f"{letter.kind.label}（{letter.number}）", pages, letter.pdf_sha256)
