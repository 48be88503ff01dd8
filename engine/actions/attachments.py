"""Files that come with a ticket (附件): checked by their bytes, kept once, offered as downloads."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sqlmodel import Session

from engine import keyring
from engine.actions.step import Step, Why, append, take
from engine.documents.file_names import extension_of, safe_name
from engine.documents.file_types import TYPES, FileType, type_of
from engine.errors import BadInputError, NotPermittedError
from engine.models import Attachment, Letter, Ticket
from engine.models.desk import name_place
from engine.rules.attachments import AttachmentLimits, attachment_limits
from engine.rules.citations import clause
from engine.rules.shanghai import shanghai_date
from engine.store import attachments as store
from engine.store import files
from engine.store.api_views import lock_names
from engine.store.files import Arrived
from engine.store.row_security import as_house
from engine.store.tickets import lock_ticket
from engine.terms import AttachmentKind, Role, TicketEvent

READS_ONLY = "只读审计不能添加附件。"
SHOWN = 60  # characters of a name in a refusal


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as somebody sends it: the name they call it by is only a hint."""

    name: str
    source: BinaryIO
    kind: AttachmentKind = AttachmentKind.HANDLING


@dataclass(frozen=True)
class Taken:
    """What became of an upload: the files kept, and a sentence for each that was not.

    `same` are those of `kept` that were there already, each with the name it was now sent by;
    `known` says that every one of them was.
    """

    kept: tuple[Attachment, ...]
    refused: tuple[str, ...] = ()
    known: bool = False
    same: tuple[tuple[Attachment, str], ...] = ()

    @property
    def added(self) -> int:
        """Return how many files there are more than before."""
        return len(self.kept) - len(self.same)


@dataclass(frozen=True)
class Place:
    """Whose a file is: a ticket's, a letter's about it, or that of a form not yet sent."""

    ticket: Ticket | None = None
    form_id: str = ""
    letter: Letter | None = None

    def files(self, session: Session, account_id: int) -> Sequence[Attachment]:
        """Return the files that are there already."""
        if self.letter is not None:
            return store.of_letter(session, self.letter.id)
        if self.ticket is not None:
            return store.of_ticket(session, self.ticket.id)
        return store.of_form(session, account_id, self.form_id)


def limits(step: Step) -> AttachmentLimits:
    """Return what may be attached today."""
    return attachment_limits(step.rules, shanghai_date(step.now))


def said(allowed: AttachmentLimits) -> str:
    """Return the limits in one sentence, for forms and refusals."""
    types = "、".join(TYPES[name].extensions[0].upper() for name in allowed.types)
    return f"可传 {types}，每个不超过 {allowed.megabytes} MB，一次最多 {allowed.at_once} 个"


def attach(
    step: Step, ticket: Ticket, uploads: Sequence[Upload], letter: Letter | None = None
) -> Taken:
    """Add files to a locked ticket; the same bytes sent again are the same file.

    With a letter they are kept with it instead, and no unit learns that they came (移交).

    Raises:
        BadInputError: too many at once, or the ticket has too many.
    """
    place = Place(ticket, letter=letter)
    had = len(place.files(step.session, 0)) if letter else store.count(step.session, ticket.id)
    taken = _take(step, place, uploads, had)
    fresh = [one for one in taken.kept if one.event_id is None]
    _record(step, ticket, fresh, _secrecy(letter))
    return replace(taken, known=not fresh)


def attach_to_form(step: Step, form_id: str, uploads: Sequence[Upload]) -> Taken:
    """Keep files with a form that is not sent yet (附件先存草稿).

    Raises:
        BadInputError: too many.
    """
    account = step.actor.account_id or 0
    lock_names(step.session, [f"form:{account}:{form_id}"])
    had = len(store.of_form(step.session, account, form_id))
    return _take(step, Place(form_id=form_id), uploads, had)


def _take(step: Step, place: Place, uploads: Sequence[Upload], had: int) -> Taken:
    if step.actor.role is Role.AUDITOR:
        raise NotPermittedError(READS_ONLY)
    allowed = limits(step)
    _check_room(step, place, uploads, had)
    kept: list[Attachment] = []
    same: list[tuple[Attachment, str]] = []
    refused: list[str] = []
    for one in uploads:
        try:
            row, fresh = _one(step, place, one, allowed)
            kept.append(row)
            same += [] if fresh else [(row, _shown(one.name))]
        except BadInputError as error:
            refused.append(f"“{_shown(one.name)}”没有上传：{error}")
    return Taken(tuple(kept), tuple(refused), same=tuple(same))


def _check_room(step: Step, place: Place, uploads: Sequence[Upload], had: int) -> None:
    """Refuse more files than there is room for; bytes that are there already need none."""
    allowed, many = limits(step), len(uploads)
    if many <= allowed.at_once and had + many > allowed.per_ticket:
        there = place.files(step.session, step.actor.account_id or 0)
        many = len({files.digest_of(one.source) for one in uploads} - {one.sha256 for one in there})
        had = had if many else 0  # nothing new: as full as it was
    _check_count(many, had, allowed)


def _check_count(many: int, had: int, allowed: AttachmentLimits) -> None:
    words = ""
    if many > allowed.at_once:
        words = f"一次最多传 {allowed.at_once} 个附件，这次选了 {many} 个，请分几次。"
    elif had + many > allowed.per_ticket:
        words = f"每张工单最多 {allowed.per_ticket} 个附件，已有 {had} 个。请合并后再传。"
    if words:
        raise BadInputError(words, fields={"file": words})


