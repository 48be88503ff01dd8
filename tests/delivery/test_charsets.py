"""Letters of mails that came in: whatever a program calls its characters, none is lost."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.charsets import decoded
from engine.delivery.incoming import read_mail

WORDS = "已办结，经办人朱镕、王喆，堃宇公司执照已送达"
SHORT_NAMES = ["gb2312", "GB2312", "gbk", "x-gbk", "cp936", "gb18030"]


def a_mail(body: bytes, kind="text/plain", headers: bytes = b"Subject: x") -> bytes:
    return b"From: a@b.invalid\r\n" + headers + f"\r\nContent-Type: {kind}\r\n\r\n".encode() + body


def coded(text, charset, said=""):
    data = base64.b64encode(text.encode(charset)).decode()
    return f"=?{said or charset}?B?{data}?=".encode()


@pytest.mark.parametrize("said", SHORT_NAMES)
def test_rare_letters_are_read_whichever_chinese_set_a_program_names(said):
    raw = a_mail(WORDS.encode("gb18030"), f"text/plain; charset={said}")

    assert read_mail(raw).text == WORDS


@pytest.mark.parametrize("said", ["", "; charset=utf-8", "; charset=us-ascii", "; charset=x-none"])
@pytest.mark.parametrize("written", ["utf-8", "gb18030"])
def test_bytes_are_read_as_what_they_are_where_nothing_or_a_wrong_set_is_named(said, written):
    assert read_mail(a_mail(WORDS.encode(written), f"text/plain{said}")).text == WORDS


@pytest.mark.parametrize("said", ["", "; charset=gb2312", "; charset=utf-8"])
def test_html_is_read_like_plain_words(said):
    html = f"<html><meta charset=gb2312><p>{WORDS}</p></html>".encode("gb18030")

    assert read_mail(a_mail(html, f"text/html{said}")).text == WORDS


def test_a_letter_broken_on_the_way_leaves_its_neighbours():
    broken = "已办结。".encode() + b"\xff" + "执照已送达。".encode()

    assert read_mail(a_mail(broken, "text/plain; charset=utf-8")).text == "已办结。�执照已送达。"


def test_western_letters_stay_what_they_are_said_to_be():
    assert decoded(b"Caf\xe9", "iso-8859-1") == "Café"


@pytest.mark.parametrize(
    "subject",
    [
        "回复：王喆".encode("gb18030"), "回复：王喆".encode(),
        *(coded("回复：王喆", "gb18030", said) for said in SHORT_NAMES),
        coded("回复：王喆", "utf-8"),
    ],
)  # fmt: skip
def test_a_subject_is_read_raw_or_coded(subject):
    assert read_mail(a_mail(b"x", headers=b"Subject: " + subject)).subject == "回复：王喆"


def test_a_letter_cut_in_two_by_coded_words_is_one():
    data = "办理完毕堃".encode("gbk")
    halves = [f"=?gb2312?B?{base64.b64encode(one).decode()}?=" for one in (data[:3], data[3:])]

    subject = "\r\n ".join(halves).encode()

    assert read_mail(a_mail(b"x", headers=b"Subject: " + subject)).subject == "办理完毕堃"


@pytest.mark.parametrize(
    "header",
    [
        b'attachment; filename="' + "王喆.pdf".encode("gbk") + b'"',
        b'attachment; filename="' + "王喆.pdf".encode() + b'"',
        b'attachment; filename="' + coded("王喆.pdf", "gbk", "gb2312") + b'"',
        b"attachment; filename*=gb2312''%CD%F5%86%B4.pdf",
    ],
)
def test_a_files_name_is_read_raw_or_coded(header):
    raw = a_mail(b"x", "application/pdf", b"Content-Disposition: " + header)

    assert [one.name for one in read_mail(raw).files] == ["王喆.pdf"]


@pytest.mark.parametrize("name", ["王喆".encode("gbk"), coded("王喆", "gbk", "gb2312")])
def test_a_senders_name_never_hides_the_address(name):
    raw = b"From: " + name + b" <Unit@unit.invalid>\r\n\r\nx"

    assert read_mail(raw).sender == "unit@unit.invalid"


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_an_address_inside_a_coded_name_is_nobodys(charset):
    forged = coded('unit@unit.invalid>, "', charset)

    found = read_mail(b"From: " + forged + b" <other@x.invalid>\r\n\r\nx")

    assert (found.sender, found.several_senders) == ("other@x.invalid", False)


@given(st.binary(max_size=200), st.sampled_from([*SHORT_NAMES, "", "utf-8", "utf-7", "utf-16"]))
def test_what_is_read_can_always_be_kept(data, said):
    found = decoded(data, said)

    assert found == found.encode().decode()


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=60))
def test_no_letter_of_any_text_is_lost_in_its_own_set(text):
    text = text.removeprefix("\ufeff")

    assert decoded(text.encode(), "utf-8") == text
    assert decoded(text.encode("gb18030"), "gb2312") == text
