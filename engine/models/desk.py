"""What belongs to people at their desks: files, held dispatches, own settings, saved views."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from engine import keyring
from engine.errors import KeysError
from engine.models.base import (
    Moment,
    json_list,
    key,
    moment,
    plain_column,
    refers,
    sealed_column,
    term,
)
from engine.terms import AttachmentKind


class Attachment(SQLModel, table=True):
    """A file of a ticket, or of a form not yet sent (附件); its bytes lie under their SHA-256.

    The unique rows make a file that is sent twice one file. What came with the reply to a referral
    stays with that letter (`letter_id`) and is none of the ticket's files. `content_type` is what
    the bytes are, not what the sender said.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("ticket_id IS NOT NULL OR form_id <> ''", name="belongs"),
        Index("uq_attachment_ticket_file", "ticket_id", "sha256", unique=True,
              postgresql_where=text("ticket_id IS NOT NULL AND letter_id IS NULL")),
        Index("uq_attachment_letter_file", "letter_id", "sha256", unique=True,
              postgresql_where=text("letter_id IS NOT NULL")),
        Index("uq_attachment_form_file", "uploaded_by_id", "form_id", "sha256", unique=True,
              postgresql_where=text("ticket_id IS NULL")),
        Index("ix_attachment_sha256", "sha256"),
    )  # fmt: skip

    id: int = key()
    ticket_id: int | None = refers("ticket.id", nullable=True)
    letter_id: int | None = refers("letter.id", nullable=True)
    form_id: str = Field(default="", max_length=64)
    event_id: int | None = refers("ticket_event.id", nullable=True)
    kind: AttachmentKind = term(AttachmentKind)
    plain_name: str = plain_column("name", 120)
    name_sealed: bytes | None = sealed_column()
    content_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    uploaded_at: Moment = moment()
    uploaded_by_id: int | None = refers("account.id", nullable=True)
    uploaded_by: str = Field(max_length=80)
    unit_id: int | None = refers("unit.id", nullable=True)

    @property
    def name(self) -> str:
        """Return what the file is called, or its number where the key of its name is not here."""
        if self.name_sealed is None:
            return self.plain_name
        try:
            return keyring.opened(self.name_sealed, name_place(self.sha256))
        except KeysError:
            return f"附件{self.id}（名称打不开）"


def name_place(sha256: str) -> str:
    """Return where a file's name belongs: sealed for these bytes, it opens beside no others."""
    return f"attachment.name:{sha256}"


DRAFT_SEALED = "sealed:1"  # the field of a draft that holds all the others


class HeldDispatch(SQLModel, table=True):
    """To whom a ticket goes once it can no longer be taken back (暂缓派单)."""

    __tablename__ = "held_dispatch"

    ticket_id: int = refers("ticket.id", primary_key=True)
    until: Moment = moment()
    lead_unit_id: int | None = refers("unit.id", nullable=True)
    support_unit_ids: list[int] = json_list()
    held_by_id: int = refers("account.id")


class Preference(SQLModel, table=True):
    """How somebody wants their desk (个人设置); without a row everything is on."""

    __tablename__ = "preference"

    account_id: int = refers("account.id", primary_key=True)
    shortcuts: bool = True
    undo: bool = True


class SavedView(SQLModel, table=True):
    """A list with its conditions, kept under a name (常用视图); a shared one is seen by all."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "path", "name"),)

    id: int = key()
    account_id: int = refers("account.id")
    path: str = Field(max_length=80)
    query: str = Field(max_length=500)
    name: str = Field(max_length=30)
    shared: bool = False
    created_at: Moment = moment()
