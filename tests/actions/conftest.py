"""A real SMTP server for what the outbox sends, a real HTTP server for what is pushed."""

import pytest

from engine.settings import load_settings
from tests.delivery.conftest import sink  # noqa: F401
from tests.delivery.receiver import receiving


@pytest.fixture
def smtp(sink, monkeypatch):  # noqa: F811
    """Send mails to a real SMTP server on a local port, and return what it keeps."""
    monkeypatch.setenv("HOTLINE_SMTP_URL", sink.url)
    load_settings.cache_clear()
    return sink


@pytest.fixture
def receiver(monkeypatch):
    """Run a real HTTP server that webhooks may go to, although it is on this machine."""
    with receiving() as kept:
        allow(monkeypatch, kept.port)
        yield kept


def allow(monkeypatch, *ports):
    """Let webhooks go to those ports of this machine."""
    monkeypatch.setenv("HOTLINE_WEBHOOK_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("HOTLINE_WEBHOOK_PORTS", " ".join(str(one) for one in ports))
    load_settings.cache_clear()
