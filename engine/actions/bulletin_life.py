"""A bulletin's life (通报、监测报告): drafted, reviewed and signed by another, numbered, sent.

The table of steps is that of letters (`letter_life`), and so is the series of numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.actions import post
from engine.actions.actor import require_role
from engine.actions.audit import Note, note
from engine.actions.bulletins import Days, Draft, draft_bulletin, spoken_period
from engine.actions.letter_signing import (
    LONGEST_REASON,
    VOIDED,
    check_signer,
    files_of,
)
from engine.actions.letters import moved, opinion_of
from engine.actions.monitoring import draft_monitoring
from engine.actions.numbering import take_number
from engine.actions.post import Addressee, Mail
from engine.actions.stated import stated
from engine.actions.step import Step
from engine.documents.bulletin import document_of as document_from
from engine.documents.bulletin import kept_facts
from engine.documents.fonts import installed_fonts
from engine.documents.letter_data import LetterData
from engine.documents.letters import render_docx, render_pdf
from engine.errors import ConflictError
from engine.models import Bulletin, Unit
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import bulletins as store
from engine.store import tickets
from engine.store.typical_cases import taken_back
from engine.terms import (
    CaseGround,
    LetterAct,
    LetterStatus,
    NoticeKind,
    Recipient,
    ReportKind,
    Role,
)


@dataclass(frozen=True)
class Asked:
    """Of which period a report is drafted, with which cases; of a bulletin, as of which day."""

    kind: ReportKind
    days: Days
    cases: Sequence[str] = ()
    as_of: date | None = None


def keep_draft(step: Step, asked: Asked) -> Bulletin:
    """Keep a period's draft with the chosen cases and its figures as they stood (拟稿).

    Raises:
        ConflictError: a bulletin of that period is in hand and was not sent back, or the period
            was not over by the day whose figures are wanted, or a case was taken back since.
        BadInputError: that day is still to come.
        NotPermittedError: somebody other than a supervisor drafts.
    """
    require_role(step.actor, Role.SUPERVISOR)
    kind, days = asked.kind, asked.days
    made = store.in_hand(step.session, kind, days)
    if made is not None and made.status is not LetterStatus.REJECTED:
        message = (
            f"这段时间的{kind.label}已有一份在办，现为“{made.status.label}”；要重拟的先退回修改。"
        )
        raise ConflictError(message)
    draft = _draft(step, asked)
    if draft.report.running:
        message = f"统计期到 {days[1]} 才过完，不能拟稿送核。请选已经过完的一期。"
        raise ConflictError(message)
    grounds = {one.number: one.ground.value for one in draft.proposed if one.number in asked.cases}
    _refuse_taken_back(step, asked.cases, grounds, "请去掉这些案例，再送核。")
    kept = {"at": draft.report.at.isoformat(), "grounds": grounds, **kept_facts(draft.facts)}
    by = step.actor.account_id or 0
    made = made or Bulletin(
        kind=kind, since=days[0], until=days[1], status=LetterStatus.DRAFTED, drafted_by_id=by,
        drafted_at=step.now,
    )  # fmt: skip
    made.status, made.opinion, made.facts = LetterStatus.DRAFTED, "", kept
    made.cases = list(asked.cases)
    made.drafted_by_id, made.drafted_at = by, step.now
    step.session.add(made)
    step.session.flush()
    _note(step, made, "draft", cases=made.cases)
    return made


def _draft(step: Step, asked: Asked) -> Draft:
    if asked.kind is ReportKind.MONITORING:
        return draft_monitoring(step, asked.days, asked.cases)
    return draft_bulletin(step, asked.days, asked.cases, asked.as_of)


def document_of(one: Bulletin, on: date) -> LetterData:
    """Return the document of a bulletin: of the figures its draft was made with.

    Raises:
        DocumentError: the template misses a fact.
    """
    made = document_from(one.kind, one.facts, on)
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
        ConflictError: it tells of demonstration data, or one of its cases was excused, withdrawn or
            left out of the figures since.
        DocumentError: fonts or characters are missing; nothing is numbered.
    """
    status = _moved(step, one, LetterAct.SIGN)
    check_signer(step, one)
    _refuse_invented(one)
    _refuse_taken_back(step, one.cases, one.facts.get("grounds", {}), "请退回修改，重新拟稿。")
    on = shanghai_date(step.now)
    one.approved_by_id, one.approved_at = step.actor.account_id, step.now
    number = take_number(step, one)
    data = document_of(one, on).numbered(number, on)
    rendered = render_pdf(data, fonts=installed_fonts(), moment=step.now)
    one.pdf, one.pdf_sha256, one.pages = rendered.pdf, rendered.sha256, rendered.pages
    one.docx, one.notes = render_docx(data), list(rendered.notes)
    one.number, one.status = number, status
    _note(step, one, "sign", number=number, sha256=one.pdf_sha256)


