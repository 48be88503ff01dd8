"""What a mail server's refusal means: for this recipient, for this mail, or for us (拒收).

By its enhanced code (RFC 3463, RFC 5248), where it says one; else by its code and its words.
"""

import re
from enum import Enum

from engine.delivery.charsets import decoded
from engine.errors import (
    DeliveryError,
    PermanentDeliveryError,
    RefusedSenderError,
    TemporaryDeliveryError,
)

PERMANENT_FROM = 500
CODE = re.compile(r"(?:^|[#\s(])5\.(\d{1,3})\.(\d{1,3})\b")
# A sign-in that lacks or fails; a command out of place.
SIGN_IN, OUT_OF_PLACE = frozenset({530, 533, 534, 535, 538}), frozenset({500, 502, 503})
BAD_SENDER = frozenset({(1, 7), (1, 8)})
NEW_OWNER = frozenset({(7, 17), (7, 18)})  # of the mailbox, of the domain: about the recipient
TOO_BIG, MAILBOX_FULL = (3, 4), (2, 2)
OURS = frozenset({8, 9, 10, 11, 13, 14, *range(20, 28)})  # of 5.7.x: sign-in, SPF, DKIM, DMARC
ABOUT_US = re.compile(
    r"(?<![a-z])(?:(?:un)?authenticat|logged in|log in|sender|mail from|authori[sz]ed user"
    r"|client host|reverse dns|(?:relay(?:ing)?|helo|black ?list(?:ed)?|block ?list(?:ed)?"
    r"|dnsbl|rbl|ptr|spf|dkim|dmarc|starttls)(?![a-z]))|认证|登录|授权码|中继|发件人|发信人",
    re.IGNORECASE,
)
# An address a server names is a person's or a unit's: its letters say nothing of us.
NAMED = re.compile(r"<[^<>\s]*>|[^\s<>@]+@[^\s<>@]+")
NOBODY = re.compile(
    r"(?:user|recipient|mailbox|account|address|domain)(?: name| address)?(?: is)?"
    r" (?:unknown|invalid|not found|not exist|doesn't exist|does not exist|unavailable|disabled)"
    r"|(?:unknown|invalid|no such|no) (?:user|recipient|mailbox|account|domain|address)"
    r"|not found|不存在|无此|没有(?:这个|此)|查无",
    re.IGNORECASE,
)
NO_SENDER = re.compile(
    r"(?<![a-z])sender(?:'s)?(?: address| domain| mailbox)?\W{0,3}(?: is)?"
    r" ?(?:unknown|invalid|not found|does|reject|verif)"
    r"|(?:unknown|invalid|no such) sender|(?:发件人|发信人)[^，。；,;]{0,8}(?:不存在|无效|未)",
    re.IGNORECASE,
)


class At(Enum):
    """Which part of a mail a server answered."""

    SENDER = "发件人"
    RECIPIENT = "收件人"
    MAIL = "邮件"


def text_of(answer: bytes | str) -> str:
    """Return what a server said, as far as it can be read."""
    return decoded(answer, "") if isinstance(answer, bytes) else answer


def refusal(at: At, code: int, answer: bytes | str) -> DeliveryError:
    """Return what a server's refusal is: to be tried later, never again, or for an administrator.

    A rule of the server's (5.7.x) may be meant for us or for one recipient, whom only some may
    write to: it is tried again like what is temporary, and no address is called wrong.
    """
    text = text_of(answer)
    said = f"{code} {text}"
    if code < PERMANENT_FROM:
        return TemporaryDeliveryError(f"邮件服务器拒收{at.value}（{said}），稍后重试。")
    if _is_about_us(at, code, text):
        return RefusedSenderError(said, whoever=at is At.SENDER)
    subject, detail = _enhanced(text)
    if at is At.RECIPIENT and subject == 7 and (subject, detail) not in NEW_OWNER:  # noqa: PLR2004
        words = f"邮件服务器按它的规定拒收（{said}），请管理员向邮件服务器核实，稍后重试。"
        return TemporaryDeliveryError(words)
    if _is_passing(code, subject, detail):
        return TemporaryDeliveryError(f"邮件服务器拒收{at.value}（{said}），稍后重试。")
    advice = "请核对邮箱地址" if at is At.RECIPIENT else "请核对附件大小，或问邮件服务器的管理员"
    return PermanentDeliveryError(f"邮件服务器拒收{at.value}（{said}），{advice}。")


def _is_about_us(at: At, code: int, text: str) -> bool:
    subject, detail = _enhanced(text)
    if at is At.SENDER or code in SIGN_IN or (subject, detail) in BAD_SENDER:
        return True
    if subject == 7:  # noqa: PLR2004 - security or policy
        # Of 100 and more Exchange speaks of one recipient's own rules.
        return detail in OURS or (detail < 100 and _names_us(text))  # noqa: PLR2004
    return subject in {None, 5} and _names_us(text)


def _names_us(text: str) -> bool:
    """Return whether words say that it is we who are refused, and not that nobody is there."""
    words = NAMED.sub(" ", text)
    if NO_SENDER.search(words):
        return True
    return not NOBODY.search(words) and bool(ABOUT_US.search(words))


def _is_passing(code: int, subject: int | None, detail: int) -> bool:
    """Return whether a server speaks of its own state, or of a conversation that went wrong."""
    full = (subject, detail) == MAILBOX_FULL
    return full or code in OUT_OF_PLACE or (subject == 3 and (subject, detail) != TOO_BIG)  # noqa: PLR2004


def _enhanced(text: str) -> tuple[int | None, int]:
    found = CODE.search(text)
    return (int(found[1]), int(found[2])) if found else (None, 0)
