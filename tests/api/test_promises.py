"""Promises (承诺) by the API: state and day for every key, words only with tickets:private."""

from tests.api.conftest import TICKETS
from tests.builders import a_promise, a_promised_ticket

MADE = "Mon 2026-09-21 10:00"


def test_a_promise_is_told_with_its_day_and_its_words_only_to_who_may_read_them(with_scopes):
    number = a_promised_ticket(MADE, promise=a_promise(due_on="Fri 2026-10-30"))
    path = f"{TICKETS}/{number}/promises"

    (plain,) = with_scopes("tickets:read").get(path).json()["items"]
    (private,) = with_scopes("tickets:read", "tickets:private").get(path).json()["items"]

    assert (plain["promised_on"], plain["state"]["code"]) == ("2026-10-30", "standing")
    assert (plain["text"], plain["verifications"]) == (None, [])
    assert private["text"] == "余款三万元全部付清"
