"""A new ticket as another system sends it, and everything that is wrong with it at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StrictBool,
    ValidationError,
    model_validator,
)

from api.dependencies import Call, wrong_key
from api.requests import Body, Moment, Name, Text
from api.validation_words import field_of, words_of
from engine.actions.intake_checks import NewTicket, checked, parse_kind, parse_urgency
from engine.actions.received_checks import refusals
from engine.actions.receiving import Received, Sent, receive_ticket
from engine.errors import BadInputError
from engine.terms import TicketKind

Result = TypeVar("Result")
NEEDED = frozenset({"kind", "content", "phone"})


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
    source: Name = Field(default="api", min_length=1, description="the sending system")
    external_id: Name | None = Field(default=None, min_length=1, description="its own number")
    received_at: Moment | None = Field(
        default=None, description="when the sender took the matter in; without it, now"
    )
    confidential: StrictBool | None = Field(default=None, description="a 举报 always is")
    accused_unit: Text = Field(default="", description="it never handles the ticket alone")
    lead_unit: Text = Field(default="", description="name or slug; without it, routing decides")
    support_units: list[Text] = Field(
        default=[], max_length=10, description="only beside a lead_unit"
    )

    _wrong: dict[str, str] = PrivateAttr(default_factory=dict)

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

    @property
    def wrong(self) -> Mapping[str, str]:
        """Return what is wrong with the shape of the fields, by field."""
        return self._wrong

    @model_validator(mode="wrap")
    @classmethod
    def _kept(cls, sent: Any, read: ModelWrapValidatorHandler["TicketBody"]) -> "TicketBody":
        """Keep what is wrong with some fields, so that it is told with what the others say."""
        try:
            return read(sent)
        except ValidationError as error:
            found = error.errors()
            if not all(one["loc"] for one in found):  # no object, or names that are no text
                raise
        bad = {str(one["loc"][0]) for one in found}
        rest = {name: value for name, value in sent.items() if name not in bad}
        made = read({**dict.fromkeys(NEEDED & bad, ""), **rest})
        for one in found:
            made._wrong.setdefault(field_of(("body", *one["loc"])), words_of(one))
        return made


class BatchBody(Body):
    """Many new tickets; each is checked on its own."""

    tickets: list[Any] = Field(
        min_length=1, max_length=1000, description="each as in POST /tickets, with external_id",
        json_schema_extra={"items": {"type": "object", "additionalProperties": True}},
    )  # fmt: skip

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


@dataclass(frozen=True)
class Told:
    """The ticket that a body tells of, and what is wrong with it so far, by field."""

    new: NewTicket
    wrong: dict[str, str]


def received(
    call: Call, body: TicketBody, key: str | None = None, *, also_wrong: Mapping[str, str] = {}
) -> Received:
    """Take in the ticket that a body tells of, or find the one written for the same request.

    Raises:
        BadInputError: names every field that is wrong, the key included.
    """
    told = _told(body)
    wrong = {**told.wrong, **wrong_key(key), **also_wrong}
    if wrong:
        # Whether a moment is too long ago hangs on the kind.
        moment = None if "kind" in wrong else body.received_at
        raise _refused(body, {**refusals(call.step, told.new, moment), **wrong})
    sent = Sent(api_key_id=call.key_id, idempotency_key=key or "", received_at=body.received_at)
    return receive_ticket(call.step, told.new, sent)


def _refused(body: TicketBody, wrong: Mapping[str, str]) -> BadInputError:
    said = (f"{name}：{words}" if name in body.wrong else words for name, words in wrong.items())
    return BadInputError("；".join(said), fields=wrong)


def _told(body: TicketBody) -> Told:
    fields: dict[str, str] = {}
    kind = _tried(lambda: parse_kind(body.kind), fields)
    urgency = _tried(lambda: parse_urgency(body.urgency), fields)
    same = body.model_dump(exclude={"kind", "urgency", "received_at", "support_units"})
    new = NewTicket(
        kind=kind or TicketKind.HELP_REQUEST, support_units=tuple(body.support_units), **same
    )
    tidy = _tried(lambda: checked(new), fields) or new
    if "lead_unit" in body.wrong:  # named, only not as text
        fields.pop("support_units", None)
    return Told(replace(tidy, urgency=urgency or tidy.urgency), {**fields, **body.wrong})


def _tried(read: Callable[[], Result], fields: dict[str, str]) -> Result | None:
    try:
        return read()
    except BadInputError as error:
        fields.update(error.fields)
        return None
