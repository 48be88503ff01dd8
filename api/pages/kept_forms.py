"""Forms away from a ticket whose words are kept (草稿) as those of a ticket: letters, findings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_hex

from sqlmodel import SQLModel

from api.pages.forms import EMPTY, Form
from api.pages.visit import Visit
from engine.actions import drafts
from engine.models import Breach, ExtensionRequest, Finding, Letter, Ticket


@dataclass(frozen=True)
class Place:
    """Where a kind of form stands: what it is called, its page, and what it is about."""

    label: str
    address: str
    about: type[SQLModel]


PLACES: dict[str, Place] = {
    "reply": Place("函件回复", "/unit/letters/{}", Letter),
    "drafting": Place("拟稿", "/letters/{}", Letter),
    "opinion": Place("核稿、签发意见", "/letters/{}", Letter),
    "judging": Place("认定回复", "/letters/{}", Letter),
    "referring": Place("建议移交线索", "/letters/{}", Letter),
    "correct": Place("更正", "/letters/{}?step=correct", Letter),
    "void": Place("作废", "/letters/{}?step=void", Letter),
    "recall": Place("撤回发送", "/letters/{}?step=recall", Letter),
    "breach": Place("超期认定", "/supervise/breaches/{}", Breach),
    "extension": Place("延期审批", "/supervise/extensions/{}", ExtensionRequest),
    "appeal": Place("申诉", "/findings/{}", Finding),
    "ruling": Place("复核、裁定", "/findings/{}", Finding),
}


@dataclass(frozen=True)
class Kept:
    """A form and what is kept of it: its id, the token of this page, when it was last saved."""

    kind: str
    form_id: str
    rev: int = 0
    restored: str = ""
    form: Form = EMPTY
    others: Sequence[tuple[str, str]] = ()  # where another page's draft is, and since when
    page: str = field(default_factory=lambda: token_hex(4))

    @property
    def label(self) -> str:
        """Return what the form is called."""
        return PLACES[self.kind].label


def kept_of(visit: Visit, kind: str, about: int) -> Kept:
    """Return one form as it was left: the newest of its drafts, or the one the address asks for."""
    usual = f"{kind}-{about}"
    found = drafts.drafts_of(visit.session, visit.account.id, usual)
    sent: Form = getattr(visit.request.state, "typed", EMPTY)
    asked = sent.text("form_id") or visit.request.query_params.get("draft", "")
    draft = next((one for one in found if one.form_id == asked), next(iter(found), None))
    if draft is None:
        return Kept(kind, usual)
    others = [(address_of(one.form_id), visit.when(one.updated_at))
              for one in found if one is not draft]  # fmt: skip
    when, form = visit.when(draft.updated_at), Form(drafts.typed_in(draft))
    return Kept(kind, draft.form_id, draft.revision, when, form, others)


def kept_among(visit: Visit, about: int, *kinds: str) -> dict[str, Kept]:
    """Return the forms of a page as they were left, by their kind."""
    return {kind: kept_of(visit, kind, about) for kind in kinds}


def as_left(form: Form, kept: dict[str, Kept], shown: Sequence[str]) -> Form:
    """Return what stands in the forms shown: as just typed, the others as they were left."""
    sent = form.text("form_id").partition("-")[0]
    forms = [kept[kind].form for kind in shown if kind in kept and kind != sent]
    left = {name: values for one in (*forms, form) for name, values in one.values.items()}
    return Form(left, form.files) if left else EMPTY


def not_shown(kept: dict[str, Kept], shown: Sequence[str]) -> list[Kept]:
    """Return what is kept of forms that the page does not have any more: to be copied."""
    return [one for kind, one in kept.items() if one.restored and kind not in shown]


def drop_kept(visit: Visit, form: Form) -> None:
    """Forget the draft of a form that has been sent; which one it says itself."""
    given = form.text("form_id")
    if place_of(given) is not None:
        drafts.drop_draft(visit.session, visit.account.id, given)


def place_of(form_id: str) -> tuple[Place, int] | None:
    """Return where a form stands and what it is about, where it is one of these."""
    kind, _, about = form_id.partition(drafts.APART)[0].partition("-")
    known = kind in PLACES and about.isascii() and about.isdigit()
    return (PLACES[kind], int(about)) if known else None


def address_of(form_id: str) -> str:
    """Return the page of one of these forms with its draft; nothing of any other form."""
    found = place_of(form_id)
    if found is None:
        return ""
    address = found[0].address.format(found[1])
    return f"{address}{'&' if '?' in address else '?'}draft={form_id}"


def name_of(visit: Visit, form_id: str) -> tuple[str, str] | None:
    """Return what a form is called in the list of drafts: its letter or ticket, and what it is."""
    found = place_of(form_id)
    if found is None:
        return None
    place, about = found
    row = visit.session.get(place.about, about)
    letter = row.number if isinstance(row, Letter) else ""
    ticket = visit.session.get(Ticket, getattr(row, "ticket_id", 0))
    return letter or (ticket.number if ticket else ""), place.label
