"""What was begun and not sent (草稿): kept while one types, listed, thrown away."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from api.pages.files import check_form_id, form_address, keep_draft
from api.pages.finding import gone_of
from api.pages.forms import Form, Posted
from api.pages.kept_forms import name_of
from api.pages.more_acts import BY_NAME
from api.pages.rendering import said
from api.pages.visit import HOTLINE, UNIT, Visit, posting, reading
from engine.actions import drafts
from engine.errors import KeysError
from engine.models import Draft
from engine.rules.shanghai import shanghai_date

router = APIRouter(include_in_schema=False)
WRITERS = (*HOTLINE, *UNIT)
WORDED = ("content", "text", "explanation", "reason", "words", "found", "demands", "opinion",
          "grave", "wrong", "evidence", "enterprise")  # fmt: skip


@dataclass(frozen=True)
class Begun:
    """A draft as the list shows it: about what, which form, all its words; why it can't go on."""

    draft: Draft
    about: str
    label: str
    address: str
    texts: tuple[str, ...]
    gone: str = ""


@router.get("/drafts")
def list_drafts(request: Request, after: int = 0) -> Response:
    """List everything the person has begun and not sent: a page of it from a key on."""
    with reading(request, *WRITERS) as visit:
        found, more = drafts.all_drafts(visit.session, visit.account.id, after)
        kept = visit.rules.parameters["drafts.keep_for"].on(shanghai_date(visit.now)).value
        begun = [_begun(visit, one) for one in found]
        facts = {"begun": begun, "kept": kept, "more": more, "first": not after}
        return visit.page("drafts.html", facts)


def _begun(visit: Visit, draft: Draft) -> Begun:
    address, texts = form_address(draft.form_id), _texts(draft)
    if drafts.is_call(draft.form_id):
        return Begun(draft, "", "登记工单", address, texts)
    if name := name_of(visit, draft.form_id):
        return Begun(draft, *name, address, texts)
    number, _, act = draft.form_id.partition(drafts.APART)[0].partition("-")
    label = BY_NAME[act].label if act in BY_NAME else "表单"
    return Begun(draft, number, label, address, texts, gone_of(visit, number))


def _texts(draft: Draft) -> tuple[str, ...]:
    """Return every word of a draft, the one that says most about it first."""
    try:
        form = Form(drafts.typed_in(draft))
    except KeysError as error:
        return (str(error),)
    words = list(form.words())
    told = [one for name in WORDED for one in form.many(name) if one in words]
    return tuple(dict.fromkeys((*told, *words)))


@router.post("/drafts/{form_id}")
def keep(request: Request, form_id: str, form: Posted) -> Response:
    """Keep what is typed in a form so far; the answer says under which id, if it is another."""
    with posting(request, form, *WRITERS) as visit:
        kept = keep_draft(visit, form, form_id)
        if not kept:
            return PlainTextResponse(said("内容太长，草稿没有存"))
        if not form.worded():
            return PlainTextResponse(said("还没有写内容"), headers={"X-Draft": kept})
        apart = "；另一页也开着这份草稿，两份都留着" if kept != form_id else ""
        words = f"草稿已存 {visit.when(visit.now)[6:]}{apart}"
        return PlainTextResponse(said(words), headers={"X-Draft": kept})


@router.post("/drafts/{form_id}/drop")
def drop(request: Request, form_id: str, form: Posted) -> Response:
    """Throw a draft away, with the files put to it."""
    with posting(request, form, *WRITERS) as visit:
        check_form_id(form_id)
        drafts.drop_draft(visit.session, visit.account.id, form_id)
        return visit.go("/drafts", "草稿已删。")
