"""Signatures by Standard Webhooks 1.0: who sent a message, that it is whole, and when."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """Return a fresh signing secret, `whsec_…`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signed(message_id: str, body: str, at: datetime, with_secrets: Sequence[str]) -> dict[str, str]:
    """Return the three headers of a message: a signature by each valid secret, newest first."""
    moment = at.astimezone(UTC)
    marks = [Webhook(one).sign(message_id, moment, body) for one in with_secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(marks),
    }
