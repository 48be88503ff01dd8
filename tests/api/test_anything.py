"""Whatever is sent, the answer is a documented one and never a fault of ours."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.main import create_app
from tests.api.conftest import Caller, a_body
from tests.builders import a_ticket_to_call_back

CONTRACT = create_app().openapi()["paths"]
KEYS = st.text(max_size=8)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
CALLBACK = {"channel": "human_call", "result": "reached", "contacted": True, "solved": "solved",
            "satisfaction": "satisfied", "words": "", "called_by": "工号 1023"}  # fmt: skip
TICKET = a_body(
    title="", enterprise="", credit_code="", contact_name="", place="", answer_by="电话",
    urgency="", source="api", external_id="x", received_at="2026-11-23T09:00:00+08:00",
    confidential=False, accused_unit="", lead_unit="shijianguan", support_units=["shuiwu"],
)  # fmt: skip
BODIES = {
    "/api/v1/tickets": TICKET,
    "/api/v1/tickets:batch": {"tickets": [TICKET]},
    "/api/v1/tickets/{number}/callbacks": CALLBACK,
    "/api/v1/tickets/{number}/supplements": {"text": "补充"},
    "/api/v1/tickets/{number}/withdrawals": {
        "words": "撤回",
        "channel": "human_call",
        "called_by": "工号 1",
    },
    "/api/v1/calls": {"operator": "huawu", "phone": "0772-2800000"},
    "/api/v1/routing/suggest": {"content": "申请材料", "title": "", "kind": "求助"},
}
QUERIES = {
    "/api/v1/tickets": (
        "status",
        "kind",
        "unit",
        "source",
        "external_id",
        "since",
        "until",
        "updated_since",
        "overdue",
        "after",
        "limit",
    ),
    "/api/v1/events": ("after", "limit"),
}
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LONG = settings(
    max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def documented(answer: Any, path: str, method: str) -> None:
    known = {int(status) for status in CONTRACT[path][method]["responses"]}
    assert answer.status_code in known, (answer.status_code, answer.text)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


def send_bodies(caller: Caller, path: str) -> Callable[[str, Any], None]:
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00")

    def send(field: str, value: Any) -> None:
        body = value if field == "" else {**BODIES[path], field: value}
        documented(caller.post(path.format(number=number), body), path, "post")

    return send


def fields_of(path: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *BODIES[path]])


@pytest.mark.parametrize("path", BODIES)
def test_any_body_gets_a_documented_answer(caller: Caller, path: str) -> None:
    given(fields_of(path), JSON)(QUICK(send_bodies(caller, path)))()


@pytest.mark.slow
@pytest.mark.parametrize("path", BODIES)
def test_thousands_of_bodies_get_documented_answers(caller: Caller, path: str) -> None:
    given(fields_of(path), JSON)(LONG(send_bodies(caller, path)))()


@pytest.mark.parametrize("path", QUERIES)
def test_any_query_gets_a_documented_answer(caller: Caller, path: str) -> None:
    @QUICK
    @given(st.sampled_from(QUERIES[path]), st.text(max_size=30) | st.integers().map(str))
    def ask(name: str, value: str) -> None:
        documented(caller.get(path, params={name: value}), path, "get")

    ask()


@given(number=st.text(min_size=1, max_size=30).filter(lambda one: one not in (".", "..")))
@QUICK
def test_any_number_gets_a_documented_answer(caller: Caller, number: str) -> None:
    from urllib.parse import quote

    path = "/api/v1/tickets/{number}"
    answer = caller.get(path.format(number=quote(number, safe="", errors="replace")))
    if "/" not in number:
        documented(answer, path, "get")