def _shown(name: str) -> str:
    """Return a file's name as its sender knows it, for a refusal: without a path, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(one for one in last if one.isprintable())
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 10]}…{plain[-9:]}"


def _one(
    step: Step, place: Place, upload: Upload, allowed: AttachmentLimits
) -> tuple[Attachment, bool]:
    """Return the row of a file, and whether it is a new one."""
    arrived = files.take_in(upload.source, secrets.token_hex(16), allowed.largest + 1)
    try:
        kind = _checked(arrived, upload.name, allowed)
        lock_names(step.session, [f"file:{arrived.sha256}"])
        files.keep(arrived)
    finally:
        files.discard(arrived)
    name = keyring.ring().seal(safe_name(upload.name, kind), name_place(arrived.sha256))
    values = _values(step, place, upload, kind) | {
        "size": arrived.size, "sha256": arrived.sha256, "name_sealed": name, "plain_name": "",
    }  # fmt: skip
    made = store.write(step.session, values)
    return made or _same(step, place, arrived.sha256), made is not None


def _checked(arrived: Arrived, name: str, allowed: AttachmentLimits) -> FileType:
    if arrived.size == 0:
        msg = "文件是空的。"
        raise BadInputError(msg)
    if arrived.size > allowed.largest:
        msg = f"超过 {allowed.megabytes} MB。请压缩图片或分成几份。"
        raise BadInputError(msg)
    kind = type_of(arrived.path)
    if kind is None or kind.name not in allowed.types:
        msg = f"不能用这种文件。{said(allowed)}。"
        raise BadInputError(msg)
    if extension_of(name) not in ("", *kind.extensions):
        msg = f"文件内容是 {kind.extensions[0].upper()}，与文件名的扩展名不符。请核对后再传。"
        raise BadInputError(msg)
    return kind


def _values(step: Step, place: Place, upload: Upload, kind: FileType) -> dict[str, Any]:
    return {
        "ticket_id": place.ticket.id if place.ticket else None,
        "letter_id": place.letter.id if place.letter else None,
        "form_id": place.form_id,
        "kind": upload.kind,
        "content_type": kind.content_type,
        "uploaded_at": step.now,
        "uploaded_by_id": step.actor.account_id,
        "uploaded_by": step.actor.name,
        "unit_id": step.actor.unit_id,
    }


def _same(step: Step, place: Place, sha256: str) -> Attachment:
    there = place.files(step.session, step.actor.account_id or 0)
    found = next((one for one in there if one.sha256 == sha256), None)
    if found is None:
        msg = "附件刚被别处删去，请再传一次。"
        raise BadInputError(msg)
    return found


def _secrecy(kept_with: object) -> dict[str, Any]:
    """Return the mark of events that units must not see, where a file is kept with a letter."""
    return {"restricted": True} if kept_with else {}


def _record(
    step: Step, ticket: Ticket, made: Sequence[Attachment], marks: dict[str, Any] | None = None
) -> None:
    """Write down that files were added: how many and of which kind, never what they are called."""
    if not made:
        return
    kinds = "、".join(dict.fromkeys(one.kind.label for one in made))
    details = {"attachments": [one.id for one in made], **(marks or {})}
    why = Why(f"添加附件 {len(made)} 个（{kinds}）", details=details)
    record = take(step, ticket, TicketEvent.ATTACH, why)
    for one in made:
        one.event_id = record.id
    step.session.flush()


def adopt(step: Step, ticket: Ticket, form_id: str) -> None:
    """Make the files of a form that has just been sent those of its ticket.

    Raises:
        BadInputError: the ticket would have too many.
    """
    mine = store.of_form(step.session, step.actor.account_id or 0, form_id)
    have = {one.sha256 for one in store.of_ticket(step.session, ticket.id)} if mine else set()
    fresh = [one for one in mine if one.sha256 not in have]
    if fresh:
        _check_count(0, len(have) + len(fresh), limits(step))
    for one in mine:
        if one in fresh:
            one.ticket_id, one.form_id, one.unit_id = ticket.id, "", step.actor.unit_id
        else:
            step.session.delete(one)
    step.session.flush()
    _record(step, ticket, fresh)


def copy_to_form(step: Step, ticket: Ticket, form_id: str) -> None:
    """Put the files of a ticket that was taken back to the form it goes back into."""
    for one in store.of_ticket(step.session, ticket.id):
        kept = one.model_dump(exclude={"id", "event_id"})
        values = kept | {"ticket_id": None, "form_id": form_id, "uploaded_at": step.now,
                         "uploaded_by_id": step.actor.account_id}  # fmt: skip
        store.write(step.session, values)


def download(step: Step, ticket: Ticket, found: Attachment) -> bytes:
    """Return a file's bytes and write down who fetched it (下载留痕); the ticket must be locked.

    Raises:
        DocumentError: the file is damaged or gone.
    """
    data = files.content(found.sha256)
    details = {"attachment": found.id, **_secrecy(found.letter_id)}
    why = Why(f"下载附件（{found.kind.label}）", details=details)
    append(step, ticket, TicketEvent.DOWNLOAD, why, ticket.status, clause("house/H-82").label)
    return data


def download_of_letter(step: Step, letter: Letter, attachment_id: int) -> tuple[Attachment, bytes]:
    """Return a file kept with a letter and its bytes, and write down who fetched it, for no unit.

    Raises:
        NotFoundError: the letter has no such file.
        DocumentError: the file is damaged or gone.
    """
    found = store.one_of_letter(step.session, letter.id, attachment_id)
    with as_house(step.session):  # who answers a referral need not have its ticket
        ticket = lock_ticket(step.session, letter.ticket_id)
        return found, download(step, ticket, found)
