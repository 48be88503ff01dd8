"""What a mail server's refusal means: whose fault it is, and whether it passes."""

import time

import pytest

from engine.delivery import SmtpSender
from engine.delivery.smtp_answers import At, refusal
from engine.errors import (
    PermanentDeliveryError,
    RefusedSenderError,
    TemporaryDeliveryError,
    UnansweredDeliveryError,
)
from tests.delivery.scripted_smtp import DROP, TRICKLE, scripted
from tests.delivery.test_smtp import a_message


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.1 <a@b.invalid>: Recipient address rejected: User unknown",
        "550 5.1.2 bad destination system address",
        "501 5.1.3 bad address syntax",
        "550 5.1.6 mailbox has moved",
        "550 5.1.10 recipient not found",
        "550 5.2.1 mailbox disabled",
        "550 5.4.1 Recipient address rejected: Access denied",
        "550 5.7.17 mailbox owner has changed",
        "550 User not found",
        # Whose names sound like something of ours.
        "550 <helong@demo.invalid>: User unknown",
        "550 user zhelou@demo.invalid not found",
        "550 user zhelou not found",
        "550 <spf@demo.invalid> mailbox not found",
        "550 Invalid recipient <relay.zhang@demo.invalid>",
        "550 <blacklist@demo.invalid> No such user",
        "550 收件人不存在，请发件人核对",
        "550 No such user here: sender please check",
        "551 not our customer",
        "553 no such domain",
    ],
)
def test_what_is_said_of_a_recipient_is_for_ever_and_asks_for_the_address(answer):
    code, _, text = answer.partition(" ")

    found = refusal(At.RECIPIENT, int(code), text.encode())

    assert isinstance(found, PermanentDeliveryError)
    assert "请核对邮箱地址" in str(found)


@pytest.mark.parametrize(
    "answer",
    [
        "553 5.7.1 <hotline@demo.invalid>: Sender address rejected: not logged in",
        "550 5.7.1 <a@b.invalid>: Relay access denied",
        "554 5.7.1 <host[10.0.0.1]>: Client host rejected: Access denied",
        "530 5.7.0 Authentication required",
        "530 Must issue a STARTTLS command first",
        "535 5.7.8 bad credentials",
        "550 5.1.8 sender's domain does not exist",
        "553 5.1.7 bad sender's mailbox address",
        "550 5.7.23 SPF validation failed",
        "550 5.7.26 unauthenticated mail",
        "553 Mail from must equal authorized user",
        "553 sorry, that domain isn't in my list of allowed rcpthosts; no relay (#5.7.1)",
        "503 5.5.1 Error: authentication required",
        "550 Sender address rejected: Domain not found",
        "550 sender domain does not exist",
        "550 发件人地址不存在",
        "550 relaying denied",
        "554 host is blacklisted (RBL)",
    ],
)
def test_what_is_said_of_us_blames_no_recipient_and_asks_for_an_administrator(answer):
    code, _, text = answer.partition(" ")

    found = refusal(At.RECIPIENT, int(code), text.encode())

    assert isinstance(found, RefusedSenderError)
    assert not found.whoever
    assert "请管理员核对发信设置" in str(found)
    assert "邮箱地址" not in str(found)


@pytest.mark.parametrize(
    "answer",
    [
        "450 4.2.0 mailbox busy",
        "452 4.2.2 mailbox full",
        "552 5.2.2 mailbox full",
        "503 5.5.1 bad sequence of commands",
        "554 5.3.2 system not accepting messages",
        # Whom only some may write to: one recipient's own rule.
        "554 5.7.1 <group@b.invalid>: Recipient address rejected: Access denied",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup",
    ],
)
def test_what_may_pass_is_tried_again_and_stops_nobody_else(answer):
    code, _, text = answer.partition(" ")

    found = refusal(At.RECIPIENT, int(code), text.encode())

    assert type(found) is TemporaryDeliveryError
    assert "邮箱地址" not in str(found)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("552 5.3.4 message too big", PermanentDeliveryError),
        ("550 5.7.1 looks like spam", PermanentDeliveryError),
        ("554 5.6.0 broken", PermanentDeliveryError),
        ("550 5.7.1 unauthenticated mail is refused by its domain's DMARC policy",
         RefusedSenderError),
        ("451 4.3.0 later", TemporaryDeliveryError),
    ],
)  # fmt: skip
def test_a_refused_mail_blames_no_address(answer, kind):
    code, _, text = answer.partition(" ")

    found = refusal(At.MAIL, int(code), text.encode())

    assert type(found) is kind
    assert "邮箱地址" not in str(found)


def test_chinese_words_of_a_server_are_read():
    found = refusal(At.RECIPIENT, 550, "需要登录认证".encode("gbk"))

    assert isinstance(found, RefusedSenderError)
    assert "需要登录认证" in str(found)


@pytest.mark.parametrize(
    "answers",
    [
        {"MAIL": "550 5.7.1 sender rejected"},
        {"GREETING": "554 5.7.1 client host rejected"},
        {"EHLO": "554 no", "HELO": "554 no"},
    ],
)
def test_a_server_that_refuses_before_a_recipient_is_named_refuses_whoever_it_is_for(answers):
    with scripted(**answers) as server, pytest.raises(RefusedSenderError) as refused:
        SmtpSender(server.url).send(a_message())

    assert refused.value.whoever


def test_a_server_that_hangs_up_after_its_refusal_has_refused():
    with scripted(RCPT="550 5.1.1 no such user", RSET=DROP) as server:
        sender = SmtpSender(server.url)

        with sender, pytest.raises(PermanentDeliveryError, match="550"):
            sender.send(a_message())


def test_words_that_are_no_answer_are_not_taken_for_a_receipt():
    with scripted(END="well done") as server, pytest.raises(TemporaryDeliveryError):
        SmtpSender(server.url).send(a_message())


@pytest.mark.parametrize(
    ("at", "kind"), [("RCPT", TemporaryDeliveryError), ("END", UnansweredDeliveryError)]
)
def test_a_server_that_trickles_its_answer_is_cut_off_in_time(at, kind):
    with scripted(**{at: TRICKLE}) as server:
        started = time.monotonic()

        with pytest.raises(TemporaryDeliveryError) as cut:
            SmtpSender(server.url, within=0.6).send(a_message())

    assert type(cut.value) is kind
    assert time.monotonic() - started < 3


def test_nothing_is_handed_over_once_a_mails_time_is_up():
    def slowly(_line):
        time.sleep(0.5)
        return "354 go"

    with scripted(DATA=slowly) as server, pytest.raises(TemporaryDeliveryError):
        SmtpSender(server.url, within=0.2).send(a_message())

    assert server.taken == []
