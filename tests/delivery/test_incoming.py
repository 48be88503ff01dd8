"""Reading what came in: a person's own words, whose bounce, and nothing that can break it."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.incoming import read_mail
from engine.delivery.reply_tokens import looks_marked, mark_of, read_mark, reply_headers
from engine.settings import load_settings

BOUNCE = b"""Return-Path: <>
From: MAILER-DAEMON@mx.invalid
To: hotline@demo.invalid
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

no such user
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.invalid

Final-Recipient: rfc822; nobody@unit.invalid
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <abc@hotline>
Subject: x

--b--
"""


def a_reply(text="已办结，材料齐全。", html="", **headers) -> bytes:
    message = EmailMessage()
    for name, value in {"From": "区局 <Unit@Unit.invalid>", "Subject": "回复", **headers}.items():
        message[name.replace("_", "-")] = value
    if html:
        message.set_content(html, subtype="html")
    else:
        message.set_content(text)
    return message.as_bytes()


def test_sender_subject_words_and_marks_are_read():
    found = read_mail(
        a_reply(To="hotline+r1-2-" + "a" * 32 + "@demo.invalid", References="<x@hotline> <y@h>")
    )

    assert (found.sender, found.subject, found.text) == (
        "unit@unit.invalid", "回复", "已办结，材料齐全。",
    )  # fmt: skip
    assert found.marks == ("hotline+r1-2-" + "a" * 32, "x", "y")
    assert (found.automatic, found.bounce, len(found.files)) == (False, None, 0)


def test_html_is_read_as_words_without_its_scripts_and_with_its_quote_marked():
    html = "<style>p{}</style><p>已办结。</p><div>请审核</div><blockquote>原<br>文</blockquote>"

    assert read_mail(a_reply(html=html)).text == "已办结。\n请审核\n> 原\n> 文"


def test_a_bounce_names_the_mail_that_did_not_arrive():
    bounce = read_mail(BOUNCE).bounce

    assert (bounce.message_id, bounce.status, bounce.permanent) == ("<abc@hotline>", "5.1.1", True)
    assert "no such user" in bounce.reason


def test_a_report_of_a_delay_is_not_for_ever():
    assert not read_mail(BOUNCE.replace(b"5.1.1", b"4.4.1")).bounce.permanent


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(raw):
    assert len(read_mail(raw).digest) == 64


@pytest.mark.parametrize("charset", ["gb2312", "x-unknown", "utf-7"])
def test_a_charset_nobody_knows_loses_no_mail(charset):
    raw = (
        f"From: a@b.invalid\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
        + "已办结".encode("gb18030")
    )

    found = read_mail(raw)

    assert found.sender == "a@b.invalid"
    assert found.text == "已办结" or charset == "utf-7"


def test_only_this_installations_key_makes_a_mark(var, monkeypatch):
    mark = mark_of(7, 3)

    assert (read_mark(f"hotline+{mark}").ticket_id, read_mark(mark).unit_id) == (7, 3)
    assert read_mark(mark.replace("r7-", "r8-")) is None
    assert looks_marked(mark.replace("r7-", "r8-"))
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "x" * 40)
    load_settings.cache_clear()
    assert read_mark(mark) is None


def test_a_mark_stands_in_references_and_where_taken_in_the_reply_address(var):
    mark = mark_of(7, 3)

    assert reply_headers("", mark) == {"References": f"<{mark}@hotline>"}
    assert reply_headers("专线 <hui@demo.invalid>", mark)["Reply-To"] == f"hui+{mark}@demo.invalid"
