"""What was promised and is followed up (跟踪问效): to verify, in hand, broken, kept."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import EYES, HOTLINE, reading
from engine.store import promises as store

router = APIRouter(include_in_schema=False)
GROUPS = (
    ("verify", "待核查"), ("standing", "跟踪中"), ("broken", "未兑现"), ("kept", "已兑现"),
)  # fmt: skip
MOST_SKIPPED = 100_000


@router.get("/supervise/promises")
def promises(request: Request, show: str = "", after: int = 0) -> Response:
    """Show the promises of one group, nearest day first, and what another law lets run on."""
    with reading(request, *HOTLINE, *EYES) as visit:
        numbers = store.counts(visit.session)
        name = show if show in store.GROUPS else _first(numbers)
        shown, more = store.rows(visit.session, name, max(0, min(after, MOST_SKIPPED)))
        facts = {
            "groups": GROUPS, "name": name, "numbers": numbers, "rows": shown, "more": more,
            "late": store.overdue(visit.session, visit.now), "first": after == 0,
            "by_law": store.followed_by_law(visit.session),
        }  # fmt: skip
        return visit.page("promises.html", facts)


def _first(numbers: dict[str, int]) -> str:
    return "verify" if numbers["verify"] else "standing"
