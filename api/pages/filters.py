"""What a supervisor's list is asked for, read from the address or a form, and said in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request

from api.pages.forms import Form
from api.pages.naming import unit_meant
from api.pages.visit import Visit
from engine.errors import BadInputError
from engine.models import Unit
from engine.store.desk_filters import TicketFilter
from engine.terms import Rung, Term, TicketKind, TicketScope

FIELDS = ("scope", "unit", "kind", "rung", "since", "until")
Choice = TypeVar("Choice", bound=Term)


@dataclass(frozen=True)
class Asked:
    """A filter as it was typed, as the store takes it, and what is wrong with it."""

    form: Form
    wanted: TicketFilter
    unit: Unit | None
    error: BadInputError | None = None

    @property
    def query(self) -> str:
        """Return the filter as the end of an address, for links that keep it."""
        typed = [(name, text) for name in FIELDS[1:] if (text := self.form.text(name))]
        return urlencode([("scope", self.wanted.scope.value), *typed])

    @property
    def words(self) -> str:
        """Return the conditions as one line, for a head and the first sheet of an export."""
        wanted = self.wanted
        said = [
            wanted.scope.label, self.unit.name if self.unit else "",
            wanted.kind.label if wanted.kind else "",
            f"已到“{wanted.rung.label}”" if wanted.rung else "",
            f"{wanted.since} 起受理" if wanted.since else "",
            f"{wanted.until} 止受理" if wanted.until else "",
        ]  # fmt: skip
        return "；".join(one for one in said if one)


def from_address(request: Request) -> Form:
    """Return the fields of an address as a form."""
    return Form({name: request.query_params.getlist(name) for name in request.query_params})


def asked(visit: Visit, form: Form, scope: TicketScope = TicketScope.OVERDUE) -> Asked:
    """Return what a list is asked for; what cannot be understood is said and left out."""
    fields: dict[str, str] = {}

    def read(name: str, how: Callable[[str], Choice | date | Unit], words: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
        text = form.text(name).strip()
        try:
            return how(text) if text else None
        except ValueError:
            fields[name] = words.format(text[:20])
        except BadInputError as error:
            fields[name] = str(error)
        return None

    unit = read("unit", lambda text: unit_meant(visit.session, text, "unit"), "")
    wanted = TicketFilter(
        scope=read("scope", TicketScope.parse, "没有“{}”这个范围。") or scope,
        unit_id=unit.id if unit else None,
        kind=read("kind", TicketKind.parse, "没有“{}”这个类型。"),
        rung=read("rung", Rung.parse, "没有“{}”这一级。"),
        since=read("since", date.fromisoformat, "“{}”不是日期。"),
        until=read("until", date.fromisoformat, "“{}”不是日期。"),
    )
    error = BadInputError("".join(fields.values()), fields=fields) if fields else None
    return Asked(form, wanted, unit, error)