def _refuse_taken_back(
    step: Step, cases: Sequence[str], grounds: Mapping[str, str], what_now: str
) -> None:
    """Refuse cases that are told on a ground they have no more; one not known is lateness."""
    told = {number: CaseGround.parse(grounds.get(number, CaseGround.LATE.value))
            for number in cases}  # fmt: skip
    if gone := taken_back(step.session, told, step.now):
        message = f"典型案例 {'、'.join(gone)} 已认定免责、不计入或撤销超期，{what_now}"
        raise ConflictError(message)


def why_invented(one: Bulletin) -> str:
    """Return why a report gets no number of the real series; nothing where it may have one.

    It tells of invented tickets, when it was drafted or now.
    """
    if not one.facts["words"].get("demonstration") and not load_settings().demo_data:
        return ""
    return (
        f"这份{one.kind.label}是演示数据，不编号、不签发。正式使用请设 HOTLINE_DEMO_DATA=0，"
        "重新启动后退回重拟。"
    )


def _refuse_invented(one: Bulletin) -> None:
    if why := why_invented(one):
        raise ConflictError(why)


def turn_down(step: Step, one: Bulletin, act: LetterAct, opinion: str) -> None:
    """Send a draft back (退回修改), or decide not to send it (不发), with a reason."""
    status, said = _moved(step, one, act), opinion_of(act, opinion)
    one.status, one.opinion = status, said
    _note(step, one, act.value, opinion=one.opinion)


def void(step: Step, one: Bulletin, reason: str) -> None:
    """Void a signed bulletin that is not to be sent (作废): its number stays taken."""
    status = _moved(step, one, LetterAct.VOID)
    said = stated(reason, "opinion", VOIDED, LONGEST_REASON)
    one.void_reason, one.status = said, status
    one.voided_by_id, one.voided_at = step.actor.account_id, step.now
    _note(step, one, "void", reason=one.void_reason)


def send(step: Step, one: Bulletin) -> int:
    """Send a signed bulletin (发出) to its units with a verified address; return how many.

    A bulletin goes to every unit. A monitoring report goes on paper to whom it is addressed to and
    by mail to those who have a copy.

    Raises:
        ConflictError: it is not signed, or no unit of a bulletin has a verified address.
    """
    status = _moved(step, one, LetterAct.SEND)
    to = [unit for unit in tickets.units(step.session)
          if unit.email and unit.email_verified_at and _is_told(one, unit)]  # fmt: skip
    if not to and one.kind is ReportKind.BULLETIN:
        message = "没有一个单位的邮箱核实过，通报发不出去；请先在“单位”里核实。"
        raise ConflictError(message)
    one.status, one.sent_by_id, one.sent_at = status, step.actor.account_id, step.now
    for unit in to:
        _mail(step, one, unit)
    _note(step, one, "send", units=len(to))
    return len(to)


def _is_told(one: Bulletin, unit: Unit) -> bool:
    if one.kind is ReportKind.BULLETIN:
        return True
    return unit.name in (one.facts["to"], *one.facts["cc"].split("、"))


def _mail(step: Step, one: Bulletin, unit: Unit) -> None:
    settings = load_settings()
    facts = {
        "unit": unit.name, "report": one.kind.label, "letter_number": one.number,
        "period": one.facts["period"],
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
    period = spoken_period((one.since, one.until))
    said = {"kind": one.kind.value, "period": period, **details}
    note(step.session, step.actor, step.now, Note(f"bulletin:{one.id}", act, said))
