"""`hotline letters`: a page in the terminal or as a file, and the register with its gaps."""

import struct
import zlib
from contextlib import contextmanager

import pytest
import typer
from sqlmodel import text
from typer.testing import CliRunner

from engine.cli import letters
from engine.documents.terminal_picture import dots, in_terminal
from engine.errors import BadInputError, NotFoundError
from engine.store.database import work
from tests.actions.letter_steps import a_signed_letter, the
from tests.actions.test_bulletin_life import a_signed_bulletin
from tests.actions.test_bulletin_life import the as the_bulletin
from tests.actions.test_letter_numbers import void

RUNNER = CliRunner()
BRACKETED = ("城中热线[2026]1号", " 城中热线［2026］1号", "城中热线(2026)1号")


@pytest.fixture
def run(database, monkeypatch):
    @contextmanager
    def opened():
        yield database

    monkeypatch.setattr(letters, "opened_database", opened)
    app = typer.Typer()
    letters.register(app)

    def call(*words, **environment):
        done = RUNNER.invoke(app, ["letters", *words], env=environment)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return call


def test_a_letter_is_drawn_in_the_terminal_by_its_number(run):
    number = the(a_signed_letter()).number

    said = run("preview", number, FORCE_COLOR="1", TERM="xterm-256color")

    assert f"{number}，待发出，第 1 页" in said
    assert said.count("m▀") > 3000


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}])
def test_without_colours_nothing_is_drawn_and_one_line_says_what_to_do(run, environment):
    number = the(a_signed_letter()).number

    said = run("preview", number, **environment)

    assert said.count("\n") == 1
    assert f"{number}，待发出，第 1 页：这里显示不了颜色" in said
    assert "--out" in said


def test_it_is_written_as_a_picture_file(run, tmp_path):
    number = the(a_signed_letter()).number

    said = run("preview", number, "--page", "2", "--out", str(tmp_path / "page.png"))

    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    assert "第 2 页已存为" in said


def test_a_bulletin_is_drawn_by_its_number_and_stands_in_the_register(run, tmp_path, in_earnest):
    number = the_bulletin(a_signed_bulletin()).number

    said = run("preview", number, "--page", "2", "--out", str(tmp_path / "page.png"))

    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    assert f"通报 {number}，待发出，第 2 页已存为" in said
    assert f"{number}  2026-12-02  通报  待发出" in run("list", "2026")


def test_a_directory_that_is_not_there_is_said(run, tmp_path):
    number = the(a_signed_letter()).number

    with pytest.raises(BadInputError, match="写不进"):
        run("preview", number, "--out", str(tmp_path / "nowhere" / "page.png"))


def test_a_number_nobody_has_is_said(run):
    with pytest.raises(NotFoundError, match="没有发文字号"):
        run("preview", "城中热线〔2026〕99号")


def test_the_register_shows_voided_numbers_with_their_reason(run):
    first, second = a_signed_letter(), a_signed_letter()
    void(first)

    said = run("list", "2026").splitlines()

    assert [the(first).number in said[0], the(second).number in said[1]] == [True, True]
    assert "作废：印章模糊" in said[0]
    assert the(second).pdf_sha256 in said[1]


def test_the_register_shows_a_missing_number_as_missing(run):
    first = a_signed_letter()
    with work() as session:  # a number taken past the program
        session.exec(text("UPDATE letter_serial SET last = last + 1"))
    last = a_signed_letter()

    said = run("list", "2026").splitlines()

    assert [the(first).number in said[0], the(last).number in said[2]] == [True, True]
    assert said[1].startswith("城中热线〔2026〕2号  缺号  缺号：登记里没有这个号")


def png(rows, kind=2, filtered=0):
    """A tiny PNG of given rows, each already filtered."""
    size = {2: 3, 6: 4}[kind]
    head = struct.pack(">IIBBBBB", len(rows[0]) // size, len(rows), 8, kind, 0, 0, 0)
    body = zlib.compress(b"".join(bytes([filtered]) + bytes(row) for row in rows))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + b"\0\0\0\0"

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body)


@pytest.mark.parametrize("filtered", [1, 2, 3, 4])
def test_every_filter_of_png_is_undone(filtered):
    made = png([[10, 20, 30, 1, 1, 1], [1, 1, 1, 1, 1, 1]], filtered=filtered)

    upper = {1: (11, 21, 31), 2: (1, 1, 1), 3: (6, 11, 16), 4: (11, 21, 31)}[filtered]
    assert dots(made)[0] == [(10, 20, 30), upper]


def test_what_is_transparent_is_white_and_an_odd_row_is_filled():
    assert dots(png([[0, 0, 0, 0]], kind=6)) == [[(255, 255, 255)]]
    assert in_terminal(png([[255, 0, 0]])) == "\x1b[38;2;255;0;0;48;2;255;255;255m▀\x1b[0m"


def test_no_picture_is_refused():
    with pytest.raises(ValueError, match="PNG"):
        dots(b"GIF89a")


@pytest.mark.parametrize("typed", BRACKETED)
def test_a_number_is_found_whichever_brackets_the_keyboard_has(run, tmp_path, typed):
    a_signed_letter()

    said = run("preview", typed, "--out", str(tmp_path / "page.png"))

    assert "城中热线〔2026〕1号，待发出，第 1 页已存为" in said
