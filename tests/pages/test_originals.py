"""A mail as it came in, read and fetched by who may read its proposed answer or settles it."""

import pytest

from engine.models import Ticket
from engine.store.database import work
from engine.terms import TicketEvent
from tests.actions.test_incoming_mail import NOW, WORDS, a_mail, file, mark, replies
from tests.builders import MARKET, OPERATOR, SUPERVISOR, TAX, a_signed_ticket
from tests.looking import event_names, ticket_of
from tests.pages.busy import AUDITOR

pytestmark = pytest.mark.usefixtures("database", "var")
QUOTE = "\n\n-----原始邮件-----\n发件人：12345\n请抓紧办理"


def a_cut_reply():
    number = a_signed_ticket(NOW)
    file(a_mail(mark(number), text=WORDS + QUOTE))
    return number, f"/tickets/{number}/replies/{replies()[-1].id}"


@pytest.mark.parametrize("who", [MARKET, OPERATOR, SUPERVISOR])
def test_what_was_left_out_is_said_beside_the_proposal_and_one_click_away(as_, who):
    number, path = a_cut_reply()
    desk = as_(who)

    ticket, original = desk.get(f"/tickets/{number}").text, desk.get(path)

    assert "引用的来往邮件已略去。" in ticket
    assert f'href="{path}"' in ticket
    assert "请抓紧办理" not in ticket
    assert WORDS in original.text
    assert "请抓紧办理" in original.text


def test_the_mail_itself_is_a_download_that_is_written_down(as_):
    number, path = a_cut_reply()

    found = as_(MARKET).get(f"{path}/file")

    assert "请抓紧办理".encode() in found.content or b"base64" in found.content
    assert found.headers["content-disposition"].startswith('attachment; filename="attachment.eml"')
    assert "sandbox" in found.headers["content-security-policy"]
    assert event_names(number)[-1] == TicketEvent.DOWNLOAD.value


@pytest.mark.parametrize("more", ["", "/file"])
def test_another_unit_finds_no_such_mail(as_, more):
    _, path = a_cut_reply()

    assert as_(TAX).get(f"{path}{more}").status_code == 404


@pytest.mark.parametrize("more", ["", "/file"])
def test_a_mail_of_another_ticket_is_not_found_under_this_one(as_, more):
    _, path = a_cut_reply()
    other = a_signed_ticket(NOW)

    wrong = f"/tickets/{other}/replies/{path.rpartition('/')[2]}{more}"

    assert as_(SUPERVISOR).get(wrong).status_code == 404


@pytest.mark.parametrize("more", ["", "/file"])
def test_a_ticket_made_confidential_closes_its_mails_to_auditors(as_, more):
    number, path = a_cut_reply()
    assert as_(AUDITOR).get(path).status_code == 200
    with work() as session:
        session.get_one(Ticket, ticket_of(number).id).confidential = True

    assert as_(AUDITOR).get(f"{path}{more}").status_code == 403


def test_a_supervisor_reads_and_fetches_a_mail_that_waits(as_):
    file(a_mail(text=WORDS + QUOTE))
    desk = as_(SUPERVISOR)

    listed = desk.get("/mails").text

    assert 'href="/mails/1"' in listed
    assert "请抓紧办理" in desk.get("/mails/1").text
    assert desk.get("/mails/1/file").status_code == 200
    assert as_(OPERATOR).get("/mails/1").status_code == 403


def test_a_mail_that_was_settled_is_not_shown(as_):
    file(a_mail())
    desk = as_(SUPERVISOR)
    desk.get("/mails")

    desk.post("/mails/put-away/1")

    assert desk.get("/mails/1").status_code == 404


def test_blank_lines_between_paragraphs_stay_on_the_page_and_in_the_form(as_):
    number = a_signed_ticket(NOW)
    words = "一、已联系企业；\n\n二、执照已送达。"
    file(a_mail(mark(number), text=words))
    unit = as_(MARKET)

    assert words in unit.get(f"/tickets/{number}").text
    assert words in unit.get(f"/tickets/{number}/answer?mail={replies()[-1].id}").text
