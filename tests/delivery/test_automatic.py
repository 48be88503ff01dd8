"""What a machine wrote is told from what a person wrote, by headers or by its subject."""

import pytest

from engine.delivery.incoming import read_mail
from tests.delivery.test_incoming import a_reply

RECEIPT = """From: unit@unit.invalid
Subject: 已读: 派单
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

您的邮件已被阅读
--b
Content-Type: message/disposition-notification

Disposition: manual-action/MDN-sent-manually; displayed

--b--
""".encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_AUTOREPLY": "true"},
        {"X_Autorespond": "【派单】"},
    ],
)
def test_a_machine_says_so_in_its_headers(headers):
    assert read_mail(a_reply(**headers)).automatic


def test_a_receipt_that_somebody_read_a_mail_is_a_machines():
    found = read_mail(RECEIPT)

    assert found.automatic
    assert found.bounce is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no"},
        {"X_Autoreply": "no"},
        # Exchange sets it on what people write too: it asks others not to answer by themselves.
        {"X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "DR, RN, NRN, OOF, AutoReply"},
    ],
)
def test_a_persons_headers_say_nothing_of_a_machine(headers):
    found = read_mail(a_reply(**headers))

    assert (found.automatic, found.seems_automatic) == (False, False)


@pytest.mark.parametrize(
    "subject",
    [
        "自动回复: 【派单】LZ2611240001", "自动答复：回复", "自动回复", "【自动回复】",
        "假期自动回复：派单", "已读: 【派单】", "Automatic reply: 派单", "Out of Office: x",
        "Auto-Reply: x", "AutoReply: x", "Read: x", "未读：x",
    ],
)  # fmt: skip
def test_a_subject_that_programs_write_seems_a_machines(subject):
    assert read_mail(a_reply(Subject=subject)).seems_automatic


@pytest.mark.parametrize(
    "subject",
    [
        "回复: 自动回复: 派单", "Re: Automatic reply: x", "自动回复系统已修复",
        "已读懂要求，现答复如下",
        "回复：派单", "Ready: x", "关于自动答复的说明", "答复：Read me",
    ],
)  # fmt: skip
def test_a_subject_that_people_write_does_not(subject):
    assert not read_mail(a_reply(Subject=subject)).seems_automatic
