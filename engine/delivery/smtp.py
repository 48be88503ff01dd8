"""Delivery by SMTP, with temporary and permanent failures told apart."""

import re
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from threading import Timer
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from engine.delivery.messages import address_of
from engine.delivery.smtp_answers import PERMANENT_FROM, At, refusal, text_of
from engine.delivery.timeouts import DEFAULT_TIMEOUT_SECONDS, WHOLE_MAIL_SECONDS, seconds_of
from engine.errors import (
    BadInputError,
    PermanentDeliveryError,
    RefusedSenderError,
    TemporaryDeliveryError,
    UnansweredDeliveryError,
)

DEFAULT_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
ACCEPTED, ANSWERS = range(200, 300), range(200, 600)
CLOSING, GO_ON = 421, 354
TOO_LONG = "一封信的往来用时太久，已断开"
DOT_FIRST = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class SmtpServer:
    """Where an SMTP server is and how it is entered."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = DEFAULT_TIMEOUT_SECONDS
    cafile: str | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://`, `smtps://` or `smtp+starttls://user:pass@host:port?timeout=10`.

        `cafile=` names a file with the certificate authority of a closed network.

        Raises:
            BadInputError: the address cannot be used; the message never repeats the password.
        """
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise BadInputError(BAD_URL)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=_port(parts),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            timeout=seconds_of(options.get("timeout"), BAD_URL),
            cafile=options.get("cafile"),
        )


BAD_URL = (
    "HOTLINE_SMTP_URL 不正确，应为 smtp://用户:密码@主机:端口?timeout=10"
    "（或 smtps://、smtp+starttls://）。"
)


