"""A draft of the lexicon (词库草案) tried on past or invented texts: who would get them instead."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlmodel import Session

from engine.actions.routing_in_force import InForce
from engine.errors import BadInputError, NotFoundError
from engine.rules.rehearsal import Rerouted
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.routing.edits import REMOVED, Edit, Edits, with_edit
from engine.rules.routing.files import read_yaml
from engine.rules.routing.lexicon import TIERS
from engine.rules.routing.text import fold
from engine.rules.shanghai import end_of_day
from engine.terms import TicketKind

USUAL = "usual"
MOST = 3000
HOW = "词库草案写成“单位+词”（加）、“单位-词”（去），词后可加 :strong、:usual、:weak"
_TEXTS = text("""
SELECT t.kind, t.title, t.content, u.name AS unit FROM ticket t
LEFT JOIN unit u ON u.id = t.lead_unit_id
WHERE t.accepted_at >= :since AND t.accepted_at < :until ORDER BY t.id DESC LIMIT :most
""")


@dataclass(frozen=True)
class Said:
    """A text as routing gets it, and the unit that had the matter in the end, where known."""

    kind: TicketKind | None
    title: str
    content: str
    unit: str


def draft_edits(edits: Edits, typed: Sequence[str]) -> Edits:
    """Return the edits in force with a draft laid over them.

    Raises:
        BadInputError: a draft names no unit of the list, no word, or an unknown tier.
    """
    for one in typed:
        edits = with_edit(edits, _edit(one))
    return edits


def _edit(typed: str) -> Edit:
    sign = next((one for one in typed if one in "+-"), "")
    name, _, rest = typed.partition(sign or "+")
    word, _, tier = rest.partition(":")
    tier = tier.strip() or USUAL
    if not sign or not word.strip() or tier not in TIERS:
        raise BadInputError(f"“{typed}”不对。{HOW}。")  # noqa: EM102
    try:
        unit = load_catalogue().unit(name.strip()).name
    except NotFoundError as error:
        raise BadInputError(f"{error} {HOW}。") from error  # noqa: EM102
    return Edit(unit, fold(word.strip()), REMOVED if sign == "-" else tier)


def recorded_texts(session: Session, since: date, until: date) -> Iterator[Said]:
    """Yield the newest texts taken in on some days, with the unit that had them in the end."""
    values = {"since": end_of_day(since), "until": end_of_day(until), "most": MOST}
    for row in session.connection().execute(_TEXTS, values):
        yield Said(TicketKind.parse(row.kind), row.title, row.content, row.unit or "")


def invented_texts() -> Iterator[Said]:
    """Yield the invented examples of every unit: what people would say, and whose it is."""
    for unit, texts in read_yaml("examples.yaml")["examples"].items():
        for words in texts:
            yield Said(None, "", words, unit)


Track = Callable[[Sequence[Said]], Iterable[Said]]


def rerouted(
    texts: Sequence[Said], now: InForce, draft: InForce, on: date, track: Track
) -> Rerouted:
    """Return what a draft does to the first proposal of each text."""
    moved: Counter[tuple[str, str]] = Counter()
    right = [0, 0]
    for one in track(texts):
        before, after = (_lead(state, one, on) for state in (now, draft))
        right[0] += bool(one.unit) and before == one.unit
        right[1] += bool(one.unit) and after == one.unit
        moved.update([(before, after)] if before != after else [])
    return Rerouted(len(texts), moved, *right)


def _lead(state: InForce, one: Said, on: date) -> str:
    return state.route(on, one.content, title=one.title, kind=one.kind).lead or "没有把握"
