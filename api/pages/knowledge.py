"""The knowledge base (知识库): the list, one entry with its versions, and what is missing."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.acts import day_typed
from api.pages.forms import EMPTY, Form, Posted
from api.pages.naming import unit_named
from api.pages.visit import EYES, HOTLINE, UNIT, Visit, attempt, posting, reading
from engine.actions import knowledge as actions
from engine.errors import BadInputError, EngineError, NotFoundError
from engine.models import KnowledgeEntry, Unit
from engine.rules.knowledge import Asked, Written, last_day
from engine.rules.shanghai import shanghai_date
from engine.store import desk_ticket, tickets
from engine.store import knowledge as store
from engine.store.knowledge import Row
from engine.terms import KnowledgeReview, KnowledgeState, Role

router = APIRouter(include_in_schema=False)
WHO = (*HOTLINE, *EYES, *UNIT)
PARTIAL = "x-partial"  # the script asks for the list alone


def _list(
    visit: Visit, form: Form, error: EngineError | None = None, rows: list[Row] | None = None
) -> Response:
    mine = visit.account.unit_id if visit.role in UNIT else None
    supervisor = visit.role is Role.SUPERVISOR
    facts = {
        "rows": store.rows(visit.session, mine) if rows is None else rows,
        "form": form, "error": error, "typed": form.text("q").strip(),
        "gaps": _gaps(visit) if supervisor else (),
        "units": tickets.units(visit.session), **_writing(visit),
    }  # fmt: skip
    return visit.page("knowledge.html", facts, error.status if error else 200)


def _gaps(visit: Visit) -> list[tuple[tuple[Asked, ...], list[str]]]:
    return [(group, actions.topic(visit.step, group)) for group in actions.gaps(visit.step)]


def _writing(visit: Visit) -> dict[str, object]:
    today = shanghai_date(visit.now)
    return {
        "State": KnowledgeState, "Review": KnowledgeReview, "today": today,
        "until": last_day(today, visit.rules),
        "may_write": visit.role is Role.SUPERVISOR or visit.role in UNIT,
    }  # fmt: skip


@router.get("/knowledge")
def entries(request: Request) -> Response:
    """Show every entry to the hotline, its own to a unit, and to supervisors what is missing."""
    with reading(request, *WHO) as visit:
        return _list(visit, EMPTY)


@router.post("/knowledge/find")
def find(request: Request, form: Posted) -> Response:
    """Return the entries that what is typed finds; by POST, for it may be a caller's words."""
    with posting(request, form, *WHO) as visit:
        mine = visit.account.unit_id if visit.role in UNIT else None
        typed = form.text("q").strip()
        every = store.rows(visit.session, mine)
        rows = actions.search(visit.step, typed, every) if typed else every
        if PARTIAL not in request.headers:
            return _list(visit, form, rows=rows)
        return visit.partial("_knowledge.html", rows=rows, typed=typed, **_writing(visit))


@router.post("/knowledge")
def begin(request: Request, form: Posted) -> Response:
    """Write a new entry, or ask a unit for one that is missing (提请撰写)."""

    def do(visit: Visit) -> Response:
        unit = _unit(visit, form)
        if form.has("want"):
            entry = actions.want(visit.step, unit, form.text("question"), form.many("numbers"))
            return visit.go("/knowledge", f"已提请{unit.name}撰写第 {entry.id} 条，已发邮件。")
        version = actions.begin(visit.step, unit, _written(form))
        return visit.go(f"/knowledge/{version.entry_id}", "已写好，等另一人审核后可用。")

    return attempt(request, form, do, lambda visit, error: _list(visit, form, error), *WHO)


def _unit(visit: Visit, form: Form) -> Unit:
    if visit.role in UNIT and visit.unit is not None:
        return visit.unit
    if not form.text("unit").strip():
        words = "请选负责单位。"
        raise BadInputError(words, fields={"unit": words})
    return tickets.unit_by_name(visit.session, unit_named(visit.session, form.text("unit"), "unit"))


def _written(form: Form) -> Written:
    return Written(
        question=form.text("question"), answer=form.text("answer"), basis=form.text("basis"),
        valid_until=day_typed(form, "valid_until"),
    )  # fmt: skip


@router.get("/knowledge/{entry_id}")
def entry(request: Request, entry_id: int) -> Response:
    """Show one entry with every version of it."""
    with reading(request, *WHO) as visit:
        return _entry(visit, entry_id, EMPTY)


def _entry(visit: Visit, entry_id: int, form: Form, error: EngineError | None = None) -> Response:
    found = store.entry(visit.session, entry_id)
    versions = store.versions(visit.session, entry_id)
    people = [one for v in versions for one in (v.written_by_id, v.reviewed_by_id)]
    waiting = next((one for one in versions if one.review is KnowledgeReview.PROPOSED), None)
    last = next(iter(versions), None)
    facts = {
        "entry": found, "versions": versions, "waiting": waiting, "last": last, "form": form,
        "error": error, "names": desk_ticket.names(visit.session, people),
        "owner": visit.session.get_one(Unit, found.unit_id), **_writing(visit),
        "mine": _mine(visit, found),
    }  # fmt: skip
    return visit.page("knowledge_entry.html", facts, error.status if error else 200)


def _mine(visit: Visit, entry: KnowledgeEntry) -> bool:
    """Return whether the person may write it: somebody of its unit, or a supervisor."""
    return visit.role is Role.SUPERVISOR or (
        visit.role in UNIT and visit.account.unit_id == entry.unit_id
    )


@router.post("/knowledge/{entry_id}/{what}")
def change(request: Request, entry_id: int, what: str, form: Posted) -> Response:
    """Write a version, review the one that waits, or take the entry out of use."""

    def do(visit: Visit) -> Response:
        return visit.go(f"/knowledge/{entry_id}", _change(visit, entry_id, what, form))

    def again(visit: Visit, error: EngineError) -> Response:
        return _entry(visit, entry_id, form, error)

    return attempt(request, form, do, again, *WHO)


def _change(visit: Visit, entry_id: int, what: str, form: Form) -> str:
    if what == "write":
        version = actions.write(visit.step, entry_id, _written(form))
        return f"第 {version.number} 版已写好，等另一人审核。"
    if what == "withdraw":
        actions.withdraw(visit.step, entry_id, form.text("reason"))
        return "已停用，不能再引用。"
    version_id = form.number("version_id")
    if what not in ("approve", "refuse") or version_id is None:
        message = "没有这个操作。"
        raise NotFoundError(message)
    approved = what == "approve"
    actions.review(visit.step, version_id, approved=approved, reason=form.text("reason"))
    return "审核通过，即可引用。" if approved else "审核不通过，已退回。"
