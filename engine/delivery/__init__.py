"""E-mail leaves here: messages are built, then handed to an SMTP server or laid in a mailbox."""

from engine.delivery.mailbox import MailboxSender, list_messages, read_message
from engine.delivery.messages import Attachment, Outgoing, build
from engine.delivery.sending import Sender, sender_for
from engine.delivery.smtp import SmtpSender

__all__ = [
    "Attachment",
    "MailboxSender",
    "Outgoing",
    "Sender",
    "SmtpSender",
    "build",
    "list_messages",
    "read_message",
    "sender_for",
]
