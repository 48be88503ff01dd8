"""What a bench is fed with is what the product takes today: figures nobody can measure rot."""

from importlib import import_module

import pytest
from sqlmodel import col, func, select

from bench import bench_exports, bench_letters, bench_mail, bench_pages, bench_rows
from engine.documents.fonts import find_fonts
from engine.documents.letters import render_docx, render_pdf
from engine.documents.sheets import render_sheet
from engine.models import OutboxMessage, RungTaken, Ticket
from engine.store.database import work
from engine.terms import TicketStatus
from tests.structure.test_house_rules import ROOT


def count(table, *conditions):
    with work() as session:
        return session.exec(select(func.count()).select_from(table).where(*conditions)).one()


@pytest.mark.parametrize("name", sorted(path.stem for path in ROOT.glob("bench/bench_*.py")))
def test_every_bench_is_read(name):
    assert import_module(f"bench.{name}").__doc__


def test_the_letters_bench_has_a_letter_and_a_work_order_that_can_be_made():
    fonts, letter = find_fonts(), bench_letters.a_letter(1)

    made = render_pdf(letter, fonts=fonts, moment=bench_letters.SIGNED_AT)
    order = render_sheet(bench_letters.a_sheet(1), fonts=fonts)

    assert made.pages == 2  # the letter and its certificate
    assert order.pages == 1
    assert render_docx(letter).startswith(b"PK")


def test_the_mail_bench_owes_a_mail_a_thousand_times(database):
    with work() as session:
        bench_mail.owe(session)

    assert count(OutboxMessage, col(OutboxMessage.key).startswith("bench:")) == bench_mail.MAILS


def test_the_rows_bench_leads_tickets_to_their_end(database):
    bench_rows.life(0, late=False)
    bench_rows.life(1, late=True)

    assert count(Ticket, Ticket.status == TicketStatus.CLOSED) == 2
    assert count(RungTaken) > 0


def test_the_exports_bench_has_rows_to_export(database):
    bench_exports.fill(database, 20)

    with work() as session:
        assert bench_exports.export(session).getvalue().startswith(b"PK")
        assert bench_exports.ledger(session).getvalue().startswith(b"PK")
    assert count(Ticket) == 20


def test_the_pages_bench_takes_a_ticket_in(database):
    bench_pages.one_real_ticket()

    assert bench_pages.sign_in("huawu")["Cookie"].startswith("hotline_session=")
    assert count(Ticket) == 1
