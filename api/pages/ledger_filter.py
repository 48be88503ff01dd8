"""What the ledger of breaches is asked for, read from the address and said in words."""

from dataclasses import dataclass
from urllib.parse import urlencode

from api.pages.filters import Reading
from api.pages.forms import Form
from api.pages.visit import Visit
from engine.errors import BadInputError
from engine.models import Unit
from engine.rules.routing.catalogue import load_catalogue
from engine.store.breach_ledger import BreachFilter
from engine.terms import BreachJudgement, ClockKind, TicketKind

FIELDS = ("unit", "limit", "kind", "indicator", "task", "since", "until", "judgement")


@dataclass(frozen=True)
class AskedOfLedger:
    """What the ledger of breaches is asked for, as typed and as the store takes it."""

    form: Form
    wanted: BreachFilter
    unit: Unit | None
    error: BadInputError | None

    @property
    def indicator(self) -> str:
        """Return the indicator of the task list that was asked for."""
        return self.form.text("indicator").strip()

    @property
    def task(self) -> str:
        """Return the row of the task list that was asked for."""
        return self.form.text("task").strip()

    @property
    def query(self) -> str:
        """Return the filter as the end of an address."""
        return urlencode([(name, text) for name in FIELDS if (text := self.form.text(name))])

    @property
    def words(self) -> str:
        """Return the conditions as one line."""
        wanted = self.wanted
        said = [
            self.unit.name if self.unit else "", wanted.kind.label if wanted.kind else "",
            wanted.ticket_kind.label if wanted.ticket_kind else "",
            f"指标“{self.indicator}”" if self.indicator else "",
            f"任务清单第{self.task}项" if self.task else "",
            f"{wanted.since} 起超期" if wanted.since else "",
            f"{wanted.until} 止超期" if wanted.until else "",
            wanted.judgement.label if wanted.judgement else "",
        ]  # fmt: skip
        return "；".join(one for one in said if one) or "全部"


def asked_of_ledger(visit: Visit, form: Form) -> AskedOfLedger:
    """Return what the ledger is asked for; what cannot be understood is said and left out."""
    read = Reading(visit, form)
    unit = read.unit("unit")
    since, until = read.days()
    wanted = BreachFilter(
        unit_id=unit.id if unit else None, kind=read.term("limit", ClockKind),
        ticket_kind=read.term("kind", TicketKind), since=since, until=until,
        judgement=read.term("judgement", BreachJudgement), rows=_rows(read, form),
    )  # fmt: skip
    return AskedOfLedger(form, wanted, unit, read.error)


def indicators() -> list[str]:
    """Return the indicators of the newest task list, in its order."""
    return list(dict.fromkeys(one.indicator_canonical for one in load_catalogue().tasks))


def _rows(read: Reading, form: Form) -> tuple[int, ...] | None:
    """Return the rows of the list that an indicator or a row number means; None is any."""
    indicator, task = form.text("indicator").strip(), form.text("task").strip()
    tasks = load_catalogue().tasks
    fitting = [one.number for one in tasks if indicator in ("", one.indicator_canonical)]
    if indicator and not fitting:
        read.fields["indicator"] = f"任务清单没有“{indicator[:20]}”这个指标。"
    if task and task not in {str(one.number) for one in tasks}:
        read.fields["task"] = f"任务清单没有第 {task[:6]} 项，请写 1 到 {len(tasks)}。"
    if not (indicator or task) or read.fields:
        return None
    return tuple(number for number in fitting if task in ("", str(number)))
