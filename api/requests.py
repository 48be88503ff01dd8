"""What callers of the API send, and how it becomes what the actions take.

Bodies are checked for shape here; what a field may say is checked by the actions, so that every
wrong field is named at once, in the same words as on the page.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from engine.actions.callbacks import CallbackForm
from engine.actions.intake_checks import NewTicket, checked, parse_kind, parse_urgency
from engine.actions.receiving import Sent
from engine.actions.withdrawing import WithdrawalForm
from engine.errors import BadInputError
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    Satisfaction,
    Term,
    TicketKind,
    TicketStatus,
)

Result = TypeVar("Result")
FIRST_YEAR, LAST_YEAR = 2000, 2999  # technical: outside, a date is a slip of a program


def storable(text: str) -> str:
    """Return the text unless it has what PostgreSQL cannot keep (NUL, half a character)."""
    if "\x00" in text:
        message = "含有不能保存的字符（NUL）。"
        raise ValueError(message)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = "含有不能保存的字符（不完整的 Unicode 字符），请用 UTF-8。"
        raise ValueError(message) from error
    return text


def sensible(moment: datetime) -> datetime:
    """Return the moment unless its year is nobody's: such a date cannot be converted or stored."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        message = f"时间的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。"
        raise ValueError(message)
    return moment


def _named(term: type[Term]) -> Any:
    """Return a reader of a term's English code or Chinese label, for `BeforeValidator`."""

    def read(value: Any) -> Any:
        return term.parse(storable(value)) if isinstance(value, str) else value

    return BeforeValidator(read)


Moment = Annotated[AwareDatetime, AfterValidator(sensible)]
Text = Annotated[str, AfterValidator(storable)]
Kind = Annotated[TicketKind, _named(TicketKind)]
Status = Annotated[TicketStatus, _named(TicketStatus)]
Channel = Annotated[CallbackChannel, _named(CallbackChannel)]
Attempt = Annotated[AttemptResult, _named(AttemptResult)]
Outcome = Annotated[AnswerOutcome, _named(AnswerOutcome)]
Contentment = Annotated[Satisfaction, _named(Satisfaction)]


class Body(BaseModel):
    """The base of every request body: unknown fields are refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TicketBody(Body):
    """A new ticket (工单), as the city's hotline system knows it."""

    kind: Text = Field(description="咨询 求助 投诉 举报 建议 表扬, or the English code")
    content: Text = Field(description="what is wanted, 5 to 20,000 characters")
    phone: Text = Field(description="the caller's number: the callback needs it")
    title: Text = Field(default="", description="empty: the first sentence of the content")
    enterprise: Text = ""
    credit_code: Text = ""
    contact_name: Text = ""
    place: Text = ""
    answer_by: Text = "电话"
    urgency: Text = Field(default="", description="特急 紧急 一般 复杂, or the English code")
    source: Text = Field(default="api", min_length=1, description="the sending system")
    external_id: Text | None = Field(default=None, min_length=1, description="its own number")
    received_at: Moment | None = Field(
        default=None, description="when the sender took the matter in; without it, now"
    )
    confidential: bool | None = Field(default=None, description="a 举报 always is")
    accused_unit: Text = Field(default="", description="it never handles the ticket alone")
    lead_unit: Text = Field(default="", description="name or slug; without it, routing decides")
    support_units: list[Text] = Field(default=[], max_length=10)

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "求助",
                    "content": "我公司申请不动产抵押登记，窗口要求重复提交材料，请协调一次办结。",
                    "phone": "0772-2800000",
                    "enterprise": "示例商贸有限公司",
                    "source": "city-12345",
                    "external_id": "EXAMPLE-0001",
                },
                {
                    "kind": "complaint",
                    "content": "办理招牌设置许可已逾承诺时限，多次询问没有答复。",
                    "phone": "13800000000",
                    "urgency": "urgent",
                },
            ]
        },
    )


class BatchBody(Body):
    """Many new tickets; each is checked on its own."""

    tickets: list[dict[str, Any]] = Field(
        min_length=1, max_length=1000, description="each as in POST /tickets, with external_id"
    )

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "tickets": [
                        {
                            "kind": "咨询",
                            "content": "请问个体工商户变更经营范围要带什么材料",
                            "phone": "0772-2800000",
                            "source": "city-12345",
                            "external_id": "EXAMPLE-0002",
                        }
                    ]
                }
            ]
        },
    )


class CallbackBody(Body):
    """One attempt to call the requester back (回访), made by the caller's own call centre."""

    channel: Channel
    result: Attempt
    contacted: bool | None = Field(default=None, description="did the unit contact the requester")
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


def new_ticket(body: TicketBody) -> NewTicket:
    """Return the ticket that a body describes.

    Raises:
        BadInputError: names every field that is wrong.
    """
    fields: dict[str, str] = {}
    kind = _tried(lambda: parse_kind(body.kind), fields) or TicketKind.HELP_REQUEST
    urgency = _tried(lambda: parse_urgency(body.urgency), fields)
    same = body.model_dump(exclude={"kind", "urgency", "received_at", "support_units"})
    new = NewTicket(kind=kind, support_units=tuple(body.support_units), **same)
    tidy = _tried(lambda: checked(new), fields)
    if tidy is None or urgency is None or fields:
        raise BadInputError("；".join(fields.values()), fields=fields)
    return replace(new, urgency=urgency)


def sent_with(body: TicketBody, api_key_id: int, idempotency_key: str = "") -> Sent:
    """Return what came with a ticket: who sent it, and what makes it unique."""
    return Sent(
        api_key_id=api_key_id,
        body=body.model_dump(mode="json", exclude_defaults=True),
        idempotency_key=idempotency_key,
        received_at=body.received_at,
    )


def _tried(read: Callable[[], Result], fields: dict[str, str]) -> Result | None:
    try:
        return read()
    except BadInputError as error:
        fields.update(error.fields)
        return None


def withdrawal_form(body: WithdrawalBody) -> WithdrawalForm:
    """Return the withdrawal that a body describes."""
    return WithdrawalForm(**body.model_dump())


def callback_form(body: CallbackBody) -> CallbackForm:
    """Return the attempt that a body describes."""
    return CallbackForm(**body.model_dump())
