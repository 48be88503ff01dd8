"""A bulletin or monitoring report that is kept (通报稿): its pages, its steps, its files."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.bulletins import quarter_asked
from api.pages.documents import document_file
from api.pages.filters import past_day, period
from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import EYES, HEADERS, Visit, attempt, reading
from engine.actions import bulletin_life as actions
from engine.actions.bulletin_life import Asked
from engine.actions.letter_preview import PPI, drawn
from engine.documents.pictures import picture_of_pdf
from engine.errors import ConflictError, DocumentError, EngineError, NotFoundError
from engine.models import Bulletin
from engine.rules.shanghai import shanghai_date
from engine.store import bulletins as store
from engine.store import desk_ticket
from engine.terms import LetterAct, ReportKind, Role

router = APIRouter(include_in_schema=False)


@router.post("/supervise/bulletin")
def keep(request: Request, form: Posted) -> Response:
    """Keep the draft of a period as it stands; another supervisor reviews and signs it."""

    def asked(visit: Visit) -> Asked:
        wanted = period(visit, form)
        day, wrong = past_day(visit, form)
        if error := wanted.error or wrong:
            raise error
        return Asked(ReportKind.BULLETIN, (wanted.since, wanted.until), form.many("case"), day)

    return _keep(request, form, asked)


@router.post("/supervise/monitoring")
def keep_monitoring(request: Request, form: Posted) -> Response:
    """Keep the draft of a quarter's monitoring report; another supervisor reviews and signs it."""

    def asked(visit: Visit) -> Asked:
        days, error = quarter_asked(visit, form)
        if error:
            raise error
        return Asked(ReportKind.MONITORING, days, form.many("case"))

    return _keep(request, form, asked)


def _keep(request: Request, form: Form, asked: Callable[[Visit], Asked]) -> Response:
    def do(visit: Visit) -> Response:
        made = actions.keep_draft(visit.step, asked(visit))
        return visit.go(f"/bulletins/{made.id}", "稿已存下，等另一位主管核稿。")

    def again(visit: Visit, error: EngineError) -> Response:
        raise error

    return attempt(request, form, do, again, Role.SUPERVISOR)


@router.get("/bulletins/{bulletin_id}")
def bulletin(request: Request, bulletin_id: int) -> Response:
    """Show a bulletin with its pages and what may be done to it."""
    with reading(request, *EYES) as visit:
        return _page(visit, bulletin_id, EMPTY)


def _page(visit: Visit, bulletin_id: int, form: Form, error: EngineError | None = None) -> Response:
    one = store.bulletin(visit.session, bulletin_id)
    people = [one.drafted_by_id, one.reviewed_by_id, one.approved_by_id, one.sent_by_id,
              one.voided_by_id]  # fmt: skip
    facts = {
        "one": one, "form": form, "error": error, "names": desk_ticket.names(visit.session, people),
        "pages": one.pages or len(_pictures(visit, one)),
        "invented": actions.why_invented(one), "own": visit.account.id == one.drafted_by_id,
        "supervisor": visit.role is Role.SUPERVISOR,
    }  # fmt: skip
    return visit.page("bulletin_kept.html", facts, error.status if error else 200)


def _pictures(visit: Visit, one: Bulletin) -> tuple[bytes, ...]:
    return drawn(actions.document_of(one, shanghai_date(visit.now)))


@router.get("/bulletins/{bulletin_id}/page-{page}.png")
def preview(request: Request, bulletin_id: int, page: int) -> Response:
    """Return one page: as it was signed, or as it would be now.

    Raises:
        NotFoundError: it has no such page.
    """
    try:
        with reading(request, *EYES) as visit:
            one = store.bulletin(visit.session, bulletin_id)
            picture = picture_of_pdf(one.pdf, page, PPI) if one.pdf else _drawn(visit, one, page)
    except DocumentError as error:
        raise ConflictError(str(error)) from error
    return Response(picture, media_type="image/png", headers=HEADERS)


def _drawn(visit: Visit, one: Bulletin, page: int) -> bytes:
    pictures = _pictures(visit, one)
    if not 1 <= page <= len(pictures):
        message = f"这份{one.kind.label}只有 {len(pictures)} 页。"
        raise NotFoundError(message)
    return pictures[page - 1]


@router.get("/bulletins/{bulletin_id}/file.{kind}")
def download(request: Request, bulletin_id: int, kind: str) -> Response:
    """Return the bulletin as it was signed, as PDF or DOCX.

    Raises:
        NotFoundError: it is not signed yet.
    """
    with reading(request, *EYES) as visit:
        one = store.bulletin(visit.session, bulletin_id)
        data = {"pdf": one.pdf, "docx": one.docx}.get(kind)
        if data is None:
            message = f"这份{one.kind.label}还没有签发，没有文件可下载。"
            raise NotFoundError(message)
    return document_file(one.number, kind, data)


@router.post("/bulletins/{bulletin_id}/{what}")
def decide(request: Request, bulletin_id: int, what: str, form: Posted) -> Response:
    """Review, sign, send back, drop, void or send a bulletin."""

    def do(visit: Visit) -> Response:
        one = store.bulletin(visit.session, bulletin_id, lock=True)
        if what not in DOINGS:
            message = "没有这个操作。"
            raise NotFoundError(message)
        return visit.go(f"/bulletins/{bulletin_id}", DOINGS[what](visit, one, form))

    def again(visit: Visit, error: EngineError) -> Response:
        return _page(visit, bulletin_id, form, error)

    return attempt(request, form, do, again, Role.SUPERVISOR)


def _review(visit: Visit, one: Bulletin, form: Form) -> str:
    actions.review(visit.step, one)
    return "已核稿，等签发。"


def _approve(visit: Visit, one: Bulletin, form: Form) -> str:
    actions.sign(visit.step, one)
    return f"已签发，编号 {one.number}。请打印用印，然后发出；不发的请作废。"


def _send(visit: Visit, one: Bulletin, form: Form) -> str:
    sent = f"已发 {one.number}，共 {actions.send(visit.step, one)} 个单位。"
    paper = one.kind is ReportKind.MONITORING
    return f"{sent}请把用印的一份送{one.facts['to']}。" if paper else sent


def _void(visit: Visit, one: Bulletin, form: Form) -> str:
    actions.void(visit.step, one, form.text("opinion"))
    return f"{one.number} 已作废，字号保留，理由已留痕。"


def _reject(visit: Visit, one: Bulletin, form: Form) -> str:
    actions.turn_down(visit.step, one, LetterAct.REJECT, form.text("opinion"))
    return "已退回修改。"


def _drop(visit: Visit, one: Bulletin, form: Form) -> str:
    actions.turn_down(visit.step, one, LetterAct.DROP, form.text("opinion"))
    return "已决定不发，理由已留痕。"


DOINGS = {
    "review": _review, "approve": _approve, "send": _send, "void": _void, "reject": _reject,
    "drop": _drop,
}  # fmt: skip
