"""Tells what the database says happened: when, who, what, why, by which clause."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlmodel import Session, col, select

from engine.models import Account, OutboxMessage, TicketEventRecord, Unit
from engine.rules.shanghai import SHANGHAI, weekday_name
from engine.store.database import work
from engine.terms import ActorKind, MessageStatus, TicketEvent

LOUD = {
    TicketEvent.BREACH: "bold red", TicketEvent.ESCALATE: "red", TicketEvent.WARN: "yellow",
    TicketEvent.SUPERVISE: "bold red", TicketEvent.CLOSE: "bold green",
    TicketEvent.SEND_LETTER: "bold magenta", TicketEvent.APPROVE_LETTER: "magenta",
    TicketEvent.DESIGNATE: "bold cyan", TicketEvent.ORDER_REWORK: "bold yellow",
}  # fmt: skip
NAMED = 4
WHO = {ActorKind.SYSTEM: "dim", ActorKind.API: "cyan", ActorKind.USER: "default"}


@dataclass
class Narrator:
    """Follows tickets and prints every event and mail it has not printed yet."""

    console: Console
    numbers: list[str] = field(default_factory=list)
    last_event: int = 0
    mailed: set[int] = field(default_factory=set)

    def chapter(self, title: str, words: str) -> None:
        """Begin a story."""
        self.console.print()
        self.console.rule(f"[bold]{title}[/]", align="left", style="blue")
        self.console.print(f"[dim]{words}[/]")

    def say(self, words: str, style: str = "italic") -> None:
        """Print a sentence between the steps."""
        self.console.print(f"  [{style}]{words}[/]")

    def catch_up(self, _now: datetime | None = None) -> None:
        """Print the events and mails since the last time."""
        with work() as session:
            lines = [*self._events(session), *self._mails(session)]
        if lines:
            self.console.print(_grid(lines))

    def _events(self, session: Session) -> list[tuple[Text, Text, Text]]:
        query = select(TicketEventRecord).where(col(TicketEventRecord.id) > self.last_event)
        records = session.exec(query.order_by(col(TicketEventRecord.id))).all()
        if records:
            self.last_event = records[-1].id
        return [_event_line(record) for record in records]

    def _mails(self, session: Session) -> list[tuple[Text, Text, Text]]:
        query = select(OutboxMessage).where(
            OutboxMessage.status == MessageStatus.SENT, col(OutboxMessage.id).not_in(self.mailed)
        )
        messages = session.exec(query.order_by(col(OutboxMessage.id))).all()
        self.mailed |= {one.id for one in messages}
        kinds: dict[tuple[datetime, str], list[str]] = {}
        for one in messages:
            sent = (one.sent_at or one.created_at, one.kind.label)
            kinds.setdefault(sent, []).append(_who(session, one.recipient))
        return [_mail_line(at, kind, people) for (at, kind), people in kinds.items()]


def _who(session: Session, address: str) -> str:
    """Return whose address of the demonstration it is."""
    name = address.split("@", maxsplit=1)[0]
    unit = session.exec(select(Unit).where(Unit.slug == name.removesuffix(".leader"))).first()
    if unit is not None:
        return f"{unit.name}负责人" if name.endswith(".leader") else unit.name
    account = session.exec(select(Account).where(Account.username == name)).first()
    return account.name.removeprefix("演示") if account else name


def _grid(lines: list[tuple[Text, Text, Text]]) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=18, no_wrap=True)
    grid.add_column(width=22, no_wrap=True, overflow="ellipsis")
    grid.add_column(overflow="fold")
    for _, run in groupby(lines, key=lambda line: tuple(part.plain for part in line)):
        alike = list(run)
        if len(alike) > 1:
            alike[0][2].append(f" ×{len(alike)}", style="bold")
        grid.add_row(*alike[0])
    return grid


def _event_line(record: TicketEventRecord) -> tuple[Text, Text, Text]:
    when = _when(record.at)
    name = record.actor_name.removesuffix("演示承办人")
    what = Text.assemble((f"{record.event.label} ", LOUD.get(record.event, "bold")))
    if record.reason and record.reason != record.event.label:
        what.append(record.reason)
    if record.from_status is not None and record.from_status != record.to_status:
        what.append(f" → {record.to_status.label}", style="cyan")
    what.append(f"  〔{record.citation}〕", style="dim")
    return when, Text(name, style=WHO[record.actor_kind]), what


def _when(moment: datetime) -> Text:
    at = moment.astimezone(SHANGHAI)
    return Text(f"  {at:%m-%d} {weekday_name(at.date())} {at:%H:%M}", style="dim")


def _mail_line(at: datetime, kind: str, people: list[str]) -> tuple[Text, Text, Text]:
    names = list(dict.fromkeys(people))
    to = "、".join(names[:NAMED]) + (f" 等 {len(names)} 处" if len(names) > NAMED else "")
    return _when(at), Text("✉ 邮件", style="blue"), Text(f"{kind} → {to}", style="blue")
