"""发文字号: given at signing, without a gap, whatever dies on the way; a voided one stays taken."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, text

from engine.actions import letter_signing
from engine.errors import BadInputError, ConflictError, DocumentError, UnavailableError
from engine.models import Letter
from engine.settings import load_settings
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterStatus, NoticeKind, TicketEvent
from tests.actions.letter_steps import (
    NEXT,
    a_reviewed_letter,
    a_sent_letter,
    a_signed_letter,
    number_of,
    on_letter,
    proposed,
    send,
    sign,
    the,
)
from tests.builders import SECOND_SUPERVISOR, a_step
from tests.looking import last_event, mails_of

pytestmark = pytest.mark.usefixtures("database")


def serials():
    with work() as session:
        query = select(Letter.serial).where(col(Letter.serial).is_not(None))
        return sorted(session.exec(query).all())


def void(letter_id, reason="印章模糊，重新制发", now=NEXT, who=SECOND_SUPERVISOR):
    on_letter(letter_id, now, who, lambda s, one: letter_signing.void_letter(s, one, reason))


def sign_and(letter_id, then):
    """Sign a letter and do something more in the same transaction."""
    with work() as session:
        step = a_step(session, NEXT, SECOND_SUPERVISOR)
        letter_signing.sign_letter(step, store.letter(session, letter_id, lock=True))
        then(session)


def _fail(_):
    raise RuntimeError


def test_a_signing_that_is_rolled_back_leaves_no_gap():
    first, second = a_reviewed_letter(), a_reviewed_letter()

    with pytest.raises(RuntimeError):
        sign_and(first, _fail)
    sign(second)
    sign(first)

    assert the(second).number == "城中热线〔2026〕1号"
    assert the(first).number == "城中热线〔2026〕2号"


def test_a_transaction_killed_after_it_took_a_number_leaves_no_gap(database):
    killed, waiting = a_reviewed_letter(), [a_reviewed_letter() for _ in range(3)]

    def die(session):
        session.flush()
        with ThreadPoolExecutor(3) as pool:
            others = pool.map(sign, waiting)  # they wait for the number this one holds
            _kill(database, session.exec(text("SELECT pg_backend_pid()")).scalar_one())
            list(others)
        session.exec(select(Letter.id)).all()

    with pytest.raises(UnavailableError):
        sign_and(killed, die)

    assert serials() == [1, 2, 3]
    assert the(killed).status is LetterStatus.REVIEWED
    sign(killed)
    assert the(killed).serial == 4


def _kill(database, backend):
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [backend])


def test_eight_signings_at_once_get_eight_numbers_without_a_gap():
    waiting = [a_reviewed_letter() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sign, waiting))

    assert serials() == list(range(1, 9))


def test_signings_and_failures_at_once_leave_no_gap():
    waiting = [a_reviewed_letter() for _ in range(8)]

    def attempt(letter_id, fails):
        with suppress(RuntimeError):
            sign_and(letter_id, _fail if fails else lambda _: None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, waiting, cycle((True, False))))

    assert serials() == [1, 2, 3, 4]


def test_two_supervisors_signing_the_same_letter_at_once_sign_it_once():
    letter_id = a_reviewed_letter()

    def attempt(_):
        try:
            return sign(letter_id)
        except ConflictError:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, range(2)))

    assert sorted(map(str, outcomes)) == ["None", "refused"]
    assert serials() == [1]


def test_a_new_year_begins_its_own_numbers():
    first, second = a_reviewed_letter(), a_reviewed_letter()
    sign(first, "Thu 2026-12-31 23:59")

    sign(second, "Fri 2027-01-01 00:00")

    assert the(second).number == "城中热线〔2027〕1号"


def test_each_organ_code_has_its_own_numbers(monkeypatch):
    first, second = a_reviewed_letter(), a_reviewed_letter()
    sign(first)
    monkeypatch.setenv("HOTLINE_ORGAN_CODE", "城中督")
    load_settings.cache_clear()

    sign(second)

    assert the(second).number == "城中督〔2026〕1号"


def test_a_letter_that_cannot_be_set_takes_no_number(monkeypatch):
    letter_id, other = a_reviewed_letter(), a_reviewed_letter()
    monkeypatch.setenv("HOTLINE_ORGAN_CODE", "城中\U0002a6d6")
    load_settings.cache_clear()
    with pytest.raises(DocumentError, match="U\\+2A6D6"):
        sign(letter_id)
    monkeypatch.delenv("HOTLINE_ORGAN_CODE")
    load_settings.cache_clear()

    sign(other)

    assert the(letter_id).number == ""
    assert the(other).serial == 1


def test_a_signed_letter_is_not_sent_by_itself():
    letter_id = a_signed_letter()

    letter = the(letter_id)
    assert (letter.status, letter.number) == (LetterStatus.SIGNED, "城中热线〔2026〕1号")
    assert letter.pdf.startswith(b"%PDF")
    assert mails_of(number_of(letter_id), NoticeKind.RECTIFICATION) == []


def test_a_voided_number_stays_on_record_with_its_reason_and_is_not_used_again():
    voided, later = a_signed_letter(), a_reviewed_letter()

    void(voided)
    sign(later)

    letter = the(voided)
    assert (letter.status, letter.number) == (LetterStatus.VOIDED, "城中热线〔2026〕1号")
    assert letter.void_reason == "印章模糊，重新制发"
    assert the(later).serial == 2
    event = last_event(number_of(voided), TicketEvent.VOID_LETTER)
    assert "作废整改函 城中热线〔2026〕1号" in event.reason
    assert mails_of(number_of(voided), NoticeKind.RECTIFICATION) == []


def test_after_a_void_the_letter_can_be_proposed_anew():
    voided = a_signed_letter()

    void(voided)

    assert proposed(number_of(voided)) != voided


def test_voiding_needs_a_reason_and_a_sent_letter_is_not_voided():
    signed, sent = a_signed_letter(), a_sent_letter()

    with pytest.raises(BadInputError, match="作废的理由"):
        void(signed, reason=" ")
    with pytest.raises(ConflictError, match=r"已发出.*不能作废"):
        void(sent)


def test_a_voided_letter_is_never_sent():
    letter_id = a_signed_letter()
    void(letter_id)

    with pytest.raises(ConflictError, match=r"已作废.*不能发出"):
        send(letter_id)


@pytest.mark.parametrize("make", [a_signed_letter, a_sent_letter])
@pytest.mark.parametrize("change", ["pdf = 'x'", "demands = '[]'", "number = '城中〔2026〕9号'"])
def test_the_database_itself_refuses_to_change_a_numbered_letter(make, change):
    letter_id = make()

    with pytest.raises(DBAPIError, match="write a correction"), work() as session:
        session.exec(text(f"UPDATE letter SET {change} WHERE id = {letter_id}"))


@pytest.mark.parametrize(
    "change",
    ["status = 'signed'", "status = 'voided'", "status = 'accepted'", "status = 'drafted'",
     "void_reason = '印错'", "voided_at = now()", "sent_at = NULL", "drafted_by_id = NULL",
     "reply = '已整改'", "status = 'answered'"],
)  # fmt: skip
def test_the_database_itself_keeps_the_state_of_a_sent_letter(change):
    letter_id = a_sent_letter()

    with pytest.raises(DBAPIError, match="does not become"), work() as session:
        session.exec(text(f"UPDATE letter SET {change} WHERE id = {letter_id}"))


@pytest.mark.parametrize("change", ["status = 'voided'", "status = 'reviewed'", "sent_at = now()"])
def test_the_database_itself_keeps_the_state_of_a_signed_letter(change):
    letter_id = a_signed_letter()

    with pytest.raises(DBAPIError, match="does not become"), work() as session:
        session.exec(text(f"UPDATE letter SET {change} WHERE id = {letter_id}"))


def test_the_database_itself_gives_no_number_to_an_unsigned_letter():
    letter_id = a_reviewed_letter()

    with pytest.raises(DBAPIError, match="when it is signed"), work() as session:
        session.exec(text(f"UPDATE letter SET number = '城中〔2026〕9号' WHERE id = {letter_id}"))


@pytest.mark.parametrize("change", ["UPDATE letter_serial SET last = 0",
                                    "UPDATE letter_serial SET last = last + 2",
                                    "DELETE FROM letter_serial"])  # fmt: skip
def test_the_database_itself_lets_the_numbers_only_go_on(change):
    a_signed_letter()

    with pytest.raises(DBAPIError, match="one by one"), work() as session:
        session.exec(text(change))


def test_the_database_itself_refuses_to_delete_a_numbered_letter():
    letter_id = a_signed_letter()
    void(letter_id)

    with pytest.raises(DBAPIError, match="write a correction"), work() as session:
        session.exec(text(f"DELETE FROM letter WHERE id = {letter_id}"))
