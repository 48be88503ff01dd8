"""Letters a unit was sent before (既往整改函), as a referral names them: what became of each."""

from datetime import date, timedelta

from engine.actions.evidence import evidence_for
from engine.actions.ground_evidence import gone_among, of_letter_among
from engine.actions.late_replies import state_of
from engine.actions.step import Step
from engine.actions.unit_share import told_unit
from engine.documents.letter_data import written_date
from engine.models import Letter, Ticket
from engine.rules.shanghai import shanghai_date
from engine.store import letters as store
from engine.terms import LetterKind, LetterStatus

UNDRAFTED = (LetterStatus.PROPOSED, LetterStatus.REJECTED)


def letters_in_window(step: Step, unit_id: int) -> list[Letter]:
    """Return the rectification letters a unit was sent within the window, oldest first."""
    today = shanghai_date(step.now)
    days = step.rules.parameters["rectification.referral_window"].on(today).value
    found = store.sent_to_unit_since(step.session, unit_id, step.now - timedelta(days=days + 1))
    since = today - timedelta(days=days)
    return sorted((one for one in found if sent_on(one) > since), key=lambda one: one.id)


def sent_on(letter: Letter) -> date:
    """Return the day a letter left, or was to."""
    return shanghai_date(letter.approved_at or letter.proposed_at)


def letter_lines(step: Step, unit_id: int) -> list[str]:
    """Return an evidence line for each rectification letter of the window."""
    return [f"{written_date(sent_on(one))}发整改函（{one.number}）{state_of(step, one)}"
            for one in letters_in_window(step, unit_id)]  # fmt: skip


def lines_now(step: Step, letter: Letter) -> list[str]:
    """Return a letter's evidence; what a referral says of replies is what is so of them by now.

    What nobody has drafted yet is shown without the lines that are evidence no more.
    """
    if letter.kind is not LetterKind.REFERRAL:
        return _still(step, letter) if letter.status in UNDRAFTED else letter.evidence
    now = letter_lines(step, told_unit(letter))
    return [of_letter_among(now, line) or line for line in letter.evidence]


def _still(step: Step, letter: Letter) -> list[str]:
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    gone = gone_among(evidence_for(step, ticket, letter.unit_id), letter.evidence)
    return [line for line in letter.evidence if line not in gone]
