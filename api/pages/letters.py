"""Letters (函件审批): the page as it will go out beside its evidence; one drafts, another signs."""

from functools import lru_cache
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import EYES, HEADERS, UNIT, Visit, attempt, reading
from engine.actions import letters as actions
from engine.actions import referrals
from engine.actions.letter_facts import letter_data
from engine.actions.letter_replies import judge_answer
from engine.actions.letters import known_evidence
from engine.documents.fonts import FontRole, FontSet, find_fonts
from engine.documents.letter_data import LetterData
from engine.documents.letters import render_png
from engine.errors import (
    BadInputError,
    ConflictError,
    DocumentError,
    EngineError,
    NotFoundError,
    NotPermittedError,
)
from engine.models import Letter, Ticket, Unit
from engine.settings import load_settings
from engine.store import clocks, desk_lists, desk_ticket, desk_unit, desk_views
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, LetterStatus, RectificationGround, Role

router = APIRouter(include_in_schema=False)
UNDRAFTED = (LetterStatus.PROPOSED, LetterStatus.REJECTED)
WAITING = (LetterStatus.PROPOSED, LetterStatus.DRAFTED, LetterStatus.REJECTED)
FILES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST_EVIDENCE = 40


@router.get("/letters")
def letters(request: Request) -> Response:
    """List the letters that wait, and those that went out."""
    with reading(request, *EYES) as visit:
        waiting, sent = store.waiting(visit.session), store.sent(visit.session, 100)
        both = [*waiting, *sent]
        facts = {
            "waiting": waiting, "sent": sent,
            "units": desk_views.units_by_id(visit.session, [one.unit_id for one in both]),
            "tickets": desk_lists.tickets_by_id(visit.session, [one.ticket_id for one in both]),
            "clocks": desk_unit.reply_clocks(visit.session, sent),
        }  # fmt: skip
        return visit.page("letters.html", facts)


@router.get("/letters/{letter_id}")
def letter_page(request: Request, letter_id: int, step: str = "") -> Response:
    """Show one letter; `?step=approve` is the page that asks once more before it goes out."""
    with reading(request, *EYES) as visit:
        return _page(visit, letter_id, EMPTY, confirm=step == "approve")


def _page(
    visit: Visit, letter_id: int, form: Form, error: EngineError | None = None,
    *, confirm: bool = False,
) -> Response:  # fmt: skip
    letter = store.letter(visit.session, letter_id)
    ticket = visit.session.get_one(Ticket, letter.ticket_id)
    facts = {
        "letter": letter, "ticket": ticket, "form": form, "error": error,
        "unit": visit.session.get_one(Unit, letter.unit_id), "pages": _pages(visit, letter),
        "Ground": RectificationGround, "confirm": confirm and letter.status is LetterStatus.DRAFTED,
        "names": desk_ticket.names(visit.session, [letter.drafted_by_id, letter.approved_by_id,
                                                   letter.replied_by_id]),
        "clock": desk_unit.reply_clocks(visit.session, [letter]).get(letter.id),
        "mails": desk_lists.mails_of_letter(visit.session, letter.id),
        "breaches": clocks.breaches(visit.session, ticket.id),
        "earlier": desk_lists.letters_of_unit(visit.session, letter.unit_id, letter.id),
        "evidence": known_evidence(visit.step, ticket, letter)
                    if letter.status in UNDRAFTED else letter.evidence,
        "supervisor": visit.role is Role.SUPERVISOR, "waiting": letter.status in WAITING,
        "own": letter.drafted_by_id == visit.account.id, "targets": _targets(visit, letter),
    }  # fmt: skip
    return visit.page("letter.html", facts, _status(error) if error else 200)


def _status(error: EngineError) -> int:
    """Return the status of a refusal; a letter that can't be set is no fault of the program."""
    return ConflictError.status if isinstance(error, DocumentError) else error.status


def _targets(visit: Visit, letter: Letter) -> list[tuple[str, str]]:
    """Return to whom a clue may be handed: key and name; nothing for other letters."""
    if letter.kind is not LetterKind.REFERRAL:
        return []
    found = referrals.targets_for(visit.step, referrals.accused_unit_of(letter))
    return [(one.key, f"{one.kind}：{unit.name}") for one, unit in found]


def _pages(visit: Visit, letter: Letter) -> str:
    """Return an empty sentence when the letter can be set now, else why it can't."""
    try:
        data = letter_data(visit.step, letter, number=letter.number or None)
        _fonts().notes_for(data.texts())
    except (EngineError, ValueError) as error:
        return str(error)
    return ""


@router.get("/letters/{letter_id}/page-{page}.png")
def preview(request: Request, letter_id: int, page: int) -> Response:
    """Return one page of the letter as it would go out now."""
    with reading(request, *EYES) as visit:
        letter = store.letter(visit.session, letter_id)
        data = letter_data(visit.step, letter, number=letter.number or None)
    try:
        return Response(_drawn(data, page), media_type="image/png", headers=HEADERS)
    except DocumentError as error:
        raise ConflictError(str(error)) from error


