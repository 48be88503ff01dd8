"""A batch file: one bad row costs itself, whatever is bad about it, and no other row."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from engine.cli import application
from engine.cli.deadline_batch import Rows

GOOD = "投诉,2024-09-27T10:00:00+08:00"
HEAD = "kind,received_at"


@pytest.fixture
def count(tmp_path):
    """Return how a file of lines is counted: the rows that come out."""

    def run(*lines, head=HEAD):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        written = [one if isinstance(one, bytes) else one.encode() for one in (head, *lines)]
        source.write_bytes(b"\n".join(written) + b"\n")
        ended = CliRunner().invoke(application(), ["deadline", "--batch", str(source), str(target)])
        assert ended.exit_code == 0, ended.output
        text = target.read_bytes().decode(errors="replace")
        return list(csv.DictReader(text.splitlines(keepends=True)))

    return run


def errors(rows):
    return [bool(row["error"]) for row in rows]


def test_cells_too_many_are_an_error_and_shift_no_column(count):
    rows = count(GOOD, f"{GOOD},extra,more", GOOD)

    assert errors(rows) == [False, True, False]
    assert (rows[1]["due_on"], rows[1]["status"]) == ("", "")
    assert "多出 2 列" in rows[1]["error"]


def test_an_unclosed_quote_costs_its_own_row_only(count):
    rows = count(GOOD, '"投诉,2024', GOOD, GOOD)

    assert errors(rows) == [False, True, False, False]
    assert rows[2]["due_on"] == "2024-10-16"


def test_two_unclosed_quotes_cost_two_rows(count):
    rows = count('"投诉,2024', GOOD, '求助,"2024', GOOD)

    assert errors(rows) == [True, False, True, False]


def test_an_unclosed_quote_in_a_column_of_the_senders_own_swallows_nothing(count):
    rows = count(f'{GOOD},"说明', f"{GOOD},好", head=f"{HEAD},note")

    assert len(rows) == 2
    assert rows[1]["note"] == "好"


def test_a_line_break_inside_a_closed_quote_is_one_cell(count):
    rows = count(f'{GOOD},"两\n行"', f"{GOOD},好", head=f"{HEAD},note")

    assert [row["note"] for row in rows] == ["两\n行", "好"]
    assert errors(rows) == [False, False]


def test_a_row_in_another_coding_is_an_error_and_stops_nothing(count):
    rows = count(GOOD, "投诉,2024-09-27T10:00:00+08:00".encode("gbk"), GOOD)

    assert errors(rows) == [False, True, False]
    assert "不是 UTF-8" in rows[1]["error"]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")),
                         min_size=2, max_size=4), max_size=6))  # fmt: skip
def test_what_a_csv_writer_wrote_is_read_back_unharmed(rows):
    import io

    told = io.StringIO()
    csv.writer(told, quoting=csv.QUOTE_ALL).writerows(rows)

    assert list(Rows(io.StringIO(told.getvalue(), newline=""))) == rows
