"""Mails of letters in a batch: what is taken back is not sent, what breaks is set aside."""

import pytest
from sqlalchemy import text

from engine.store.database import work
from engine.terms import MessageStatus
from tests.actions.letter_steps import the
from tests.actions.test_recalled_letters import MORNING, carrying, sent_at_night
from tests.looking import send_mails

pytestmark = pytest.mark.usefixtures("database", "var")


def test_mails_taken_back_as_they_were_to_leave_are_not_counted_as_sent():
    letter_id, _ = sent_at_night()
    send_mails("Sat 2026-11-21 08:00")
    with work() as session:  # its ground fell without anybody's word
        session.exec(text(f"UPDATE clock SET due_at = due_at + interval '9 days' WHERE kind = "
                          f"'handling' AND ticket_id = {the(letter_id).ticket_id}"))  # fmt: skip

    counts = send_mails(MORNING)

    assert {one.status for one in carrying(letter_id)} == {MessageStatus.SUPERSEDED}
    assert counts["sent"] == 0
