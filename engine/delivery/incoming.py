"""One mail that came in, read without trust: who, about what, its own words, or whose bounce."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from functools import partial
from mimetypes import guess_type

from engine.delivery.automatic import RECEIPT, says_automatic, seems_automatic
from engine.delivery.charsets import READING
from engine.delivery.mail_words import UNREADABLE, words_of

LONGEST_SUBJECT = 200
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
ANSWERS = ("In-Reply-To", "References")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029]")


@dataclass(frozen=True)
class Bounce:
    """What a mail server reports of one of our mails (退信): for ever when the status is 5.x.x.

    `message_id` is empty where the report doesn't return the mail's headers.
    """

    message_id: str
    recipient: str
    status: str
    reason: str

    @property
    def permanent(self) -> bool:
        """Return whether it will never arrive."""
        return self.status.startswith("5")


@dataclass(frozen=True)
class MailFile:
    """A file that came with a mail, by the name its sender gave it."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Incoming:
    """A mail as it came in (来信) with all of its words; `digest` tells it from every other.

    `automatic`: a machine wrote it, by its own word; `seems_automatic`: by its subject. `beside`
    names what is neither words nor a file: pictures among the words, a mail within it.
    `several_senders` says that its From names more than one: then nobody can be held to it.
    `envelope` is to whom it would be returned, as the server that delivered it wrote down: empty
    where no person sent it, None where that is not known.
    """

    digest: str
    sender: str
    subject: str
    text: str
    marks: tuple[str, ...]
    files: tuple[MailFile, ...]
    automatic: bool
    seems_automatic: bool = False
    beside: tuple[str, ...] = ()
    several_senders: bool = False
    envelope: str | None = None
    bounce: Bounce | None = None


def read_mail(raw: bytes) -> Incoming:
    """Return what a mail says; whatever is broken in it is left out, and nothing raises.

    `marks` are the local parts and message ids a reply token may stand in.
    """
    message = message_from_bytes(raw, policy=READING)
    senders = _senders(message)
    mail = Incoming(
        digest=hashlib.sha256(raw).hexdigest(),
        sender=", ".join(senders)[:LONGEST_SUBJECT],
        subject=_header(message, "Subject")[:LONGEST_SUBJECT],
        text=_plain(words_of(message)),
        marks=_marks(message),
        files=tuple(_files(message)),
        automatic=_automatic(message),
        seems_automatic=seems_automatic(_header(message, "Subject")),
        beside=_beside(message),
        several_senders=len(senders) > 1,
        envelope=_envelope(message),
        bounce=_bounce(message),
    )
    name = _header(message, "Message-ID")
    return replace(mail, digest=_digest(mail, name)) if name else mail


def _plain(words: str) -> str:
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", lines).strip()


def _envelope(message: Message) -> str | None:
    """Return the envelope's sender (Return-Path) in small letters.

    The server that delivers a mail writes it above all that was there before; further down it is
    the sender's own word. postfix's pipe says MAILER-DAEMON for none.
    """
    for name in message.keys():  # noqa: SIM118 - a message yields its headers' values otherwise
        if name.lower() == "return-path":
            said = _header(message, name).strip("<> ").lower()
            return "" if said == "mailer-daemon" else said
        if name.lower() == "received":
            break
    return None


def _digest(mail: Incoming, name: str) -> str:
    """Return what tells a mail that bears a Message-ID from every other.

    Servers on the way add and move headers: the name and the sender count. The words and files
    count too, so that a program that uses a name twice loses nothing.
    """
    files = [hashlib.sha256(one.data).hexdigest() for one in mail.files]
    return hashlib.sha256("\n".join([mail.sender, name, *files, mail.text]).encode()).hexdigest()


def _senders(message: Message) -> tuple[str, ...]:
    """Return the addresses of every From, in small letters, each once."""
    try:
        said = [CONTROL.sub(" ", str(one)) for one in message.get_all("From", [])]
    except UNREADABLE:
        return ()  # a header nobody can decode names nobody
    return tuple(dict.fromkeys(one.lower() for _, one in getaddresses(said) if one))


def _header(message: Message, name: str) -> str:
    try:
        return CONTROL.sub(" ", str(message.get(name, ""))).strip()
    except UNREADABLE:
        return ""  # a header nobody can decode says nothing


def _marks(message: Message) -> tuple[str, ...]:
    # Each by itself: a strict reader (Debian's) finds nobody in any where one is missing.
    headers = (_header(message, one) for one in ADDRESSED)
    found = [address for said in headers for _, address in getaddresses([said])]
    for name in ANSWERS:
        found += re.findall(r"<([^<>\s]+)>", _header(message, name))
    return tuple(dict.fromkeys(one.partition("@")[0] for one in found if one))


def _automatic(message: Message) -> bool:
    report = message.get_content_type() == "multipart/report"
    if report and any(one.get_content_type() == RECEIPT for one in message.walk()):
        return True
    return says_automatic(partial(_header, message))


def _files(message: Message) -> Iterator[MailFile]:
    """Yield the files a person attached; a picture the words show (Content-ID) is none."""
    for part in message.walk():
        if part.is_multipart() or _is_shown(part) or not (name := _file_name(part)):
            continue
        data = part.get_payload(decode=True)
        yield MailFile(name[:LONGEST_SUBJECT], data if isinstance(data, bytes) else b"")


def _is_shown(part: Message) -> bool:
    """Return whether a part is a picture that the words show, such as a signature's."""
    if part.get_content_disposition() == "attachment" or "Content-ID" not in part:
        return False
    named = guess_type(_file_name(part))[0] or ""
    return part.get_content_maintype() == "image" or named.startswith("image/")


def _beside(message: Message) -> tuple[str, ...]:
    parts = list(message.walk())
    pictures = sum(_is_shown(one) for one in parts)
    mails = sum(one.get_content_type() == "message/rfc822" for one in parts)
    return (
        *((f"正文里的图片 {pictures} 张没有列出",) if pictures else ()),
        *((f"附来的邮件 {mails} 封没有列出",) if mails else ()),
    )


def _file_name(part: Message) -> str:
    try:
        return CONTROL.sub(" ", part.get_filename() or "").strip()
    except UNREADABLE:
        return "附件"  # a name nobody can decode


def _bounce(message: Message) -> Bounce | None:
    if message.get_content_type() != "multipart/report":
        return None
    said = next((one for one in message.walk() if "Status" in one and "Action" in one), None)
    ours = next((_header(one, "Message-ID") for one in _returned(message)), "")
    if said is None:
        return None
    whom = _header(said, "Final-Recipient").partition(";")[2].strip().lower()
    return Bounce(ours, whom, _header(said, "Status"), _header(said, "Diagnostic-Code")[:300])


def _returned(message: Message) -> list[Message]:
    """Return the headers of the mail that a report is about."""
    found: list[Message] = []
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            data = part.get_payload(decode=True)
            found += [message_from_bytes(data, policy=READING)] if isinstance(data, bytes) else []
        elif part is not message and "Message-ID" in part:
            found.append(part)
    return found
