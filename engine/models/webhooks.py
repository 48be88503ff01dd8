"""Events pushed to other systems (事件推送): who wants which, their secrets, what is owed to whom.

A row of `webhook_delivery` is written by a trigger on `ticket_event`, in the transaction of the
event and whoever wrote it: no path of ours, and no bulk insert, can forget one.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from engine.models.base import Moment, json_list, key, moment, refers, term
from engine.terms import DeliveryState, WebhookFormat, WebhookStop


class WebhookSubscription(SQLModel, table=True):
    """A system to which events are pushed (推送订阅); no types named means every type.

    `private` ones also get events about reports and confidential tickets. One worker at a time
    pushes to it, until `claimed_until`; a receiver in trouble is left alone until `not_before`.
    """

    __tablename__ = "webhook_subscription"

    id: int = key()
    name: str = Field(max_length=80)
    url: str = Field(max_length=500)
    event_types: list[str] = json_list()
    format: WebhookFormat = term(WebhookFormat)
    private: bool = False
    batch_size: int = 100
    stopped: WebhookStop | None = term(WebhookStop, default=None, nullable=True)
    stopped_at: Moment | None = moment(nullable=True)
    created_at: Moment = moment()
    created_by_id: int | None = refers("account.id", nullable=True)
    claimed_until: Moment | None = moment(nullable=True)
    not_before: Moment | None = moment(nullable=True)
    failing_since: Moment | None = moment(nullable=True)
    failures: int = 0
    last_ok_at: Moment | None = moment(nullable=True)


class WebhookSecret(SQLModel, table=True):
    """A signing secret (签名密钥), sealed; two of a subscription are valid during a change."""

    __tablename__ = "webhook_secret"

    id: int = key()
    subscription_id: int = refers("webhook_subscription.id", index=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: Moment = moment()
    expires_at: Moment | None = moment(nullable=True)


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one subscriber (推送记录); one without an event is a trial.

    `payload` is made when first sent and then stays as it is, so that every attempt sends the same
    bytes; `expires_at` of the secrets and `attempts` are all that differs between attempts.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id"),
        Index("ix_webhook_delivery_refused", "subscription_id", "next_attempt_at", "id",
              postgresql_where=sql("state = 'pending' AND attempts > 0")),
        Index("ix_webhook_delivery_new", "subscription_id", "id",
              postgresql_where=sql("state = 'pending' AND attempts = 0")),
        Index("ix_webhook_delivery_newest", "subscription_id", "id"),
        Index("ix_webhook_delivery_settled", "settled_at",
              postgresql_where=sql("settled_at IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    subscription_id: int = refers("webhook_subscription.id")
    event_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("ticket_event.id"), nullable=True),
    )
    state: DeliveryState = term(DeliveryState)
    created_at: Moment = moment()
    next_attempt_at: Moment = moment()
    attempts: int = 0
    payload: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    last_status: int | None = None
    last_error: str = Field(default="", max_length=300)
    last_ms: int | None = None
    settled_at: Moment | None = moment(nullable=True)
