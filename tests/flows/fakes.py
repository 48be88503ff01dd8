"""A stand-in for the actions: remembers what it was asked, and answers from lists."""

from dataclasses import dataclass, field
from datetime import datetime

from engine.errors import UnavailableError


@dataclass
class FakeBackground:
    """Tickets, clocks and messages that wait; what is worked off waits no more."""

    tickets: list[int] = field(default_factory=list)
    clocks: dict[int, list[str]] = field(default_factory=dict)
    messages: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    done: list[object] = field(default_factory=list)
    beats: list[tuple[str, bool, dict[str, object]]] = field(default_factory=list)
    database_away: bool = False

    def _ask(self, what: str) -> None:
        if self.database_away:
            message = "数据库暂时连不上"
            raise UnavailableError(message)
        self.asked.append(what)

    def tickets_to_route(self, limit: int) -> list[int]:
        self._ask("tickets")
        return self.tickets[:limit]

    def still_to_route(self, ticket_ids: list[int]) -> list[int]:
        self._ask("still")
        return [one for one in ticket_ids if one in self.tickets]

    def route_one(self, ticket_id: int, now: datetime) -> str:
        self.tickets = [one for one in self.tickets if one != ticket_id]
        self.done.append(ticket_id)
        return "dispatched" if ticket_id % 2 else "to_choose"

    def held_over(self, now: datetime, limit: int) -> list[int]:
        return []

    def release_one(self, ticket_id: int, now: datetime) -> str:
        return "dispatched"

    def tidy(self, now: datetime) -> dict[str, int]:
        self.done.append("tidy")
        return {"drafts": 1, "files": 2}

    def clocks_due(self, now: datetime, limit: int) -> list[int]:
        self._ask("clocks")
        return list(self.clocks)[:limit]

    def climb_many(self, clock_ids: list[int], now: datetime) -> dict[int, list[str]]:
        self.done += clock_ids
        return {one: self.clocks.pop(one, []) for one in clock_ids}

    def clocks_to_recompute(self, now: datetime, limit: int) -> list[int]:
        return []

    def recompute_one(self, clock_id: int, now: datetime) -> str:
        return "none"

    def windows_over(self, now: datetime, limit: int) -> list[int]:
        return []

    def close_window(self, link_id: int, now: datetime) -> str:
        return "callback_owed" if link_id % 2 else "closed"

    def refusals_over(self, now: datetime, limit: int) -> list[int]:
        return []

    def deem_accepted(self, ticket_id: int, now: datetime) -> bool:
        return True

    def tell_calendar_alarms(self, now: datetime) -> dict[str, int]:
        self.done.append("alarms")
        return {"alarms": 1, "mailed": 2}

    def messages_due(self, now: datetime, limit: int) -> list[int]:
        self._ask("messages")
        claimed, self.messages = self.messages[:limit], self.messages[limit:]
        return claimed

    def deliver(self, ids: list[int], now: datetime) -> dict[str, int]:
        self.done.append(tuple(ids))
        return {"sent": len(ids), "retry": 0}

    def beat(self, name: str, now: datetime, ok: bool, details: dict[str, object]) -> None:
        self._ask("beat")
        self.beats.append((name, ok, details))
