"""Glyphs: what a font draws is known before a letter is printed, and what it draws is no box."""

import importlib.util
import struct
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from fontTools.ttLib import TTFont

from engine.documents.fonts import FontRole, find_fonts
from engine.documents.glyphs import covered
from engine.documents.letter_data import Paragraph
from engine.documents.letter_texts import rectification_letter
from engine.documents.letters import render_pdf
from tests.documents.facts import SIGNED_AT, a_rectification
from tests.documents.measuring import Page

ROOT = Path(__file__).resolve().parents[2]
WHEEL = Path(pylopdf_fonts_zh_cn.__file__).parent
NOWHERE = Path("does-not-exist")
RARE = "喆堃燊垚祎玥㎡"
CELL_MM = 156 / 28


def characters(path, index=0):
    return {char for first, last in covered(str(path), index) for char in range(first, last + 1)}


@pytest.mark.parametrize("name", ["NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf"])
def test_the_characters_read_by_hand_are_those_fonttools_reads(name):
    assert characters(WHEEL / name) == set(TTFont(WHEEL / name, lazy=True).getBestCmap())


def with_basic_map_alone(source, target):
    """Write what a font of the basic plane has to say of its characters, as older ones do."""
    font = TTFont(source, lazy=True)
    data = font.reader["cmap"]
    places = [int.from_bytes(data[at : at + 4], "big") for at in range(8, 4 + 8 * data[3], 8)]
    start = next(place for place in places if data[place : place + 2] == b"\0\4")
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    subtable = data[start : start + length]
    cmap = struct.pack(">HHHHL", 0, 1, 3, 1, 12) + subtable
    head = struct.pack(">LHHHH", 0x00010000, 1, 16, 0, 0)
    target.write_bytes(head + struct.pack(">4sLLL", b"cmap", 0, 28, len(cmap)) + cmap)
    return set(next(one for one in font["cmap"].tables if one.format == 4).cmap)


def test_a_font_of_the_basic_plane_alone_is_read_too(tmp_path):
    expected = with_basic_map_alone(WHEEL / "NotoSansSC-Regular.otf", tmp_path / "old.otf")

    assert characters(tmp_path / "old.otf") == expected


def test_a_file_that_is_no_font_draws_nothing(tmp_path):
    (tmp_path / "no.otf").write_bytes(b"hello, this is no font at all")

    assert characters(tmp_path / "no.otf") == set()


def pictures_of(text, fonts, directory):
    """Return the ink of each character of a text, printed where a letter names its addressee."""
    letter = rectification_letter(a_rectification(certificate=None, cc=""))
    letter = replace(letter, to=text, body=(Paragraph("完。"),))
    page = Page(render_pdf(letter, fonts=fonts, moment=SIGNED_AT).pdf, 1, directory)
    top, bottom = next(run for run in page.ink_rows(90, 130) if page.ink_columns(*run)[0][0] < 34)
    rows = [page.row(y) for y in range(int(top * 10), int(bottom * 10) + 1)]
    edges = [3 * round(10 * (28 + CELL_MM * place)) for place in range(len(text) + 1)]
    return [tuple(row[a:b] for row in rows) for a, b in pairwise(edges)]


@pytest.mark.parametrize("prepared", [True, False], ids=["prepared fonts", "only the package's"])
def test_rare_characters_of_names_are_drawn_and_no_two_alike(tmp_path, prepared):
    """Characters that no font has come out as one and the same box."""
    fonts = find_fonts() if prepared else find_fonts(None, NOWHERE)

    drawn = pictures_of(RARE, fonts, tmp_path)

    assert len(set(drawn)) == len(RARE)
    assert all(min(map(min, rows)) < 110 for rows in drawn)


@pytest.mark.parametrize("char", RARE)
def test_rare_characters_leave_a_note_where_the_main_font_lacks_them(char):
    assert find_fonts(None, NOWHERE).notes_for([(FontRole.FANGSONG, char)])


@pytest.fixture(scope="module")
def fonts_script():
    found = importlib.util.spec_from_file_location("fonts_script", ROOT / "scripts" / "fonts.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_a_thin_font_has_the_characters_asked_for_and_is_drawn_as_before(fonts_script, tmp_path):
    source, thin = WHEEL / "NotoSerifSC-Regular.otf", tmp_path / "thin" / "thin.otf"
    thin.parent.mkdir()

    fonts_script._thin(TTFont(source, lazy=True, recalcBBoxes=False), set(map(ord, "样例")), thin)

    assert characters(thin) == set(map(ord, "样例"))
    assert thin.stat().st_size < source.stat().st_size / 10
    before, after = TTFont(source).getGlyphSet(), TTFont(thin).getGlyphSet()
    name = TTFont(thin).getBestCmap()[ord("样")]
    assert outline(after[name]) == outline(before[name])


def outline(glyph):
    from fontTools.pens.recordingPen import RecordingPen

    pen = RecordingPen()
    glyph.draw(pen)
    return pen.value


def test_gbk_holds_the_rare_characters_of_names(fonts_script):
    assert {ord(char) for char in RARE if char != "㎡"} <= fonts_script._gbk()
