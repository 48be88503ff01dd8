"""A bulletin's life (通报): drafted, reviewed and signed by another supervisor, numbered, sent.

The table of steps is that of letters (`letter_life`), and so is the series of numbers.
"""

from collections.abc import Sequence
from datetime import date

from engine.actions import post
from engine.actions.actor import require_role
from engine.actions.audit import Note, note
from engine.actions.bulletins import Days, draft_bulletin, spoken_period
from engine.actions.letter_signing import (
    LONGEST_REASON,
    VOIDED,
    check_signer,
    files_of,
    take_number,
)
from engine.actions.letters import moved, opinion_of, stated
from engine.actions.post import Addressee, Mail
from engine.actions.step import Step
from engine.documents.bulletin import BulletinFacts, bulletin
from engine.documents.fonts import installed_fonts
from engine.documents.letter_data import LetterData
from engine.documents.letters import render_docx, render_pdf
from engine.errors import ConflictError
from engine.models import Bulletin, Unit
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import bulletins as store
from engine.store import tickets
from engine.terms import LetterAct, LetterStatus, NoticeKind, Recipient, Role


def keep_draft(step: Step, days: Days, cases: Sequence[str], as_of: date | None = None) -> Bulletin:
    """Keep a period's draft with the chosen cases and its figures as they stood (拟稿).

    Raises:
        ConflictError: a bulletin of that period is in hand and was not sent back, or the period
            was not over by the day whose figures are wanted.
        BadInputError: that day is still to come.
        NotPermittedError: somebody other than a supervisor drafts.
    """
    require_role(step.actor, Role.SUPERVISOR)
    made = store.in_hand(step.session, days)
    if made is not None and made.status is not LetterStatus.REJECTED:
        message = f"这段时间的通报已有一份在办，现为“{made.status.label}”；要重拟的先退回修改。"
        raise ConflictError(message)
    draft = draft_bulletin(step, days, cases, as_of)
    if draft.report.running:
        message = f"统计期到 {days[1]} 才过完，不能拟稿送核。请把“统计至”改成过完的日子。"
        raise ConflictError(message)
    facts = draft.facts
    kept = {"at": draft.report.at.isoformat(),
            "organ": facts.organ, "period": facts.period, "words": dict(facts.words),
            "indicators": list(facts.indicators), "units": list(facts.units)}  # fmt: skip
    by = step.actor.account_id or 0
    made = made or Bulletin(
        since=days[0], until=days[1], status=LetterStatus.DRAFTED, drafted_by_id=by,
        drafted_at=step.now,
    )  # fmt: skip
    made.status, made.opinion, made.facts, made.cases = LetterStatus.DRAFTED, "", kept, list(cases)
    made.drafted_by_id, made.drafted_at = by, step.now
    step.session.add(made)
    step.session.flush()
    _note(step, made, "draft", cases=list(cases))
    return made


def document_of(one: Bulletin, on: date) -> LetterData:
    """Return the document of a bulletin: of the figures its draft was made with.

    Raises:
        DocumentError: the template misses a fact.
    """
    kept = one.facts
    made = bulletin(BulletinFacts(
        organ=kept["organ"], period=kept["period"], date=on, words=kept["words"],
        indicators=[tuple(row) for row in kept["indicators"]],
        units=[tuple(row) for row in kept["units"]],
    ))  # fmt: skip
    return made.numbered(one.number, on) if one.number else made


def review(step: Step, one: Bulletin) -> None:
    """Find a draft right as it stands (核稿); its drafter can't."""
    one.status = _moved(step, one, LetterAct.REVIEW)
    one.reviewed_by_id, one.reviewed_at = step.actor.account_id, step.now
    _note(step, one, "review")


def sign(step: Step, one: Bulletin) -> None:
    """Sign a reviewed bulletin (签发): it gets its number and its final files.

    Raises:
        NotPermittedError: the signer is the drafter, or no supervisor.
        DocumentError: fonts or characters are missing; nothing is numbered.
    """
    status = _moved(step, one, LetterAct.SIGN)
    check_signer(step, one)
    on = shanghai_date(step.now)
    one.approved_by_id, one.approved_at = step.actor.account_id, step.now
    number = take_number(step, one)
    data = document_of(one, on).numbered(number, on)
    rendered = render_pdf(data, fonts=installed_fonts(), moment=step.now)
    one.pdf, one.pdf_sha256, one.pages = rendered.pdf, rendered.sha256, rendered.pages
    one.docx, one.notes = render_docx(data), list(rendered.notes)
    one.number, one.status = number, status
    _note(step, one, "sign", number=number, sha256=one.pdf_sha256)


def turn_down(step: Step, one: Bulletin, act: LetterAct, opinion: str) -> None:
    """Send a draft back (退回修改), or decide not to send it (不发), with a reason."""
    status, said = _moved(step, one, act), opinion_of(act, opinion)
    one.status, one.opinion = status, said[:LONGEST_REASON]
    _note(step, one, act.value, opinion=one.opinion)


def void(step: Step, one: Bulletin, reason: str) -> None:
    """Void a signed bulletin that is not to be sent (作废): its number stays taken."""
    status, said = _moved(step, one, LetterAct.VOID), stated(reason, "opinion", VOIDED)
    one.void_reason, one.status = said[:LONGEST_REASON], status
    one.voided_by_id, one.voided_at = step.actor.account_id, step.now
    _note(step, one, "void", reason=one.void_reason)


def send(step: Step, one: Bulletin) -> int:
    """Send a signed bulletin (发出) to every unit with a verified address; return how many.

    Raises:
        ConflictError: it is not signed, or no unit has a verified address.
    """
    status = _moved(step, one, LetterAct.SEND)
    to = [unit for unit in tickets.units(step.session) if unit.email and unit.email_verified_at]
    if not to:
        message = "没有一个单位的邮箱核实过，通报发不出去；请先在“单位”里核实。"
        raise ConflictError(message)
    one.status, one.sent_by_id, one.sent_at = status, step.actor.account_id, step.now
    for unit in to:
        _mail(step, one, unit)
    _note(step, one, "send", units=len(to))
    return len(to)


def _mail(step: Step, one: Bulletin, unit: Unit) -> None:
    settings = load_settings()
    facts = {
        "unit": unit.name, "letter_number": one.number, "period": one.facts["period"],
        "hotline_name": settings.hotline_name, "contact": settings.contact,
        "link": f"{settings.link_base}/",
    }  # fmt: skip
    mail = Mail(key=f"bulletin:{one.id}:{unit.id}", kind=NoticeKind.BULLETIN, facts=facts,
                files=files_of(one), unit=unit)  # fmt: skip
    post.post(step, None, mail, [Addressee(unit.email, Recipient.UNIT)])


def _moved(step: Step, one: Bulletin, act: LetterAct) -> LetterStatus:
    require_role(step.actor, Role.SUPERVISOR)
    return moved(step, one, act)


def _note(step: Step, one: Bulletin, act: str, **details: object) -> None:
    said = {"period": spoken_period((one.since, one.until)), **details}
    note(step.session, step.actor, step.now, Note(f"bulletin:{one.id}", act, said))
