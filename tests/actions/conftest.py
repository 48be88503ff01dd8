"""A real SMTP server for what the outbox sends."""

import pytest

from engine.settings import load_settings
from tests.delivery.conftest import sink  # noqa: F401


@pytest.fixture
def smtp(sink, monkeypatch):  # noqa: F811
    """Send mails to a real SMTP server on a local port, and return what it keeps."""
    monkeypatch.setenv("HOTLINE_SMTP_URL", sink.url)
    load_settings.cache_clear()
    return sink
