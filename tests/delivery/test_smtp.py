"""Delivery by SMTP against a real server."""

import socket
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import ClassVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from engine.delivery import Outgoing, SmtpSender, build
from engine.delivery.smtp import SmtpServer
from engine.errors import BadInputError, PermanentDeliveryError, TemporaryDeliveryError
from tests.delivery.conftest import Sink, running

NOON = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)


def a_message(index=1, to="unit@example.org", text="请按期签收。"):
    return build(
        Outgoing(
            message_id=f"m{index}@hotline.example",
            to=to,
            subject=f"【派单】第{index}件",
            text=text,
            html=f"<p>{text}</p>",
            sent_from="hotline@example.org",
            date=NOON,
        )
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_message_arrives_whole_and_the_receipt_is_the_servers_word(sink):
    receipt = SmtpSender(sink.url).send(a_message())

    assert receipt == "250 OK queued as 1"
    arrived = message_from_bytes(sink.messages[0].content, policy=default)
    assert arrived["Subject"] == "【派单】第1件"
    assert arrived.get_body(("plain",)).get_content().strip() == "请按期签收。"


def test_one_connection_carries_many_messages(sink):
    with SmtpSender(sink.url) as sender:
        for index in range(5):
            sender.send(a_message(index))

    assert (len(sink.messages), sink.connections) == (5, 1)


def test_an_unknown_mailbox_is_permanent_and_the_next_message_still_leaves(sink):
    with SmtpSender(sink.url) as sender:
        with pytest.raises(PermanentDeliveryError, match="550"):
            sender.send(a_message(1, to="550-x@example.org"))
        sender.send(a_message(2))

    assert len(sink.messages) == 1


def test_a_busy_mailbox_is_temporary(sink):
    with pytest.raises(TemporaryDeliveryError, match="450"):
        SmtpSender(sink.url).send(a_message(to="450-x@example.org"))


def test_a_refused_message_is_permanent(sink):
    message = a_message()
    message["X-Size"] = "TOO-BIG"

    with pytest.raises(PermanentDeliveryError, match="552"):
        SmtpSender(sink.url).send(message)


def test_a_dropped_connection_is_temporary_and_the_next_message_opens_another(sink):
    with SmtpSender(sink.url) as sender:
        with pytest.raises(TemporaryDeliveryError):
            sender.send(a_message(1, to="drop-x@example.org"))
        sender.send(a_message(2))

    assert (len(sink.messages), sink.connections) == (1, 2)


class TwoAConnection(Sink):
    """Takes two mails a connection, as servers do that limit them, then says 421 or hangs up."""

    def __init__(self, *, speaks):
        super().__init__()
        self.speaks = speaks

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if len(self.messages) == 2 * self.connections:
            if self.speaks:
                return "421 4.7.0 too many messages in this connection"
            server.transport.abort()
        envelope.mail_from = address
        return "250 OK"


@pytest.mark.parametrize("speaks", [True, False])
def test_a_server_that_limits_mails_a_connection_delays_none(speaks):
    sink = TwoAConnection(speaks=speaks)
    with running(sink) as port, SmtpSender(f"smtp://127.0.0.1:{port}?timeout=5") as sender:
        for index in range(5):
            sender.send(a_message(index))

    assert (len(sink.messages), sink.connections) == (5, 3)


def test_a_server_that_is_away_is_temporary():
    with pytest.raises(TemporaryDeliveryError, match="暂时不可用"):
        SmtpSender(f"smtp://127.0.0.1:{free_port()}?timeout=2").send(a_message())


def test_a_server_that_says_nothing_is_temporary_after_the_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        started = time.monotonic()

        with pytest.raises(TemporaryDeliveryError):
            SmtpSender(f"smtp://127.0.0.1:{port}?timeout=0.3").send(a_message())

    assert time.monotonic() - started < 3


def test_a_name_and_password_are_used_and_a_refused_sign_in_is_temporary(certificate):
    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"p@ss word", handled=False)

    class Keep:
        messages: ClassVar[list] = []

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            self.messages.append(envelope)
            return "250 OK"

    controller = Controller(
        Keep(), hostname="127.0.0.1", port=free_port(), authenticator=check, auth_required=True,
        tls_context=certificate.context,
    )  # fmt: skip
    controller.start()
    tail = f"localhost:{controller.port}?timeout=5&cafile={certificate.file}"
    try:
        SmtpSender(f"smtp+starttls://me:p%40ss%20word@{tail}").send(a_message())
        with pytest.raises(TemporaryDeliveryError, match="535"):
            SmtpSender(f"smtp+starttls://me:wrong@{tail}").send(a_message())
    finally:
        controller.stop()

    assert len(Keep.messages) == 1


