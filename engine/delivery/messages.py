"""One outgoing e-mail: facts in, a complete MIME message out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from engine.errors import PermanentDeliveryError

CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")


class _Headers(HeaderRegistry):
    """The standard library's headers, read once for each name and value: most are the same again.

    A header is a text that nobody changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known = lru_cache(maxsize=512)(super().__call__)

    def __call__(self, name: str, value: Any) -> Any:
        return self._known(name, value) if type(value) is str else super().__call__(name, value)


_POLICY = SMTP.clone(header_factory=_Headers())


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a message (附件); the name may be Chinese."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Outgoing:
    """Everything one e-mail to one recipient needs (待发邮件)."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str
    sent_from: str
    date: datetime
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def build(outgoing: Outgoing) -> EmailMessage:
    """Return the MIME message: plain text, HTML and attachments, the same again for the same facts.

    Raises:
        PermanentDeliveryError: an address is not one, or a header carries a line break.
    """
    message = EmailMessage(policy=_POLICY)
    for name, value in _headers(outgoing).items():
        _refuse_control_characters(name, value)
        message[name] = value
    message["From"] = address_of(outgoing.sent_from)
    message["To"] = address_of(outgoing.to)
    message.set_content(outgoing.text, cte="base64")
    if outgoing.html:
        message.add_alternative(outgoing.html, subtype="html", cte="base64")
    for attachment in outgoing.attachments:
        _attach(message, attachment)
    _fix_boundaries(message)
    return message


def address_of(text: str) -> Address:
    """Return a mailbox address, with or without a display name.

    Raises:
        PermanentDeliveryError: `text` is no address that plain SMTP can carry.
    """
    _refuse_control_characters("address", text)
    display, spec = parseaddr(text)
    if not ADDRESS.fullmatch(spec):
        message = f"邮件地址“{text}”不正确，请改正后重发。"
        raise PermanentDeliveryError(message)
    return Address(display_name=display, addr_spec=spec)


def _headers(outgoing: Outgoing) -> dict[str, str]:
    # Both keep holiday responders from answering the engine: RFC 3834, and Exchange's own.
    return {
        "Subject": outgoing.subject,
        "Date": format_datetime(outgoing.date),
        "Message-ID": _message_id(outgoing.message_id),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        **outgoing.headers,
    }


def _message_id(text: str) -> str:
    bracketed = text if text.startswith("<") else f"<{text}>"
    if not MESSAGE_ID.fullmatch(bracketed):
        message = f"邮件编号“{text}”不正确，应为“名称@域名”。"
        raise PermanentDeliveryError(message)
    return bracketed


def _refuse_control_characters(name: str, value: str) -> None:
    if CONTROL.search(value) or CONTROL.search(name):
        message = f"邮件头 {CONTROL.sub(' ', name)} 含有换行或控制字符，已拒绝发送。"
        raise PermanentDeliveryError(message)


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    _refuse_control_characters("attachment", attachment.name)
    kind, *parameters = [part.strip() for part in attachment.content_type.split(";")]
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(
        attachment.data,
        maintype=maintype,
        subtype=subtype or "octet-stream",
        filename=attachment.name,
        params=dict(part.partition("=")[::2] for part in parameters),
    )


def _fix_boundaries(message: EmailMessage) -> None:
    # Random boundaries would make the same message differ each time it is built.
    stem = re.sub(r"[^A-Za-z0-9]", "", str(message["Message-ID"]))[:40]
    for index, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_hotline_{stem}_{index}")
