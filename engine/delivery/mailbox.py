"""A mailbox directory: one .eml file a message, for a site without a mail server and for tests."""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, default
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import NotFoundError, TemporaryDeliveryError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.eml")
HEADER_BYTES = 16_384


@dataclass(frozen=True)
class MailboxEntry:
    """One line of the mailbox list (邮件清单)."""

    name: str
    date: datetime
    to: str
    subject: str


@dataclass(frozen=True)
class MailboxMessage:
    """One message as the administrator reads it (邮件)."""

    name: str
    date: datetime
    sent_from: str
    to: str
    subject: str
    message_id: str
    text: str
    html: str
    attachments: tuple[tuple[str, int], ...]


class MailboxSender:
    """Lays each message in a directory; the same Message-ID twice is one file."""

    def __init__(self, directory: Path) -> None:
        """Remember the directory; it is made when the first message comes."""
        self.directory = directory

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    def send(self, message: EmailMessage) -> str:
        """Write `message` and return its file name as the receipt.

        Raises:
            TemporaryDeliveryError: the directory cannot be written now.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            return self._existing(message) or self._write(message)
        except OSError as error:
            text = f"邮件无法写入 {self.directory}（{error.strerror}），稍后重试。"
            raise TemporaryDeliveryError(text) from error

    def _existing(self, message: EmailMessage) -> str | None:
        found = next(self.directory.glob(f"[0-9]*-{_digest(message)}.eml"), None)
        return found.name if found else None

    def _write(self, message: EmailMessage) -> str:
        stamp = _date(message).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        name = f"{stamp}-{_digest(message)}.eml"
        draft = self.directory / f".{name}.{os.getpid()}"
        draft.write_bytes(message.as_bytes(policy=SMTP))
        draft.replace(self.directory / name)
        return name


def list_messages(directory: Path, limit: int) -> list[MailboxEntry]:
    """Return the newest `limit` messages of the mailbox, newest first."""
    if not directory.is_dir():
        return []
    names = sorted((path.name for path in directory.glob("[0-9]*.eml")), reverse=True)
    return [_entry(directory / name) for name in names[:limit]]


def read_message(directory: Path, name: str) -> MailboxMessage:
    """Return one message of the mailbox by its file name.

    Raises:
        NotFoundError: there is no such message; names that point elsewhere are treated alike.
    """
    if not NAME.fullmatch(name) or not (directory / name).is_file():
        text = "没有这封邮件，可能已被清理。"
        raise NotFoundError(text)
    message = message_from_bytes((directory / name).read_bytes(), policy=default)
    return MailboxMessage(
        name=name,
        date=_date(message),
        sent_from=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=_attachments(message),
    )


def _entry(path: Path) -> MailboxEntry:
    with path.open("rb") as file:
        headers = BytesHeaderParser(policy=default).parsebytes(file.read(HEADER_BYTES))
    return MailboxEntry(path.name, _date(headers), str(headers["To"]), str(headers["Subject"]))


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part is not None else ""


def _attachments(message: EmailMessage) -> tuple[tuple[str, int], ...]:
    return tuple(
        (part.get_filename() or "附件", len(part.get_payload(decode=True) or b""))
        for part in message.iter_attachments()
    )


def _digest(message: EmailMessage) -> str:
    return hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:24]


def _date(message: EmailMessage) -> datetime:
    return parsedate_to_datetime(str(message["Date"]))
