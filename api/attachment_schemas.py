"""What the API answers about the files of a ticket (附件)."""

from pydantic import Field

from api.schemas import Answer, Moment, Word


class AttachmentView(Answer):
    """A file of a ticket; what it is called only for keys with `tickets:private`."""

    id: int
    ticket: str
    kind: Word
    name: str | None = Field(examples=["现场照片.jpg"])
    content_type: str = Field(description="what its bytes are", examples=["image/jpeg"])
    size: int = Field(description="in bytes")
    sha256: str
    uploaded_at: Moment
    url: str = Field(description="where to fetch it, as a download")


class Attachments(Answer):
    """The files of a ticket, oldest first."""

    number: str
    items: list[AttachmentView]
