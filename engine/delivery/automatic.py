"""Mail that a machine wrote by itself (自动回复、已读回执): by its headers, or by its subject.

X-Auto-Response-Suppress proves nothing: it asks others not to answer by themselves (MS-OXCMAIL,
2.1.3.2.20), and people's mails carry it too.
"""

import re
from collections.abc import Callable

# What a header says of a mail that nobody typed; responders name themselves in several ways.
PRECEDENCE = frozenset({"bulk", "junk", "auto_reply", "auto-reply"})
RESPONDERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Mail-Autoreply")
NO = frozenset({"", "no", "false", "none"})
RECEIPT = "message/disposition-notification"
SUBJECT = re.compile(
    r"\s*[\[【(（]?\s*("
    r"(系统|假期|休假|外出|离岗|邮箱)?自动(回复|答复|应答|回信)|(已读|未读)(回执)?"
    r"|automatic reply|auto[- ]?(reply|response)|out of (the )?office( auto[- ]?reply)?|ooo"
    r"|(not )?read( receipt)?"
    r")\s*[\]】)）]?\s*([:：]|$)",
    re.IGNORECASE,
)


def says_automatic(header: Callable[[str], str]) -> bool:
    """Return whether a mail's headers, asked by name, say that a machine wrote it (RFC 3834)."""
    submitted = re.split(r"[;(\s]", header("Auto-Submitted").lower(), maxsplit=1)[0]
    return (
        submitted not in NO
        or header("Precedence").lower() in PRECEDENCE
        or any(header(one).lower() not in NO for one in RESPONDERS)
    )


def seems_automatic(subject: str) -> bool:
    """Return whether a mail's subject is one that programs write: a person's may be, rarely."""
    return SUBJECT.match(subject) is not None
