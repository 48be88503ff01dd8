"""GB/T 9704 on the page: printed letters are rasterised and measured."""

from dataclasses import replace

import pytest

from engine.documents.fonts import find_fonts
from engine.documents.letter_data import Paragraph
from engine.documents.letter_texts import rectification_letter, supervision_letter
from engine.documents.letters import render_pdf
from tests.documents.facts import SIGNED_AT, a_rectification
from tests.documents.measuring import TOLERANCE, Page, bands


@pytest.fixture(scope="module")
def fonts():
    return find_fonts()


@pytest.fixture(scope="module")
def letter_page(fonts, tmp_path_factory):
    letter = rectification_letter(a_rectification())
    pdf = render_pdf(letter, fonts=fonts, moment=SIGNED_AT).pdf
    return Page(pdf, 1, tmp_path_factory.mktemp("letter"))


@pytest.fixture(scope="module")
def full_page(fonts, tmp_path_factory):
    """Page 2 of a letter whose body is one character over and over."""
    body = (Paragraph("国" * 28 * 40), Paragraph("完。"))
    letter = replace(rectification_letter(a_rectification()), body=body, attachments=(), cc="")
    pdf = render_pdf(letter, fonts=fonts, moment=SIGNED_AT).pdf
    return Page(pdf, 2, tmp_path_factory.mktemp("full"))


def test_a_letter_has_two_double_rules_of_170_mm_in_the_middle(letter_page):
    rules = bands(letter_page.long_red_rows())

    assert len(rules) == 4
    for _, _, left, right in rules:
        assert left == pytest.approx(20, abs=TOLERANCE)
        assert right == pytest.approx(190, abs=TOLERANCE)


def test_the_upper_rule_is_thick_over_thin_and_the_lower_thin_over_thick(letter_page):
    thick, thin, last_thin, last_thick = (
        bottom - top for top, bottom, *_ in bands(letter_page.long_red_rows())
    )

    assert thick > thin
    assert last_thick > last_thin


def test_the_lower_rule_is_20_mm_from_the_paper_edge(letter_page):
    lowest = bands(letter_page.long_red_rows())[-1]

    assert sum(lowest[:2]) / 2 == pytest.approx(277, abs=TOLERANCE)


def test_the_mark_begins_30_mm_from_the_paper_edge_and_the_rule_4_mm_below_it(letter_page):
    top, bottom = letter_page.ink_rows(20, 46)[0][0], letter_page.ink_rows(20, 46)[-1][1]
    first_rule = bands(letter_page.long_red_rows())[0]

    # The mark's box is 30 mm to 44.1 mm; ink stays a little inside it.
    assert 30 - TOLERANCE <= top <= 31.5
    assert bottom <= 44.2 + TOLERANCE
    assert sum(first_rule[:2]) / 2 == pytest.approx(48.1, abs=TOLERANCE)


def test_the_number_stands_flush_right_below_the_first_rule(letter_page):
    line = letter_page.ink_rows(50, 66)[0]
    columns = letter_page.ink_columns(*line)

    assert columns[-1][1] == pytest.approx(184, abs=0.8)
    assert line[0] == pytest.approx(49.3 + 16 * 0.3528 * 7 / 8, abs=1.0)


def test_a_letters_first_page_has_nothing_between_type_area_and_lower_rule(letter_page):
    assert letter_page.ink_rows(263, 275) == []


def test_a_full_page_has_22_lines_in_225_mm(full_page):
    lines = full_page.ink_rows(30, 263)

    assert len(lines) == 22
    assert 37 <= lines[0][0] <= 38
    assert 261 <= lines[-1][1] <= 262


def test_a_full_line_has_28_characters_in_156_mm(full_page):
    line = full_page.ink_rows(30, 263)[5]
    characters = full_page.ink_columns(*line)

    assert len(characters) == 28
    assert 28 <= characters[0][0] <= 29
    assert 183 <= characters[-1][1] <= 184


def test_an_even_pages_number_stands_7_mm_below_at_the_left(full_page):
    number = full_page.ink_rows(264, 280)
    columns = full_page.ink_columns(number[0][0], number[-1][1])
    dash = full_page.ink_columns(number[0][0], number[-1][1])[0]

    assert (number[0][0] + number[-1][1]) / 2 == pytest.approx(269, abs=0.6)
    assert dash[0] == pytest.approx(28 + 14 * 0.3528, abs=0.8)
    assert columns[-1][1] < 60


def test_the_general_form_has_its_mark_at_72_mm_and_one_rule_of_156_mm(fonts, tmp_path):
    letter = supervision_letter(a_rectification(certificate=None))
    page = Page(render_pdf(letter, fonts=fonts, moment=SIGNED_AT).pdf, 1, tmp_path)

    ((top, bottom, left, right),) = bands(page.long_red_rows())
    assert 72 <= page.ink_rows(40, 86)[0][0] <= 73
    assert (left, right) == (pytest.approx(28, abs=0.3), pytest.approx(184, abs=0.3))
    assert bottom - top < 0.8
