"""What a body sends with its reply to a referral stays with the letter, whoever looks elsewhere."""

import re

import pytest

from engine.store import attachments as store
from engine.store.database import work
from engine.terms import LetterKind, NoticeKind, TicketEvent
from tests import files
from tests.actions.test_referrals import GRAVE, proposed, send
from tests.builders import MARKET, OPERATOR, SUPERVISOR
from tests.looking import events_of, letters_of, mails_of, ticket_of
from tests.pages.test_attachments import send as send_file

NOW = "Mon 2026-11-23 09:00"
BODY, NAME = "jiwei", "初核情况.pdf"
REPLY = "线索已收，已按规定初步核实"


@pytest.fixture
def referral(database, as_):
    """Return the ticket's number and the referral's id; its receiver has replied with a file."""
    number, letter = proposed()
    send(letter.id, NOW, target="discipline", judgement=GRAVE)
    body = as_(BODY)
    body.get(f"/unit/letters/{letter.id}")
    answer = send_file(body, f"/unit/letters/{letter.id}", (NAME, files.PDF), text=REPLY,
                       file_kind="handling")  # fmt: skip
    assert "已回复" in answer.text
    return number, letter.id


def kept(letter_id):
    with work() as session:
        (one,) = store.of_letter(session, letter_id)
        return one


@pytest.mark.parametrize("who", [MARKET, OPERATOR, SUPERVISOR])
def test_the_ticket_has_none_of_the_files_a_referral_is_answered_with(as_, referral, who):
    number, letter_id = referral
    desk, path = as_(who), f"/tickets/{number}"

    pages = [desk.get(path).text, desk.get(f"{path}/print").text]

    assert not [page for page in pages if NAME in page]
    assert desk.get(f"{path}/attachments/{kept(letter_id).id}").status_code == 404


def test_the_unit_concerned_does_not_even_learn_that_files_came(as_, referral):
    number, letter_id = referral
    unit = as_(MARKET)

    assert "添加附件 1 个" not in unit.get(f"/tickets/{number}").text
    assert unit.get(f"/letters/{letter_id}/attachments/{kept(letter_id).id}").status_code == 404
    secret = [one for one in events_of(number) if one.event is TicketEvent.ATTACH]
    assert [one.details["restricted"] for one in secret] == [True]


@pytest.mark.parametrize(
    ("who", "page"), [(BODY, "/unit/letters"), (SUPERVISOR, "/letters"), ("zhidu", "/letters")]
)
def test_who_may_read_the_reply_has_its_files_and_the_fetching_is_no_units_business(
    as_, referral, who, page
):
    number, letter_id = referral
    desk = as_(who)
    (address,) = re.findall(r'href="(/letters/\d+/attachments/\d+)"',
                            desk.get(f"{page}/{letter_id}").text)  # fmt: skip

    answer = desk.get(address)

    assert (answer.content, answer.status_code) == (files.PDF, 200)
    assert "attachment" in answer.headers["content-disposition"]
    fetched = events_of(number)[-1]
    assert (fetched.event, fetched.details["restricted"]) == (TicketEvent.DOWNLOAD, True)
    assert "下载附件" not in as_(MARKET).get(f"/tickets/{number}").text


def test_an_operator_is_no_reader_of_a_referrals_files(as_, referral):
    _, letter_id = referral

    answer = as_(OPERATOR).get(f"/letters/{letter_id}/attachments/{kept(letter_id).id}")

    assert answer.status_code == 403


def test_a_file_of_another_letter_is_not_fetched_through_this_one(as_, referral):
    _, letter_id = referral

    assert (
        as_(BODY).get(f"/letters/{letter_id}/attachments/{kept(letter_id).id + 1}").status_code
        == 404
    )


def test_the_unit_may_add_the_same_bytes_to_its_ticket_and_learns_nothing_by_it(as_, referral):
    number, letter_id = referral
    unit = as_(MARKET)
    unit.get(f"/tickets/{number}")

    answer = send_file(unit, f"/tickets/{number}/attachments", ("说明.pdf", files.PDF),
                       file_kind="handling")  # fmt: skip

    assert "已添加 1 个附件" in answer.text
    with work() as session:
        (own,) = store.of_ticket(session, ticket_of(number).id)
    assert (own.name, own.letter_id) == ("说明.pdf", None)
    assert own.id != kept(letter_id).id


def test_the_mail_of_a_referral_leads_its_receiver_to_a_page_it_may_open(as_, database):
    number, letter = proposed()
    send(letter.id, NOW, target="discipline", judgement=GRAVE)
    (mail,) = mails_of(number, NoticeKind.REFERRAL)
    assert letters_of(number)[-1].kind is LetterKind.REFERRAL

    (link,) = set(re.findall(r"https?://[^/]+(/\S*letters/\d+)", mail.text))

    assert as_(BODY).get(link).status_code == 200
