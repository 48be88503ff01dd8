"""Around every request: ids, headers, one line of log without anything personal; health."""

from datetime import timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from engine.actions.background import beat
from engine.store.database import Database, connect, use
from tests.api.conftest import NOW, TICKETS, Caller, a_body
from tests.builders import a_mail_tried_since, moment


@pytest.mark.parametrize("path", ["/health/live", TICKETS, "/api/v1/none", "/api/docs"])
def test_every_answer_carries_the_security_headers(anonymous: Caller, path: str) -> None:
    headers = anonymous.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["x-request-id"]


@pytest.mark.parametrize("given", ["1", "trace-1", "a.b_C-3", "x" * 128])
def test_a_request_id_is_kept_when_it_is_one(anonymous: Caller, given: str) -> None:
    kept = anonymous.get("/health/live", headers={"X-Request-Id": given})

    assert kept.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["<script>", "", "x" * 129, "a b"])
def test_a_request_id_that_is_none_is_replaced(anonymous: Caller, given: str) -> None:
    replaced = anonymous.get("/health/live", headers={"X-Request-Id": given})

    assert len(replaced.headers["x-request-id"]) == 32


def test_the_log_names_the_route_and_nothing_personal(caller: Caller) -> None:
    with capture_logs() as lines:
        number = caller.a_number(enterprise="演示企业甲")
        caller.get(f"{TICKETS}/{number}?unit=演示企业甲")

    written = [line for line in lines if line["event"] == "request"]
    assert [line["route"] for line in written] == [TICKETS, f"{TICKETS}/{{number}}"]
    assert "演示企业甲" not in str(lines)
    assert "2800000" not in str(lines)


def test_a_crash_is_logged_by_place_without_values(caller: Caller) -> None:
    from api.dependencies import present

    def broken() -> None:
        message = "13800000000"
        raise RuntimeError(message)

    caller.app.dependency_overrides[present] = broken

    with capture_logs() as lines:
        caller.post(TICKETS, a_body())

    (crash,) = [line for line in lines if line["event"] == "crash"]
    assert crash["error"] == "RuntimeError"
    assert any("broken" in place for place in crash["where"])
    assert "13800000000" not in str(lines)


def test_a_living_process_says_so_without_a_database(anonymous: Caller) -> None:
    use(connect("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"))

    assert anonymous.get("/health/live").json() == {"status": "ok"}
    assert anonymous.get("/health/ready").status_code == 503


def test_readiness_tells_migration_heartbeats_and_the_reach_of_the_calendar(
    anonymous: Caller,
) -> None:
    beat("sweep", moment("Mon 2026-11-23 09:59"), True, {})

    body = anonymous.at(NOW).get("/health/ready").json()

    assert body["migration"]
    assert [(one["name"], one["age_seconds"]) for one in body["heartbeats"]] == [("sweep", 60)]
    assert body["calendar"]["confirmed_through"] == "2026-12-27"
    assert body["calendar"]["days_left"] == 34


def test_a_database_of_another_version_is_not_ready(anonymous: Caller, database: Database) -> None:
    with psycopg.connect(database.url) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '0001_tables'")

    answer = anonymous.get("/health/ready")

    assert answer.status_code == 503
    assert "再运行 hotline migrate" in answer.json()["detail"]


def test_a_newer_database_is_not_ready_and_asks_for_the_newer_program(
    anonymous: Caller, database: Database
) -> None:
    with psycopg.connect(database.url) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '0099_future'")

    answer = anonymous.get("/health/ready")

    assert answer.status_code == 503
    assert "比本程序新" in answer.json()["detail"]
    assert "再运行" not in answer.json()["detail"]


def test_mail_that_does_not_leave_is_a_warning_and_the_process_is_ready_all_the_same(
    anonymous: Caller,
) -> None:
    assert anonymous.at(NOW).get("/health/ready").json()["warnings"] == []
    a_mail_tried_since(moment(NOW) - timedelta(minutes=46))

    answer = anonymous.at(NOW).get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["有信发不出去，最久的已等 46 分钟"]


def test_people_get_a_page_and_programs_a_problem(anonymous: Caller) -> None:
    page = anonymous.get("/no-such-page")
    problem = anonymous.get("/api/no-such-page")

    assert (page.status_code, problem.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert "没有找到" in page.text
    assert problem.headers["content-type"] == "application/problem+json"


def test_a_page_without_a_session_leads_to_the_sign_in(anonymous: Caller) -> None:
    answer = anonymous.get("/", follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
