"""Every deliberate error of the engine.

EngineError
├── BadInputError              422  what was sent is wrong; names every field
├── NotSignedInError           401  nobody, or an expired session or key
├── NotPermittedError          403  signed in, but without the role or scope
├── NotFoundError              404  no such ticket, unit, letter
├── ConflictError              409  the same thing twice, or changed meanwhile
│   └── RefusedTransitionError 409  the lifecycle says no; carries the clause and what is allowed
├── RuleError                  500  rule data is missing or wrong; names the file to mend
│   ├── RuleNotInForceError    422  no value was in force on that day
│   └── CalendarNotPublishedError 422  a day lies in a year without a calendar
├── DocumentError              500  a letter cannot be made (font, glyph, template)
├── DeliveryError              502  a message was not taken
│   ├── TemporaryDeliveryError      try again later
│   │   ├── UnansweredDeliveryError  it was handed over whole, and nobody said that it was taken
│   │   ├── RefusedSenderError       the mail server takes nothing from us
│   │   └── UnreadableMailError      the mail server does not give one mail out
│   └── PermanentDeliveryError      a person must look
└── UnavailableError           503  the database or another part is away
    └── KeysError              503  the keys of personal data are missing or wrong

`str(error)` is the sentence for users, in Chinese: what happened, to what, what to do now.
`code` is the English word for programs.
"""

from collections.abc import Mapping
from typing import ClassVar


class EngineError(Exception):
    """A deliberate refusal or failure, with a sentence for people and a code for programs."""

    code: ClassVar[str] = "engine_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "系统出错"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        """Keep the sentence, and the message of each field that is wrong.

        Where several sentences were joined by ；none but the last ends with a full stop.
        """
        super().__init__(message.replace("。；", "；"))
        self.fields: dict[str, str] = dict(fields or {})


class BadInputError(EngineError):
    """What was sent cannot be used; `fields` says which and why."""

    code, status, title = "bad_input", 422, "填写有误"


class NotSignedInError(EngineError):
    """The caller is nobody, or a session or key that no longer counts."""

    code, status, title = "not_signed_in", 401, "请先登录"


class NotPermittedError(EngineError):
    """The caller lacks the role or scope."""

    code, status, title = "not_permitted", 403, "没有这项权限"


class NotFoundError(EngineError):
    """There is no such thing, or the caller may not know of it."""

    code, status, title = "not_found", 404, "没有找到"


class ConflictError(EngineError):
    """The same thing was done already, or somebody changed it meanwhile."""

    code, status, title = "conflict", 409, "与现状冲突"


class RefusedTransitionError(ConflictError):
    """The lifecycle refuses; says why, by which clause, and what is allowed instead."""

    code, title = "refused_transition", "现在不能这样做"

    def __init__(self, message: str, *, clause: str = "", allows: tuple[str, ...] = ()) -> None:
        """Keep the clause behind the refusal and the events that are allowed."""
        super().__init__(message)
        self.clause = clause
        self.allows = allows


class RuleError(EngineError):
    """Rule data is missing or wrong; the message names the file to mend."""

    code, title = "rule_error", "规则数据有误"


class RuleNotInForceError(RuleError):
    """No value of a rule was in force on the day asked for."""

    code, status, title = "rule_not_in_force", 422, "该日规则尚未生效"


class CalendarNotPublishedError(RuleError):
    """A day lies in a year whose calendar is not loaded."""

    code, status, title = "calendar_not_published", 422, "日历尚未公布"


class DocumentError(EngineError):
    """A letter or notice cannot be made; says which font, character or field is missing."""

    code, title = "document_error", "文书无法生成"


class DeliveryError(EngineError):
    """A message was not taken by the other side."""

    code, status, title = "delivery_error", 502, "送达失败"


class TemporaryDeliveryError(DeliveryError):
    """Not now: the sender tries again with back-off."""

    code = "delivery_temporary"


class UnansweredDeliveryError(TemporaryDeliveryError):
    """The whole message was handed over and no answer came: it may have arrived (可能已送出)."""

    code = "delivery_unanswered"


class RefusedSenderError(TemporaryDeliveryError):
    """The mail server takes nothing from us (拒绝本系统发信); no recipient is at fault.

    `whoever` says that it does not matter for whom: nobody was named yet.
    """

    code = "delivery_refused_sender"
    words: ClassVar[str] = "邮件服务器拒绝本系统发信"

    def __init__(self, said: str, *, whoever: bool) -> None:
        """Quote what the server said."""
        super().__init__(f"{self.words}（{said}），请管理员核对发信设置，稍后重试。")
        self.whoever = whoever


class UnreadableMailError(TemporaryDeliveryError):
    """The mail server does not give one mail out (读不出的来信); the others may be read."""

    code = "delivery_unreadable"


class PermanentDeliveryError(DeliveryError):
    """Never like this: a person must mend the address or the message."""

    code = "delivery_permanent"


class UnavailableError(EngineError):
    """A part the engine needs is away; nothing was written."""

    code, status, title = "unavailable", 503, "服务暂时不可用"


class KeysError(UnavailableError):
    """Personal data cannot be sealed or opened: which key is missing, and where it belongs."""

    code, title = "keys_unavailable", "个人信息密钥不可用"