class SmtpSender:
    """Sends messages to one SMTP server, over one connection inside a `with` block."""

    def __init__(self, url: str, within: float = WHOLE_MAIL_SECONDS) -> None:
        """Read the server's address; nothing is opened yet.

        `within` so many seconds a mail is taken, or the line is cut.
        """
        self.server = SmtpServer.parse(url)
        self._within, self._until = within, 0.0
        self._connection: smtplib.SMTP | None = None
        self._keep = False

    def __enter__(self) -> Self:
        """Keep the connection from now on."""
        self._keep = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye to the server."""
        self._keep = False
        self._close()

    def send(self, message: EmailMessage) -> str:
        """Hand `message` to the server and return its answer as the receipt.

        Raises:
            TemporaryDeliveryError: 4xx, refused or dropped connection, timeout.
            RefusedSenderError: refused sign-in, sender or client: an administrator must look.
            UnansweredDeliveryError: all of it was handed over and no answer came.
            PermanentDeliveryError: 5xx for the recipient or the message, or a bad address.
        """
        sender, recipient = _addresses(message)
        watch = Timer(self._within, self._break_off)
        watch.daemon, self._until = True, time.monotonic() + self._within
        watch.start()
        try:
            return self._hand_over(sender, recipient, message)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise self._trouble(error) from error
        finally:
            watch.cancel()
            if not self._keep:
                self._close()

    def _break_off(self) -> None:
        """Cut the line to a server that goes on and on: each of its words came in time."""
        connection = self._connection
        line = connection.sock if connection is not None else None
        if line is not None:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # of TLS too the line itself

    def try_out(self) -> None:
        """Open a connection, sign in and say goodbye; no mail is sent.

        Raises:
            TemporaryDeliveryError: says where nobody answered, or what the server said.
        """
        try:
            self._connection = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            message = f"邮件服务器 {self._where} 不让登录（{_detail(error)}）"
            raise TemporaryDeliveryError(message) from error
        except (OSError, smtplib.SMTPException) as error:
            message = f"连不上邮件服务器 {self._where}（{_detail(error)}）"
            raise TemporaryDeliveryError(message) from error
        finally:
            self._close()

    def _hand_over(self, sender: str, recipient: str, message: EmailMessage) -> str:
        content = message.as_bytes(policy=SMTP)
        connection, reply = self._opened(sender)
        _check(connection, At.SENDER, reply)
        _check(connection, At.RECIPIENT, connection.rcpt(recipient))
        code, answer = self._content(connection, content)
        _check(connection, At.MAIL, (code, answer))
        return f"{code} {text_of(answer)}"

    def _content(self, connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        """Hand over the content; what breaks off after its final dot may have been taken."""
        code, answer = connection.docmd("DATA")
        if code != GO_ON:
            _check(connection, At.MAIL, (code, answer))
            raise smtplib.SMTPDataError(code, answer)
        if time.monotonic() > self._until:
            raise TimeoutError(TOO_LONG)  # its mark may end before the server has taken it
        end = b"" if content.endswith(b"\r\n") else b"\r\n"
        connection.send(DOT_FIRST.sub(b"..", content) + end + b".\r\n")
        try:
            code, answer = connection.getreply()
            if code not in ANSWERS:
                raise smtplib.SMTPResponseException(code, answer)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            message = (f"邮件已全部交给邮件服务器 {self._where}，没有等到答复"
                       f"（{_detail(error)}），稍后重试。")  # fmt: skip
            raise UnansweredDeliveryError(message) from error
        return code, answer

    def _opened(self, sender: str) -> tuple[smtplib.SMTP, tuple[int, bytes]]:
        """Name the sender on the kept connection; what the server closed meanwhile is opened anew.

        Nothing was handed over before, so that asking again repeats no mail.
        """
        if kept := self._connection:
            with suppress(OSError, smtplib.SMTPException):
                reply = kept.mail(sender)
                if reply[0] != CLOSING:
                    return kept, reply
            self._drop()
        connection = self._connection = self._connect()
        return connection, connection.mail(sender)

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        connection: smtplib.SMTP
        if server.scheme == "smtps":
            connection = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=self._tls()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            self._introduce(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP) -> None:
        if self.server.scheme == "smtp+starttls":
            connection.starttls(context=self._tls())
        connection.ehlo_or_helo_if_needed()
        if self.server.user:
            connection.login(self.server.user, self.server.password)

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.server.cafile)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _drop(self) -> None:
        """Hang up without a farewell, for which nobody who is in trouble waits."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @property
    def _where(self) -> str:
        return f"{self.server.host}:{self.server.port}"

    def _trouble(self, error: Exception) -> TemporaryDeliveryError:
        """Return what broke the conversation off: a server that is away, or refuses us outright."""
        refused = isinstance(error, smtplib.SMTPNotSupportedError)
        if isinstance(error, smtplib.SMTPResponseException):
            refused = error.smtp_code >= PERMANENT_FROM
        if refused:
            return RefusedSenderError(f"{self._where}：{_detail(error)}", whoever=True)
        late = time.monotonic() > self._until
        why = TOO_LONG if late else _detail(error)
        return TemporaryDeliveryError(f"邮件服务器 {self._where} 暂时不可用（{why}），稍后重试。")


def _detail(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {text_of(error.smtp_error)}"
    return str(error) or type(error).__name__


def _addresses(message: EmailMessage) -> tuple[str, str]:
    sender, recipient = message["From"], message["To"]
    if sender is None or recipient is None:
        text = "邮件缺少发件人或收件人，无法发送。"
        raise PermanentDeliveryError(text)
    return address_of(str(sender)).addr_spec, address_of(str(recipient)).addr_spec


def _check(connection: smtplib.SMTP, at: At, reply: tuple[int, bytes]) -> None:
    code, answer = reply
    if code in ACCEPTED:
        return
    with suppress(OSError, smtplib.SMTPException):
        connection.rset()  # whoever hangs up now has said what he thinks all the same
    raise refusal(at, code, answer)


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or DEFAULT_PORTS[parts.scheme]
    except ValueError as error:
        raise BadInputError(BAD_URL) from error
