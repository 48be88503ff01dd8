"""The quarter's monitoring report: compared with the quarter before, cases chosen by a person."""

import pytest

from engine.actions.figure_keeping import keep
from engine.actions.monitoring import draft_monitoring
from engine.documents.fonts import find_fonts
from engine.documents.letters import render_docx, render_pdf
from engine.rules.indicators import Count, figure
from engine.rules.monitoring import changes, lagging, months_of, quarter_before, quarter_of
from engine.store.database import work
from engine.store.tickets import ticket_by_number
from engine.terms import Indicator, TicketKind
from tests.builders import (
    SUPERVISOR,
    TAX,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    call_back,
    day,
    doing,
    moment,
)
from tests.looking import sweep

QUARTER = (day("Thu 2026-10-01"), day("Thu 2026-12-31"))
NOW = "Mon 2026-11-30 10:00"
SECRET = "演示企业丁要求更换公章"


def test_a_quarter_is_three_natural_months_and_follows_the_one_before():
    assert quarter_of(day("Mon 2026-11-30")) == QUARTER
    assert quarter_before(quarter_of(day("Thu 2026-01-01"))) == (
        day("Wed 2025-10-01"), day("Wed 2025-12-31"),
    )  # fmt: skip
    assert months_of(QUARTER) == [
        (day("Thu 2026-10-01"), day("Sat 2026-10-31")),
        (day("Sun 2026-11-01"), day("Mon 2026-11-30")),
        (day("Tue 2026-12-01"), day("Thu 2026-12-31")),
    ]


def of(rules, indicator, n, hit):
    return figure(indicator, Count(n, hit), Count(n, hit), rules, QUARTER[1])


def test_what_moved_is_told_where_both_quarters_have_ten_cases_and_which_way_is_good(rules):
    moved = (Indicator.SOLVED, Indicator.BREACHED, Indicator.RETURNED, Indicator.SATISFIED)
    pairs = zip(moved, ((10, 9), (10, 2), (9, 1), (10, 5)), strict=True)
    now = [of(rules, one, *counts) for one, counts in pairs]
    pairs = zip(moved, ((20, 10), (20, 2), (90, 1), (20, 10)), strict=True)
    before = [of(rules, one, *counts) for one, counts in pairs]

    found = {one.indicator: (one.by, one.better) for one in changes(now, before, rules, QUARTER[1])}

    assert found == {
        Indicator.SOLVED: (pytest.approx(40.0), True),
        Indicator.BREACHED: (pytest.approx(10.0), False),
    }


def test_who_lags_is_told_by_the_adjusted_figure_of_ten_cases(rules):
    on_time = Indicator.ANSWERED_ON_TIME
    fair = figure(on_time, Count(10, 8), Count(10, 10), rules, QUARTER[1])
    units = [("甲局", [of(rules, on_time, 10, 9)]), ("乙局", [of(rules, on_time, 9, 1)]),
             ("丙局", [fair])]  # fmt: skip

    assert [name for name, _ in lagging(units, rules, QUARTER[1])] == ["甲局"]


def made(*chosen):
    return doing(NOW, SUPERVISOR, lambda step: draft_monitoring(step, QUARTER, chosen))


@pytest.fixture
def lived(database):
    """A quarter with one good answer and one late; their numbers."""
    good = a_ticket_to_call_back("Mon 2026-11-02 09:00", content=SECRET)
    call_back(good, "Tue 2026-11-03 10:00", a_callback(words=SECRET))
    late = a_signed_ticket("Mon 2026-11-02 09:00", TAX, content=SECRET)
    a_signed_ticket("Mon 2026-11-02 09:00", TAX, kind=TicketKind.REPORT, content=SECRET)
    sweep("Fri 2026-11-20 09:00")
    keep(moment("Mon 2026-11-30 09:00"))
    return good, late


def test_the_report_compares_the_months_and_proposes_cases_that_a_person_chooses(lived):
    nothing, chosen = made(), made(*lived)

    words = "".join(part.lead + part.text for part in chosen.document.body)
    assert {one.number for one in nothing.proposed} == set(lived)
    assert "本季未选典型案例" in "".join(part.text for part in nothing.document.body)
    assert "附件第132项、第134项" in words
    assert "本季受理3件（上季0件），应办结3件，按时办结率33.3%，超期2件" in words
    assert "区市场监管局当日答复" in words
    assert not any(one in words for one in (SECRET, "演示企业", *lived))
    table = {row[0]: row[1:] for row in chosen.document.attachments[0].rows}
    assert chosen.document.attachments[0].header[1:6] == ("上季", "10月", "11月", "12月", "本季")
    assert table["按时办结率"][:5] == (
        "不适用\nn=0", "不适用\nn=0", "33.3%\nn=3", "不适用\nn=0", "33.3%\nn=3",
    )  # fmt: skip
    assert table["人工回访覆盖率"][-1] == "100%"
    assert chosen.document.cc == "区发展和改革局、区统计局"


def test_what_only_the_quarter_before_was_about_is_in_the_annex_and_not_called_frequent(database):
    number = a_signed_ticket("Mon 2026-09-28 09:00", TAX)
    with work() as session:
        ticket_by_number(session, number).task_rows = [73]
        session.info["database"].remembered.clear()

    draft = made()

    assert "（0件）" not in "".join(part.text for part in draft.document.body)
    (row,) = draft.document.attachments[3].rows
    assert row[1:3] == ("1", "0")


def test_the_report_is_set_as_an_official_document_and_as_one_to_edit(lived):
    draft = made(*lived)

    pdf = render_pdf(draft.document, fonts=find_fonts(), moment=moment(NOW))

    assert pdf.pages >= 5
    assert render_docx(draft.document).startswith(b"PK")
