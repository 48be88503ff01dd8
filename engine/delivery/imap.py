"""Fetches mail that came in, by IMAP: only what nobody has read, one message after the other.

Nothing is ever deleted or moved on the server: a message that was filed is marked as read.
"""

import imaplib
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from engine.delivery.timeouts import DEFAULT_TIMEOUT_SECONDS, seconds_of
from engine.errors import BadInputError, TemporaryDeliveryError, UnreadableMailError

DEFAULT_PORTS = {"imap": 143, "imaps": 993, "imap+starttls": 143}
BAD_URL = (
    "HOTLINE_IMAP_URL 不正确，应为 imaps://用户:密码@主机:端口/INBOX?timeout=10"
    "（或 imap+starttls://、imap://）。"
)
Reply = tuple[str, list[bytes | tuple[bytes, bytes] | None]]


@dataclass(frozen=True)
class ImapServer:
    """Where an IMAP mailbox is and how it is entered."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    timeout: float = DEFAULT_TIMEOUT_SECONDS
    cafile: str | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `imaps://user:pass@host:port/INBOX?timeout=10&cafile=…`, or `imap+starttls://`.

        Raises:
            BadInputError: the address cannot be used; the message never repeats the password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadInputError(BAD_URL) from error
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not parts.username:
            raise BadInputError(BAD_URL)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=port or DEFAULT_PORTS[parts.scheme],
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            timeout=seconds_of(options.get("timeout"), BAD_URL),
            cafile=options.get("cafile"),
        )


class ImapMailbox:
    """One mailbox, open inside a `with` block."""

    def __init__(self, url: str) -> None:
        """Read the server's address; nothing is opened yet."""
        self.server = ImapServer.parse(url)
        self._connection: imaplib.IMAP4 | None = None

    def __enter__(self) -> Self:
        """Sign in and open the folder.

        Raises:
            TemporaryDeliveryError: the server is away, or refuses the sign-in or the folder.
        """
        try:
            self._connection = self._connect()
            self._enter(self._connection)
        except (OSError, imaplib.IMAP4.error) as error:
            self._close()
            raise TemporaryDeliveryError(self._away(error)) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Sign out."""
        self._close()

    @property
    def place(self) -> str:
        """Return where keys mean what they mean: the mailbox, as long as it counts alike."""
        server, connection = self.server, self._connection
        _, (counted, *_) = connection.response("UIDVALIDITY") if connection else ("", [None])
        validity = counted.decode() if isinstance(counted, bytes) else ""
        return f"{server.user}@{server.host}:{server.port}/{server.folder} {validity}"

    def unread(self) -> list[str]:
        """Return the keys of the unread messages, oldest first."""
        _, (found, *_) = self._ask("SEARCH", "UNSEEN")
        keys = found.split() if isinstance(found, bytes) else []
        return [key.decode() for key in keys]

    def size(self, key: str) -> int:
        """Return how many bytes a message has, before it is fetched.

        Raises:
            UnreadableMailError: the server does not say.
        """
        _, answer = self._ask("FETCH", key, "(RFC822.SIZE)")
        words = b" ".join(one for one in answer if isinstance(one, bytes))
        _, _, rest = words.partition(b"RFC822.SIZE ")
        digits = rest.split(b")")[0].split(b" ")[0]
        return int(digits) if digits.isdigit() else 0

    def fetch(self, key: str, most: int) -> bytes:
        """Return a message without marking it as read, cut off after `most` bytes.

        Raises:
            UnreadableMailError: the server does not give it out.
        """
        _, answer = self._ask("FETCH", key, f"(BODY.PEEK[]<0.{most}>)")
        found = [one[1] for one in answer if isinstance(one, tuple)]
        if not found:
            raise UnreadableMailError(self._away(RuntimeError("FETCH")))
        return found[0]

    def mark_read(self, key: str) -> None:
        """Mark a message as read: it was filed."""
        self._ask("STORE", key, "+FLAGS.SILENT", r"(\Seen)")

    def _ask(self, command: str, *arguments: str) -> Reply:
        if self._connection is None:
            message = "邮箱没有打开。"
            raise TemporaryDeliveryError(message)
        try:
            state, answer = self._connection.uid(command, *arguments)
        except (OSError, imaplib.IMAP4.error) as error:
            raise TemporaryDeliveryError(self._away(error)) from error
        if state != "OK":
            kind = UnreadableMailError if command == "FETCH" else TemporaryDeliveryError
            raise kind(self._away(RuntimeError(f"{command} {state}")))
        return state, answer

    def _connect(self) -> imaplib.IMAP4:
        server = self.server
        if server.scheme == "imaps":
            return imaplib.IMAP4_SSL(
                server.host, server.port, ssl_context=self._tls(), timeout=server.timeout
            )
        return imaplib.IMAP4(server.host, server.port, timeout=server.timeout)

    def _enter(self, connection: imaplib.IMAP4) -> None:
        if self.server.scheme == "imap+starttls":
            connection.starttls(ssl_context=self._tls())
        connection.login(self.server.user, self.server.password)
        state, _ = connection.select(f'"{self.server.folder}"')
        if state != "OK":
            message = f"没有文件夹 {self.server.folder}"
            raise imaplib.IMAP4.error(message)

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.server.cafile)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.logout()
        except (OSError, imaplib.IMAP4.error):
            connection.shutdown()

    def _away(self, error: Exception) -> str:
        where = f"{self.server.host}:{self.server.port}"
        said = str(error) or type(error).__name__
        detail = said.replace(self.server.password, "…") if self.server.password else said
        return f"收信服务器 {where} 暂时不可用（{detail}），稍后再取。"
