"""`/metrics`: figures for monitoring, to whom they may be shown."""

import pytest

from engine.settings import load_settings
from engine.store.database import work
from engine.store.gauges import gauges
from tests.builders import a_dispatched_ticket, a_ticket_to_call_back, moment

NOW = moment("Wed 2026-11-25 09:00")


@pytest.fixture
def ask(anonymous):
    """Return how /metrics is asked from another machine."""
    return lambda **headers: anonymous.get("/metrics", headers=headers)


def test_it_counts_what_is_open_late_and_owed(database):
    a_dispatched_ticket("Mon 2026-11-02 09:00")
    a_ticket_to_call_back("Tue 2026-11-24 09:00")

    with work() as session:
        found = gauges(session, NOW).plain()
    assert (found["tickets_open"], found["tickets_overdue"]) == (2, 1)
    assert found["callbacks_owed"] == 1
    assert found["outbox_pending"] > 0
    assert found["set_aside"] == 0


def test_prometheus_can_read_it(ask, monkeypatch):
    allow(monkeypatch)

    text = ask(authorization="Bearer geheim").text

    assert "hotline_tickets_open 0.0" in text
    assert "hotline_calendar_days_left" in text
    assert "# TYPE hotline_job_age_seconds gauge" in text


def allow(monkeypatch):
    monkeypatch.setenv("HOTLINE_METRICS_TOKEN", "geheim")
    load_settings.cache_clear()


@pytest.mark.parametrize("sent", ["", "Bearer falsch", "geheim"])
def test_nobody_reads_it_without_the_token(ask, monkeypatch, sent):
    allow(monkeypatch)

    assert ask(authorization=sent).status_code == 403


def test_without_a_token_set_it_is_for_this_machine_alone(ask):
    answer = ask()

    assert (answer.status_code, "HOTLINE_METRICS_TOKEN" in answer.text) == (403, True)
