"""GB/T 9704 on the page: printed letters are rasterised and measured."""

from dataclasses import replace

import pytest

from engine.documents.bulletin import bulletin
from engine.documents.fonts import find_fonts
from engine.documents.letter_data import Paragraph
from engine.documents.letter_texts import rectification_letter, supervision_letter
from engine.documents.letters import render_pdf
from tests.documents.facts import SIGNED_AT, a_bulletin, a_rectification
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


@pytest.fixture(scope="module", params=["督办函", "通报"])
def general(request, fonts, tmp_path_factory):
    """The printed pages of a document in the general form, and how many they are."""
    made = {"督办函": supervision_letter(a_rectification()), "通报": bulletin(a_bulletin())}
    printed = render_pdf(made[request.param], fonts=fonts, moment=SIGNED_AT)
    directory = tmp_path_factory.mktemp("general")
    return lambda number: Page(printed.pdf, number or printed.pages, directory)


def test_the_general_form_has_its_mark_at_72_mm_and_one_rule_of_156_mm(general):
    page = general(1)

    ((top, bottom, left, right),) = bands(page.long_red_rows())
    assert 72 <= page.ink_rows(40, 86)[0][0] <= 73
    assert (left, right) == (pytest.approx(28, abs=0.3), pytest.approx(184, abs=0.3))
    assert bottom - top < 0.8


def test_the_general_forms_number_is_centred_two_lines_below_the_mark_4_mm_above_the_rule(general):
    page = general(1)

    ((rule, *_),) = bands(page.long_red_rows())
    mark, *_, number, _ = page.ink_rows(60, int(rule) + 2)
    columns = page.ink_columns(*number)
    assert rule - number[1] == pytest.approx(4, abs=1.2)
    assert (columns[0][0] + columns[-1][1]) / 2 == pytest.approx(106, abs=1)
    assert number[0] - mark[1] > 2 * 10


def test_the_general_forms_first_page_is_numbered_at_the_right(general):
    page = general(1)

    number = page.ink_rows(264, 280)
    columns = page.ink_columns(number[0][0], number[-1][1])
    assert (number[0][0] + number[-1][1]) / 2 == pytest.approx(269, abs=0.6)
    assert columns[-1][1] == pytest.approx(184 - 14 * 0.3528, abs=0.8)


def test_the_colophons_rules_are_156_mm_thick_outside_and_the_last_on_the_areas_edge(general):
    *_, last = rules = bands(general(None).long_black_rows())

    assert all((left, right) == (pytest.approx(28, abs=0.3), pytest.approx(184, abs=0.3))
               for _, _, left, right in rules[-2:])  # fmt: skip
    assert last[1] == pytest.approx(262, abs=0.5)
    assert last[1] - last[0] == pytest.approx(0.35, abs=0.15)
