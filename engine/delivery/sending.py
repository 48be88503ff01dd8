"""Which way messages leave: an SMTP server when one is configured, else a mailbox directory."""

from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from engine.delivery.mailbox import MailboxSender
from engine.delivery.smtp import SmtpSender


class Sender(Protocol):
    """Takes one message after another inside a `with` block."""

    def send(self, message: EmailMessage) -> str:
        """Hand over `message` and return the receipt.

        Raises:
            TemporaryDeliveryError: try again later.
            PermanentDeliveryError: a person must look.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def sender_for(smtp_url: str | None, mailbox: Path) -> Sender:
    """Return the SMTP sender for `smtp_url`, or the mailbox sender when there is none."""
    return SmtpSender(smtp_url) if smtp_url else MailboxSender(mailbox)
