"""No page without a word on who may open it, no word on a page that is gone."""

from api.main import create_app
from tests.structure.page_roles import ALL, OPEN, PAGES

MACHINES = ("/api/v1", "/open311", "/health", "/metrics")


def routes() -> set[str]:
    """Return every page of the application as "GET /desk"; programs' addresses have keys."""
    contexts = [
        one for part in create_app().routes if hasattr(part, "effective_route_contexts")
        for one in part.effective_route_contexts()
    ]  # fmt: skip
    return {f"{method} {one.path}" for one in contexts for method in one.methods
            if not one.path.startswith(MACHINES)}  # fmt: skip


def test_every_page_says_who_may_open_it():
    assert routes() - set(PAGES) == set(), "name it in tests/structure/page_roles.py"


def test_no_page_is_named_that_is_gone():
    assert set(PAGES) - routes() == set()


def test_roles_are_written_in_one_order():
    assert all(one == OPEN or one == "".join(x for x in ALL if x in one) for one in PAGES.values())
