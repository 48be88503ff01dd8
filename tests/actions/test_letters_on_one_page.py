"""A 整改函 drafted as it is proposed, with every record kept, is one page and its annexes."""

import re
import subprocess

import pytest

from engine.actions.letter_facts import demands_for, letter_data
from engine.documents.fonts import find_fonts
from engine.documents.letters import render_pdf
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterKind, TicketKind
from engine.terms import RectificationGround as G
from tests.actions.letter_steps import draft, proposed, the
from tests.actions.test_letter_grounds import twice_unhappy
from tests.actions.test_lines_beside_grounds import a_late_ticket
from tests.builders import MARKET, TAX, a_signed_ticket, a_step, moment
from tests.looking import letters_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database")
NOW, LATE = "Mon 2026-11-23 09:00", "Tue 2026-12-08 09:00"


def first_page(letter_id, now, tmp_path):
    with work() as session:
        data = letter_data(a_step(session, now), store.letter(session, letter_id), number=None)
    file = tmp_path / "letter.pdf"
    file.write_bytes(render_pdf(data, fonts=find_fonts(), moment=moment(now)).pdf)
    done = subprocess.run(["pdftotext", "-l", "1", file, "-"], capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode())


def asked_for(letter_id, grounds, now=LATE):
    draft(letter_id, now, grounds=grounds, demands=demands_for(LetterKind.RECTIFICATION))


@pytest.mark.parametrize("unit", [MARKET, TAX])
@pytest.mark.parametrize("kind", [TicketKind.COMPLAINT, TicketKind.REPORT, TicketKind.HELP_REQUEST])
def test_the_letter_the_ladder_proposes_of_a_ticket_long_overdue_is_one_page(kind, unit, tmp_path):
    number = a_signed_ticket(NOW, unit, kind=kind)
    for day in ("Tue 2026-12-08 09:00", "Tue 2026-12-15 09:00", "Tue 2026-12-22 09:00"):
        sweep(day)
    (letter,) = [one for one in letters_of(number) if one.kind is LetterKind.RECTIFICATION]

    asked_for(letter.id, (G.DUTY_NOT_PERFORMED,), "Wed 2026-12-23 09:00")

    page = first_page(letter.id, "Wed 2026-12-23 09:00", tmp_path)
    assert len(the(letter.id).evidence) >= 2
    assert "届满未办（事件第" in page
    assert page.endswith("柳州市城中区政务网络服务中心2026年12月23日")


def test_so_is_one_with_two_grounds_that_the_record_proves(tmp_path):
    number = a_late_ticket()
    send_mails("Mon 2026-11-23 12:00")
    sweep("Tue 2026-12-08 09:00")
    send_mails("Tue 2026-12-08 09:03")
    sweep("Tue 2026-12-15 09:00")
    letter_id = proposed(number, "Wed 2026-12-16 09:00")

    asked_for(letter_id, (G.DUTY_NOT_PERFORMED, G.PERFUNCTORY), "Wed 2026-12-16 09:00")

    page = first_page(letter_id, "Wed 2026-12-16 09:00", tmp_path)
    assert "一是未依法履行职能，" in page
    assert "二是敷衍塞责，" in page
    assert page.endswith("2026年12月16日")


@pytest.mark.parametrize("ground", [G.DISSATISFIED_TWICE, G.FALSE_REPORT, G.PERFUNCTORY])
def test_so_is_one_about_a_ticket_done_again_in_vain(ground, tmp_path):
    letter_id = letters_of(twice_unhappy())[-1].id

    asked_for(letter_id, (ground,), "Thu 2026-11-26 11:00")

    page = first_page(letter_id, "Thu 2026-11-26 11:00", tmp_path)
    assert f"存在{ground.label}问题：" in page
    assert page.endswith("2026年11月26日")
