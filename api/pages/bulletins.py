"""The bulletin (通报) and the quarter's monitoring report (监测报告): drafts, cases, documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.documents import TYPES, document_file
from api.pages.filters import figures_asked, from_address
from api.pages.forms import Form
from api.pages.visit import EYES, Visit, reading
from engine.actions.bulletins import Draft, case_words, draft_bulletin, points, spoken_period
from engine.actions.monitoring import draft_monitoring
from engine.documents.fonts import installed_fonts
from engine.documents.letters import render_docx, render_pdf
from engine.errors import BadInputError, NotFoundError
from engine.rules.monitoring import Days, quarter_before, quarter_of
from engine.rules.shanghai import shanghai_date
from engine.store import bulletins as store
from engine.store.typical_cases import taken_back
from engine.terms import ReportKind

router = APIRouter(include_in_schema=False)
QUARTERS = 8


@dataclass(frozen=True)
class _Wanted:
    """A document that was asked for: its page, its days, its draft, and what is wrong."""

    name: str
    days: Days
    draft: Draft
    error: BadInputError | None
    query: Sequence[tuple[str, object]]


@router.get("/supervise/bulletin")
def bulletin(request: Request) -> Response:
    """Show the draft of a period's bulletin with its scores and the cases proposed."""
    with reading(request, *EYES) as visit:
        form = from_address(request)
        wanted = _bulletin(visit, form)
        kept = store.newest(visit.session, ReportKind.BULLETIN)
        return _page(visit, form, wanted, "bulletin.html", kept=kept)


@router.get("/supervise/monitoring")
def monitoring(request: Request) -> Response:
    """Show the draft of a quarter's monitoring report, its annexes and the cases proposed."""
    with reading(request, *EYES) as visit:
        form = from_address(request)
        wanted = _monitoring(visit, form)
        quarters = [(_key(one), spoken_period(one)) for one in _quarters(visit)]
        key = _key(wanted.days)
        kept = store.newest(visit.session, ReportKind.MONITORING)
        return _page(visit, form, wanted, "monitoring.html", quarters=quarters,
                     chosen_quarter=key, kept=kept)  # fmt: skip


def _page(visit: Visit, form: Form, wanted: _Wanted, template: str, **more: object) -> Response:
    chosen, draft = form.many("case"), wanted.draft
    grounds = {one.number: one.ground for one in draft.proposed}
    facts = {
        "form": form, "error": wanted.error, "draft": draft, "points": points, "chosen": chosen,
        "cases": [(one, case_words(one, visit.step)) for one in draft.proposed],
        "gone": taken_back(visit.session, grounds, visit.now),
        "title": spoken_period(wanted.days), "days": wanted.days,
        "query": urlencode([*wanted.query, *(("case", one) for one in chosen)]), **more,
    }  # fmt: skip
    return visit.page(template, facts, wanted.error.status if wanted.error else 200)


def _bulletin(visit: Visit, form: Form) -> _Wanted:
    asked, day, error = figures_asked(visit, form)
    days = (asked.since, asked.until)
    draft = draft_bulletin(visit.step, days, form.many("case"), day)
    query = [("since", asked.since), ("until", asked.until), *([("on", day)] if day else [])]
    return _Wanted("通报", days, draft, error, query)


def quarter_asked(visit: Visit, form: Form) -> tuple[Days, BadInputError | None]:
    """Return the quarter a form names, this one where it names none, and what is wrong."""
    typed = form.text("quarter").strip()
    known = {_key(one): one for one in _quarters(visit)}
    error = None
    if typed and typed not in known:
        words = f"没有“{typed[:10]}”这个季度，请选近 {QUARTERS} 个季度之一。"
        error = BadInputError(words, fields={"quarter": words})
    return known.get(typed, quarter_of(shanghai_date(visit.now))), error


def _monitoring(visit: Visit, form: Form) -> _Wanted:
    days, error = quarter_asked(visit, form)
    draft = draft_monitoring(visit.step, days, form.many("case"))
    return _Wanted("监测报告", days, draft, error, [("quarter", _key(days))])


def _key(quarter: Days) -> str:
    return f"{quarter[0].year}-{quarter[0].month // 3 + 1}"


def _quarters(visit: Visit) -> list[Days]:
    found = [quarter_of(shanghai_date(visit.now))]
    while len(found) < QUARTERS:
        found.append(quarter_before(found[-1]))
    return found


@router.get("/supervise/bulletin.{kind}")
def bulletin_file(request: Request, kind: str) -> Response:
    """Return a bulletin's draft as PDF or DOCX; it has no number until it is signed.

    Raises:
        NotFoundError: there is no such form of it.
        BadInputError: the period cannot be understood.
        DocumentError: it cannot be set in type.
    """
    return _document(request, kind, _bulletin)


@router.get("/supervise/monitoring.{kind}")
def monitoring_file(request: Request, kind: str) -> Response:
    """Return a monitoring report's draft as PDF or DOCX.

    Raises:
        NotFoundError: there is no such form of it.
        BadInputError: the quarter cannot be understood.
        DocumentError: it cannot be set in type.
    """
    return _document(request, kind, _monitoring)


def _document(request: Request, kind: str, made: Callable[[Visit, Form], _Wanted]) -> Response:
    if kind not in TYPES:
        message = "只有 PDF 和 DOCX 两种。"
        raise NotFoundError(message)
    with reading(request, *EYES) as visit:
        wanted = made(visit, from_address(request))
        if wanted.error:
            raise wanted.error
        title = f"{wanted.name}-{spoken_period(wanted.days)}"
        return document_file(title, kind, _file(visit, wanted.draft, kind))


def _file(visit: Visit, draft: Draft, kind: str) -> bytes:
    if kind == "docx":
        return render_docx(draft.document)
    fonts = installed_fonts()
    return render_pdf(draft.document, fonts=fonts, moment=visit.now).pdf
