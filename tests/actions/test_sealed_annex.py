"""密封附件: the one sheet that names who reported, printed by a supervisor, traced, never kept."""

import subprocess

import pytest

from engine.actions.sealed_annex import print_sealed_annex
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.terms import TicketEvent
from tests.actions.letter_steps import a_signed_letter, on_letter, the
from tests.actions.test_referrals import GRAVE, LATER, draft, proposed, send
from tests.builders import OPERATOR, SECOND_SUPERVISOR
from tests.looking import events_of, last_event, mails_of

pytestmark = pytest.mark.usefixtures("database", "var")
PHONE = "0772-0000000"


def a_sent_referral():
    number, letter = proposed()
    send(letter.id, LATER, target="discipline", judgement=GRAVE)
    return number, letter.id


def printed(letter_id, reason="接收机关要求核实", who=SECOND_SUPERVISOR):
    sheets = []
    on_letter(letter_id, LATER, who,
              lambda s, one: sheets.append(print_sealed_annex(s, one, reason)))  # fmt: skip
    return sheets[0]


def test_it_names_the_requester_the_letter_and_its_limits_on_one_page(tmp_path):
    _, letter_id = a_sent_referral()

    (tmp_path / "sheet.pdf").write_bytes(printed(letter_id))

    done = subprocess.run(["pdftotext", tmp_path / "sheet.pdf", "-"], capture_output=True,
                          check=True)  # fmt: skip
    said = done.stdout.decode().replace("\n", "")
    assert PHONE.partition("-")[2] in said
    assert the(letter_id).number in said
    assert "不得向被反映单位和个人泄露" in said
    assert done.stdout.count(b"\f") == 1


def test_each_printing_is_an_event_its_units_do_not_see_and_nothing_of_it_is_kept():
    number, letter_id = a_sent_referral()
    before = the(letter_id).pdf_sha256

    printed(letter_id)
    printed(letter_id)

    found = [one for one in events_of(number) if one.event is TicketEvent.UNMASK]
    assert [one.reason for one in found] == ["打印密封附件：接收机关要求核实"] * 2
    assert all(one.details["restricted"] for one in found)
    assert PHONE not in str(last_event(number, TicketEvent.UNMASK).details)
    assert the(letter_id).pdf_sha256 == before
    assert not any(PHONE in one.text + one.html for one in mails_of(number))


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"reason": " "}, BadInputError), ({"who": OPERATOR}, NotPermittedError)],
)
def test_it_takes_a_supervisor_and_a_reason(changes, error):
    number, letter_id = a_sent_referral()

    with pytest.raises(error):
        printed(letter_id, **changes)

    assert not [one for one in events_of(number) if one.event is TicketEvent.UNMASK]


def test_only_a_signed_referral_has_one():
    _, letter = proposed()
    draft(letter.id, LATER, target="discipline", judgement=GRAVE)

    for one in (letter.id, a_signed_letter()):
        with pytest.raises(ConflictError, match="签发了的问题线索移交函"):
            printed(one)