def _fonts() -> FontSet:
    return find_fonts(load_settings().font_directory)


@lru_cache(maxsize=16)
def _drawn(data: LetterData, page: int) -> bytes:
    return render_png(data, fonts=_fonts(), page=page, ppi=120)


@router.get("/letters/{letter_id}/file.{kind}")
def download(request: Request, letter_id: int, kind: str) -> Response:
    """Return the letter that went out, as PDF or DOCX.

    Raises:
        NotFoundError: it has not gone out yet.
    """
    with reading(request, *EYES, *UNIT) as visit:
        letter = store.letter(visit.session, letter_id)
        mine = visit.role in EYES or visit.account.unit_id == letter.unit_id
        data = {"pdf": letter.pdf, "docx": letter.docx}.get(kind)
        if not mine or data is None:
            message = "这份函还没有发出，没有文件可下载。"
            raise NotFoundError(message)
    name = quote(f"{letter.number}.{kind}")
    headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(data, media_type=FILES[kind], headers=headers)


@router.post("/letters/{letter_id}/{what}")
def decide(request: Request, letter_id: int, what: str, form: Posted) -> Response:
    """Draft, approve, reject, drop or judge a letter."""

    def do(visit: Visit) -> Response:
        _need_supervisor(visit)
        letter = store.letter(visit.session, letter_id, lock=True)
        if what not in DOINGS:
            message = "没有这个操作。"
            raise NotFoundError(message)
        return visit.go(f"/letters/{letter_id}", DOINGS[what](visit, letter, form))

    def again(visit: Visit, error: EngineError) -> Response:
        _need_supervisor(visit)
        return _page(visit, letter_id, form, error)

    return attempt(request, form, do, again)


def _need_supervisor(visit: Visit) -> None:
    if visit.role is not Role.SUPERVISOR:
        message = "您没有这项权限。需要的角色：主管。"
        raise NotPermittedError(message)


def _draft(visit: Visit, letter: Letter, form: Form) -> str:
    known = {one.value for one in RectificationGround}
    grounds = tuple(RectificationGround.parse(one) for one in form.many("grounds") if one in known)
    draft = actions.Draft(
        grounds, form.lines("demands"), form.many("evidence")[:MOST_EVIDENCE],
        target=form.text("target"), judgement=form.text("judgement"),
    )  # fmt: skip
    _check_characters(form)
    actions.draft_letter(visit.step, letter, draft)
    _fonts().notes_for(letter_data(visit.step, letter, number=None).texts())
    return "稿已拟好，等另一位主管批准。"


def _check_characters(form: Form) -> None:
    """Refuse a character that no font has while its writer still sits before it.

    Raises:
        BadInputError: names the field and the character.
    """
    fields = {}
    for name in ("demands", "judgement"):
        try:
            _fonts().notes_for([(FontRole.FANGSONG, form.text(name))])
        except DocumentError as error:
            fields[name] = str(error)
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _approve(visit: Visit, letter: Letter, form: Form) -> str:
    actions.approve_letter(visit.step, letter)
    unit = visit.session.get_one(Unit, letter.unit_id)
    clock = desk_unit.reply_clocks(visit.session, [letter]).get(letter.id)
    until = f"，应于 {clock.due_on:%m月%d日} 前回复整改情况" if clock else ""
    return f"已发 {letter.number}，{unit.name}{until}。"


def _reject(visit: Visit, letter: Letter, form: Form) -> str:
    actions.reject_letter(visit.step, letter, form.text("opinion"))
    return "已退回修改。"


def _drop(visit: Visit, letter: Letter, form: Form) -> str:
    actions.drop_letter(visit.step, letter, form.text("opinion"))
    return "已决定不发，理由已留痕。"


def _refer(visit: Visit, letter: Letter, form: Form) -> str:
    reason = form.text("opinion").strip()
    if not reason:
        words = "请写明为什么建议移交线索。"
        raise BadInputError(words, fields={"opinion": words})
    ticket = ticket_store.lock_ticket(visit.session, letter.ticket_id)
    grounds = tuple(RectificationGround.parse(one) for one in letter.grounds)
    proposal = actions.Proposal(LetterKind.REFERRAL, grounds, reason)
    if actions.propose_letter(visit.step, ticket, proposal) is None:
        message = "这张工单已有一份问题线索移交函在办。"
        raise ConflictError(message)
    return "已提议移交线索，由主管拟稿、另一位主管批准。"


def _judge(visit: Visit, letter: Letter, form: Form) -> str:
    if form.text("accepted") not in ("yes", "no"):
        words = "请选是否认可整改。"
        raise BadInputError(words, fields={"accepted": words})
    accepted = form.text("accepted") == "yes"
    judge_answer(visit.step, letter, accepted=accepted, opinion=form.text("opinion"))
    return "已认可整改。" if accepted else "认定整改不到位，单位须再次回复。"


DOINGS = {
    "draft": _draft, "approve": _approve, "reject": _reject, "drop": _drop, "judge": _judge,
    "refer": _refer,
}  # fmt: skip
