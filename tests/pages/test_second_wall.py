"""The database itself keeps units apart in the pages as they are served, raw SQL or not."""

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.main import create_app
from api.pages.visit import UNIT, reading
from engine.store.database import connect, current, use
from tests.builders import MARKET, TAX, a_signed_ticket
from tests.pages.conftest import HOST, NOW, Browser

careless = APIRouter()


@careless.get("/careless")
def every_number(request: Request) -> list[str]:
    """Return what a query gives that forgot to ask whose tickets they are."""
    with reading(request, *UNIT) as visit:
        return list(visit.session.connection().execute(text("SELECT number FROM ticket")).scalars())


@pytest.fixture
def served(database, frozen):
    """Serve the desks as a program does: with a connection that has done nothing yet."""
    site = create_app()
    site.include_router(careless)
    fresh = use(connect(database.url, pool_size=2))
    made = Browser()
    made.client = TestClient(site, base_url=HOST, follow_redirects=False)
    yield made
    fresh.dispose()


@pytest.mark.parametrize(("who", "mine"), [(MARKET, 0), ("fuzeren", 0), ("shuiwu", 1)])
def test_a_query_without_any_condition_gives_a_unit_its_own_tickets_alone(served, who, mine):
    numbers = [a_signed_ticket(NOW, MARKET), a_signed_ticket(NOW, TAX)]
    served.sign_in(who)

    assert served.get("/careless").json() == [numbers[mine]]
    assert current().roles


def test_who_runs_the_place_is_told_that_the_wall_stands(served):
    served.sign_in("guanli")

    page = served.get("/admin").text

    assert "张表由数据库按单位隔离" in page
    assert "没有启用" not in page
