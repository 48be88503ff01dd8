"""Demonstration tickets (演示) count where the whole installation demonstrates, else in nothing."""

import pytest
from sqlmodel import select

from engine.actions import bulletin_life as life
from engine.actions.bulletins import draft_bulletin, propose_cases
from engine.actions.figure_keeping import keep
from engine.actions.letter_signing import void_letter
from engine.actions.monitoring import draft_monitoring
from engine.errors import ConflictError
from engine.models import Bulletin
from engine.settings import load_settings
from engine.store import bulletins as bulletins_kept
from engine.store import early_sight, figure_days, unit_figures
from engine.store import letters as letters_kept
from engine.store.breach_ledger import breached_rows
from engine.store.database import work
from engine.store.recorded_lives import recorded_lives
from engine.terms import LetterStatus, ReportKind
from tests.actions.letter_steps import a_drafted_letter, on_letter, the
from tests.actions.letter_steps import review as review_letter
from tests.actions.letter_steps import send as send_letter
from tests.actions.letter_steps import sign as sign_letter
from tests.actions.test_figures import EARLY, FIRST, LAST, on
from tests.builders import (
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    call_back,
    day,
    doing,
    moment,
)
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database")
NOW, NEXT = "Mon 2026-11-30 09:00", "Tue 2026-12-01 10:00"
# indicators; units; taken in; due; in weeks; repeated; late rows; lives; cases
TWINLESS = [16, 1, 2, 1, 1, 1, 1, 2, 2]
DAYS = (day("Sun 2026-11-01"), day("Mon 2026-11-30"))


def two_of(demonstration):
    """A ticket that pleased and one that was late, of a demonstration or not."""
    number = a_ticket_to_call_back(EARLY, demonstration=demonstration, phone="0772-2800099")
    call_back(number, "Mon 2026-11-02 16:00", a_callback())
    late = a_signed_ticket(EARLY, demonstration=demonstration, phone="0772-2800099")
    sweep("Tue 2026-11-24 09:00")
    return {number, late}


def seen():
    """Whatever is told of tickets: counts, units, cases, weeks, lives."""
    with work() as session:
        session.info["database"].remembered.clear()
        now = moment(NOW)
        yield sum(one.raw.n for one in on("Mon 2026-11-30").values())
        yield len(unit_figures.unit_figures(session, FIRST, LAST, now))
        yield sum(early_sight.taken_in(session, now, 8))
        yield sum(early_sight.due_by_unit(session, moment(EARLY), now).values())
        yield sum(one.open for week in early_sight.weeks_by_unit(session, now, 4)
                  for one in week.values())  # fmt: skip
        yield len(early_sight.repeated(session, moment(EARLY) - early_sight.WEEK, 2))
        yield sum(breached_rows(session, *DAYS, now).values())
        yield len(list(recorded_lives(session, *DAYS)))
    yield len(doing(NOW, SUPERVISOR, lambda step: propose_cases(step, DAYS, step.now)))


def test_in_earnest_a_demonstration_ticket_counts_in_nothing_that_is_told(in_earnest):
    two_of(True)

    assert set(seen()) == {0}


def test_a_real_ticket_counts_in_earnest_where_its_demonstration_twin_does_not(in_earnest):
    two_of(True)
    two_of(False)

    assert list(seen()) == TWINLESS


def test_an_installation_that_demonstrates_counts_its_tickets_and_says_so_in_documents():
    numbers = two_of(True)
    keep(moment(NOW))

    bulletin = doing(NOW, SUPERVISOR, lambda step: draft_bulletin(step, DAYS, ()))
    quarter = doing(NOW, SUPERVISOR, lambda step: draft_monitoring(
        step, (day("Thu 2026-10-01"), day("Thu 2026-12-31")), ()))  # fmt: skip

    assert {one.number for one in bulletin.proposed} == numbers
    for draft in (bulletin, quarter):
        assert "演示数据，不得印发" in str(draft.document.body)


def test_once_it_runs_in_earnest_kept_figures_are_counted_again_without_demonstrations(monkeypatch):
    two_of(True)
    keep(moment(NOW))
    with work() as session:
        before = figure_days.sums(session, FIRST, LAST)

    monkeypatch.setenv("HOTLINE_DEMO_DATA", "0")
    load_settings.cache_clear()
    try:
        with work() as session:
            at_once = figure_days.sums(session, FIRST, LAST)
        keep(moment(NOW))
        with work() as session:
            later = figure_days.sums(session, FIRST, LAST)
            units = unit_figures.unit_figures(session, FIRST, LAST, moment(NOW))
    finally:
        monkeypatch.undo()
        load_settings.cache_clear()

    assert before
    assert (at_once, later, units) == ({}, {}, [])


def drafted(kind=ReportKind.BULLETIN, days=DAYS):
    keep(moment(NEXT))
    return doing(NEXT, SUPERVISOR, lambda step: life.keep_draft(step, life.Asked(kind, days)).id)


def signed(bulletin_id):
    def on(what):
        return doing(NEXT, SECOND_SUPERVISOR, lambda step: what(
            step, bulletins_kept.bulletin(step.session, bulletin_id, lock=True)))  # fmt: skip

    on(life.review)
    on(life.sign)


def numbers():
    with work() as session:
        return [one.number for one in session.exec(select(Bulletin))]


def test_a_bulletin_of_demonstration_data_takes_no_number_of_the_real_series():
    two_of(demonstration=True)
    kept = drafted()

    with pytest.raises(ConflictError, match=r"演示数据，不编号、不签发.*HOTLINE_DEMO_DATA=0"):
        signed(kept)

    assert numbers() == [""]


def test_a_draft_made_while_all_was_a_demonstration_takes_none_afterwards_either(monkeypatch):
    two_of(demonstration=True)
    kept = drafted()
    monkeypatch.setenv("HOTLINE_DEMO_DATA", "0")
    load_settings.cache_clear()

    with pytest.raises(ConflictError, match="演示数据"):
        signed(kept)

    monkeypatch.undo()
    load_settings.cache_clear()
    assert numbers() == [""]


def a_letter(*steps, demonstration):
    letter_id = a_drafted_letter(demonstration=demonstration)
    for step in steps:
        step(letter_id)
    return letter_id


def test_a_letter_about_an_invented_ticket_takes_no_number_once_nothing_is_demonstrated(in_earnest):
    letter_id = a_letter(review_letter, demonstration=True)

    with pytest.raises(ConflictError, match="演示已经关闭，这份整改函不能签发；请选“不发”"):
        sign_letter(letter_id)

    assert (the(letter_id).number, the(letter_id).pdf) == ("", None)
    with work() as session:
        assert letters_kept.series_of(session, 2026) == []


def test_one_about_a_real_ticket_does(in_earnest):
    letter_id = a_letter(review_letter, sign_letter, send_letter, demonstration=False)

    assert the(letter_id).status is LetterStatus.SENT


def test_one_that_was_signed_before_does_not_go_out_any_more_but_can_be_voided(monkeypatch):
    letter_id = a_letter(review_letter, sign_letter, demonstration=True)
    monkeypatch.setenv("HOTLINE_DEMO_DATA", "0")
    load_settings.cache_clear()

    with pytest.raises(ConflictError, match="不能发出；请选“作废”"):
        send_letter(letter_id)

    on_letter(letter_id, NEXT, SUPERVISOR, lambda s, one: void_letter(s, one, "演示已关闭"))
    assert the(letter_id).status is LetterStatus.VOIDED