def test_an_unknown_certificate_is_not_trusted(certificate):
    class Keep:
        pass

    controller = Controller(
        Keep(), hostname="127.0.0.1", port=free_port(), tls_context=certificate.context
    )
    controller.start()
    try:
        with pytest.raises(TemporaryDeliveryError):
            SmtpSender(f"smtp+starttls://localhost:{controller.port}?timeout=5").send(a_message())
    finally:
        controller.stop()


def test_implicit_tls_is_spoken(certificate):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=_scripted_tls, args=(listener, certificate.context))
        thread.start()

        url = f"smtps://localhost:{port}?timeout=5&cafile={certificate.file}"
        receipt = SmtpSender(url).send(a_message())
        thread.join(5)

    assert receipt == "250 taken"


def test_a_sign_in_over_implicit_tls_reaches_the_server_and_another_name_is_not_believed(
    certificate,
):
    class Keep:
        messages: ClassVar[list] = []

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            self.messages.append(envelope)
            return "250 OK"

    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"secret", handled=False)

    controller = Controller(
        Keep(), hostname="127.0.0.1", port=free_port(), ssl_context=certificate.context,
        authenticator=check, auth_require_tls=False, server_hostname="localhost",
    )  # fmt: skip
    controller.start()
    tail = f"{controller.port}?timeout=5&cafile={certificate.file}"
    try:
        SmtpSender(f"smtps://me:secret@localhost:{tail}").send(a_message())
        with pytest.raises(TemporaryDeliveryError, match="535"):
            SmtpSender(f"smtps://me:wrong@localhost:{tail}").send(a_message())
        with pytest.raises(TemporaryDeliveryError, match="IP address mismatch"):
            SmtpSender(f"smtps://me:secret@127.0.0.1:{tail}").send(a_message())
    finally:
        controller.stop()

    assert len(Keep.messages) == 1


def _scripted_tls(listener, context):
    connection, _ = listener.accept()
    with context.wrap_socket(connection, server_side=True) as stream:
        file = stream.makefile("rwb", buffering=0)
        file.write(b"220 hello\r\n")
        in_data = False
        for line in iter(file.readline, b""):
            if in_data:
                in_data = line != b".\r\n"
                if not in_data:
                    file.write(b"250 taken\r\n")
            elif line.upper().startswith(b"DATA"):
                in_data = True
                file.write(b"354 go\r\n")
            elif line.upper().startswith(b"QUIT"):
                file.write(b"221 bye\r\n")
                return
            else:
                file.write(b"250 ok\r\n")


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost, made on the spot."""
    key, file = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", key, "-out", file],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl is not there")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return type("Certificate", (), {"context": context, "file": file})


@pytest.mark.parametrize(
    ("url", "scheme", "port"),
    [
        ("smtp://mail.example.org", "smtp", 25),
        ("smtps://mail.example.org", "smtps", 465),
        ("smtp+starttls://mail.example.org", "smtp+starttls", 587),
        ("smtp://mail.example.org:2525", "smtp", 2525),
    ],
)
def test_each_way_in_has_its_own_port(url, scheme, port):
    server = SmtpServer.parse(url)

    assert (server.scheme, server.port) == (scheme, port)


def test_name_password_and_timeout_are_read_from_the_address():
    server = SmtpServer.parse("smtp://me:p%40ss@mail.example.org?timeout=3")

    assert (server.user, server.password, server.timeout) == ("me", "p@ss", 3.0)


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "http://x", "smtp://", "smtp://x:port", "smtp://x?timeout=soon", "smtp://x?timeout=0"],
)  # fmt: skip
def test_a_wrong_address_is_one_clear_line(url):
    with pytest.raises(BadInputError, match="HOTLINE_SMTP_URL"):
        SmtpSender(url)


def test_the_password_is_never_shown():
    assert "secret" not in repr(SmtpServer.parse("smtp://me:secret@mail.example.org"))
