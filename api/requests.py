"""What callers of the API send besides new tickets, and how it becomes what the actions take.

Bodies are checked for shape here; what a field may say is checked by the actions, in the same words
as on the page.
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
)

from engine.actions.callbacks import CallbackForm
from engine.actions.characters import unstorable, visible
from engine.actions.withdrawing import WithdrawalForm
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    Satisfaction,
    Term,
    TicketKind,
    TicketStatus,
)

NO_MOMENT = "应为带时区的日期时间（文字），如 2026-11-23T09:00:00+08:00。"
NUMBER = re.compile(r"\s*[+-]?[\d.]*(e[+-]?\d+)?\s*", re.IGNORECASE)
FIRST_YEAR, LAST_YEAR = 2000, 2999  # technical: outside, a date is a slip of a program


def storable(text: str) -> str:
    """Return the text unless it has what PostgreSQL cannot keep (NUL, half a character)."""
    wrong = unstorable(text)
    if wrong:
        raise ValueError(wrong)
    return text


def said(text: str) -> str:
    """Return the text unless it says nothing: blanks are no number and no name."""
    if not visible(text):
        message = "不能是空的，也不能只有空白字符。"
        raise ValueError(message)
    return text


def written(value: Any) -> Any:
    """Return what is to be read as a moment unless it is a number: seconds since some year."""
    if isinstance(value, datetime) or (isinstance(value, str) and not NUMBER.fullmatch(value)):
        return value
    raise ValueError(NO_MOMENT)


def sensible(moment: datetime) -> datetime:
    """Return the moment unless its year is nobody's: such a date cannot be converted or stored."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        message = f"时间的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。"
        raise ValueError(message)
    return moment


def named(term: type[Term]) -> Any:
    """Return a reader of a term's English code or Chinese label, for `BeforeValidator`."""

    def read(value: Any) -> Any:
        return term.parse(storable(value)) if isinstance(value, str) else value

    return BeforeValidator(read)


Moment = Annotated[AwareDatetime, BeforeValidator(written), AfterValidator(sensible)]
Text = Annotated[str, AfterValidator(storable)]
Name = Annotated[Text, AfterValidator(said)]
Kind = Annotated[TicketKind, named(TicketKind)]
Status = Annotated[TicketStatus, named(TicketStatus)]
Channel = Annotated[CallbackChannel, named(CallbackChannel)]
Attempt = Annotated[AttemptResult, named(AttemptResult)]
Outcome = Annotated[AnswerOutcome, named(AnswerOutcome)]
Contentment = Annotated[Satisfaction, named(Satisfaction)]


class Body(BaseModel):
    """The base of every request body: unknown fields are refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CallbackBody(Body):
    """One attempt to call the requester back (回访), made by the caller's own call centre."""

    channel: Channel
    result: Attempt
    contacted: StrictBool | None = Field(
        default=None, description="did the unit contact the requester"
    )
    solved: Outcome | None = None
    satisfaction: Contentment | None = None
    words: Text = Field(default="", max_length=2000, description="what the requester said")
    called_by: Text = Field(
        default="", max_length=40,
        description="name or work number of the person who called; a person's callback needs it",
    )  # fmt: skip

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "channel": "human_call",
                    "result": "reached",
                    "contacted": True,
                    "solved": "solved",
                    "satisfaction": "satisfied",
                    "called_by": "工号 1023",
                },
                {"channel": "人工电话", "result": "无人接听", "called_by": "工号 1023"},
                {"channel": "robot_call", "result": "no_answer"},
            ]
        },
    )


class SupplementBody(Body):
    """What the requester says later (补充)."""

    text: Text

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"text": "企业补充：窗口今天又要求提供纸质材料。"}]},
    )


class WithdrawalBody(Body):
    """The requester takes the matter back (撤回)."""

    words: Text = Field(min_length=1, max_length=500, description="why, as the requester says")
    channel: Channel = Field(description="how it was said; only a person's word ends a unit's work")
    called_by: Text = Field(
        default="", max_length=40,
        description="name or work number of the person who spoke with the requester",
    )  # fmt: skip

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"words": "已自行协商解决。", "channel": "human_call", "called_by": "工号 1023"},
                {"words": "网上撤回", "channel": "web"},
            ]
        },
    )


class RingBody(Body):
    """A call that an operator takes (来电弹屏)."""

    operator: Text = Field(
        min_length=1, max_length=60, description="the operator's user name at the desks"
    )
    phone: Text = Field(min_length=1, max_length=64, description="the caller's number")

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"operator": "huawu", "phone": "0772-2800000"}]},
    )


class SuggestBody(Body):
    """A text to be routed without being taken in."""

    content: Text = Field(min_length=1, max_length=20_000)
    title: Text = Field(default="", max_length=120)
    kind: Kind | None = None

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"kind": "求助", "content": "申请不动产抵押登记，窗口要求重复提交材料。"}]
        },
    )


def withdrawal_form(body: WithdrawalBody) -> WithdrawalForm:
    """Return the withdrawal that a body describes."""
    return WithdrawalForm(**body.model_dump())


def callback_form(body: CallbackBody) -> CallbackForm:
    """Return the attempt that a body describes."""
    return CallbackForm(**body.model_dump())
