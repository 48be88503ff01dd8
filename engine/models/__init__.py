"""SQLModel tables. Only `engine.store` and `engine.actions` touch them."""

from sqlmodel import SQLModel

from engine.models.base import NAMING

SQLModel.metadata.naming_convention = NAMING
# Rows come from the database and from our own code and validate nothing: no process need build
# sixty validators as it starts. One that is asked for is built then.
SQLModel.model_config["defer_build"] = True

from engine.models.address_check import AddressCheck  # noqa: E402
from engine.models.audit import AuditCheck, AuditEntry, AuditMark, AuditSeal  # noqa: E402
from engine.models.bulk import BulkAct  # noqa: E402
from engine.models.bulletins import Bulletin  # noqa: E402
from engine.models.clocks import Breach, Clock, RungTaken  # noqa: E402
from engine.models.desk import (  # noqa: E402
    Attachment,
    HeldDispatch,
    Preference,
    SavedView,
)
from engine.models.evaluation import EvaluationLink  # noqa: E402
from engine.models.figures import (  # noqa: E402
    FigureDay,
    FigureMark,
    FigureMonth,
    OpenWeek,
    StandingCount,
    TakenInDay,
    UnitDay,
)
from engine.models.findings import Finding  # noqa: E402
from engine.models.knowledge import (  # noqa: E402
    KnowledgeEntry,
    KnowledgeUse,
    KnowledgeVersion,
)
from engine.models.legal_hold import LegalHold  # noqa: E402
from engine.models.letters import Letter, LetterSerial  # noqa: E402
from engine.models.mail_replies import MailReply  # noqa: E402
from engine.models.outbox import (  # noqa: E402
    Heartbeat,
    IdempotencyRecord,
    NumberSeries,
    OutboxAttachment,
    OutboxMessage,
    ReferenceData,
)
from engine.models.people import (  # noqa: E402
    Account,
    AccountSession,
    ApiKey,
    ApiKeyDay,
    Unit,
)
from engine.models.promises import Promise, Verification  # noqa: E402
from engine.models.requester import Requester  # noqa: E402
from engine.models.routing import RoutingVersion  # noqa: E402
from engine.models.rules import RuleChange, RulesVersion  # noqa: E402
from engine.models.set_aside import SetAside  # noqa: E402
from engine.models.tickets import (  # noqa: E402
    Assignment,
    Draft,
    Ticket,
    TicketEventRecord,
)
from engine.models.webhooks import (  # noqa: E402
    WebhookDelivery,
    WebhookSecret,
    WebhookSubscription,
)
from engine.models.work import (  # noqa: E402
    Answer,
    Callback,
    CallbackAttempt,
    ExtensionRequest,
    ReturnRequest,
)

__all__ = [
    "Account",
    "AccountSession",
    "AddressCheck",
    "Answer",
    "ApiKey",
    "ApiKeyDay",
    "Assignment",
    "Attachment",
    "AuditCheck",
    "AuditEntry",
    "AuditMark",
    "AuditSeal",
    "Breach",
    "BulkAct",
    "Bulletin",
    "Callback",
    "CallbackAttempt",
    "Clock",
    "Draft",
    "EvaluationLink",
    "ExtensionRequest",
    "FigureDay",
    "FigureMark",
    "FigureMonth",
    "Finding",
    "Heartbeat",
    "HeldDispatch",
    "IdempotencyRecord",
    "KnowledgeEntry",
    "KnowledgeUse",
    "KnowledgeVersion",
    "LegalHold",
    "Letter",
    "LetterSerial",
    "MailReply",
    "NumberSeries",
    "OpenWeek",
    "OutboxAttachment",
    "OutboxMessage",
    "Preference",
    "Promise",
    "ReferenceData",
    "Requester",
    "ReturnRequest",
    "RoutingVersion",
    "RuleChange",
    "RulesVersion",
    "RungTaken",
    "SQLModel",
    "SavedView",
    "SetAside",
    "StandingCount",
    "TakenInDay",
    "Ticket",
    "TicketEventRecord",
    "Unit",
    "UnitDay",
    "Verification",
    "WebhookDelivery",
    "WebhookSecret",
    "WebhookSubscription",
]
