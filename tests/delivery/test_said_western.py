"""Mails whose program says a Western set and writes Chinese; names of files that come in pieces."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.charsets import decoded
from engine.delivery.incoming import read_mail
from engine.delivery.name_pieces import in_one_piece
from tests.delivery.test_charsets import WORDS, a_mail, coded

WESTERN = ["iso-8859-1", "ISO-8859-1", "windows-1252", "latin1", "cp1252"]
NAME = "整改王喆.pdf"


@pytest.mark.parametrize("said", WESTERN)
@pytest.mark.parametrize("written", ["gbk", "utf-8"])
def test_chinese_that_is_said_to_be_western_is_read_as_chinese(said, written):
    raw = a_mail(
        WORDS.encode(written), f"text/plain; charset={said}",
        b"Subject: " + coded("回复：王喆", written, said),
    )  # fmt: skip

    found = read_mail(raw)

    assert (found.text, found.subject) == (WORDS, "回复：王喆")


@pytest.mark.parametrize(
    "words",
    ["Café déjà vu", "Größe: 20°±0,5", "naïve façade", "£££ 300", "¡Hola! ¿Qué tal, señor Núñez?",
     "«Là-bas», dit-il", "ÄÖÜ", "Ærø", "½ × ¾"],
)  # fmt: skip
@pytest.mark.parametrize("said", ["iso-8859-1", "windows-1252"])
def test_western_words_stay_what_they_are_said_to_be(words, said):
    assert decoded(words.encode(said), said) == words


@given(st.text("abc äöüßéèêàçñÀÉ .,", max_size=60))
def test_no_word_of_western_letters_among_others_becomes_chinese(words):
    plain = f"{' '.join(words)} "  # as letters stand in Western words: never two foreign at once

    assert decoded(plain.encode("latin-1"), "iso-8859-1") == plain


def pieces(charset, at, *, quoted="", name="filename", first=0):
    data = NAME.encode(charset)
    parts = [data[:at], data[at:-4], data[-4:]]
    told = ["".join(f"%{one:02X}" for one in part) for part in parts[:2]] + [parts[2].decode()]
    said = "gb2312" if charset == "gbk" else charset
    rows = [f"{name}*0*={said}''{told[0]}", f"{name}*1*={quoted}{told[1]}{quoted}",
            f'{name}*2="{told[2]}"']  # fmt: skip
    return "; ".join(rows[first:] + rows[:first]).encode()


@pytest.mark.parametrize("quoted", ["", '"'])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(("charset", "at"), [("gbk", 3), ("gbk", 4), ("utf-8", 4), ("utf-8", 5)])
def test_a_name_in_pieces_is_whole_wherever_it_is_cut_and_in_whatever_order(
    charset, at, first, quoted
):
    header = b"Content-Disposition: attachment; " + pieces(charset, at, quoted=quoted, first=first)

    raw = a_mail(b"x", "application/pdf", header + b'; size=3; note="a*0*=b"')

    assert [one.name for one in read_mail(raw).files] == [NAME]


def test_the_name_of_the_kind_may_come_in_pieces_too():
    kind = "application/pdf; " + pieces("gbk", 3, name="name").decode()

    assert [one.name for one in read_mail(a_mail(b"x", kind)).files] == [NAME]


@pytest.mark.parametrize("tail", ['"\\', "a*0*=", ";", 'a*0*="', "*1*=%", " ", "; ", "a", '"'])
def test_no_header_of_pieces_takes_long(tail):
    header = f"attachment; filename*0*=gb2312''%CD{tail * 20_000}"[:20_000]

    began = process_time()
    in_one_piece(header, decoded)

    assert process_time() - began < 1


def test_a_header_made_to_be_slow_takes_no_longer_than_the_library_needs():
    header = b"Content-Disposition: attachment; filename*0*=gb2312''%CD" + b'"\\' * 10_000

    began = process_time()
    read_mail(a_mail(b"x", "application/pdf", header))

    assert process_time() - began < 1
