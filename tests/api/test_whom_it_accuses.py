"""Without tickets:private no answer tells whom a ticket accuses, nor what anybody said."""

from collections.abc import Sequence
from typing import Any

import pytest

from api.main import create_app
from engine.actions import overseeing
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.routing import hold
from engine.store import tickets as store
from engine.terms import TicketKind
from tests.api.conftest import TICKETS, Caller, a_body
from tests.builders import MARKET, OPERATOR, SUPERVISOR, on_ticket

SCOPES = ("tickets:read", "events:read", "routing:read", "callbacks:write")
SAID = "财政局的窗口人员索要好处费，个体工商户注销拖了三个月，还说随便你告"
SECRET = {
    "said at intake": a_body(
        kind="举报", content="办事人员索要好处费拖着不办", accused_unit="区财政局"
    ),
    "in its words": a_body(kind="举报", content=SAID),
    "kept secret": a_body(kind="投诉", content=SAID, confidential=True),
}  # fmt: skip
OPEN = {
    "a complaint": a_body(kind="投诉", content=SAID, accused_unit="区财政局"),
    "a question": a_body(kind="咨询", content="个体工商户注销要带什么材料，财政局说不归它管"),
}  # fmt: skip
ACCUSED = "财政局"
QUOTED = ("索要好处费", "个体工商户注销", "随便你告", "不归它管", "三个月")


def a_life(number: str) -> None:
    """Let a ticket be held, handed to another unit, talked about, handed over and urged."""
    on_ticket(number, "Mon 2026-11-23 10:01", None, hold)
    on_ticket(number, "Mon 2026-11-23 10:02", OPERATOR, lambda step, ticket: overseeing.note(
        step, ticket, f"来电人说{SAID}"))  # fmt: skip
    on_ticket(number, "Mon 2026-11-23 10:03", SUPERVISOR, given)
    on_ticket(number, "Mon 2026-11-23 10:04", SUPERVISOR, lambda step, ticket: overseeing.remind(
        step, ticket, f"请办理，{SAID}"))  # fmt: skip


def given(step: Any, ticket: Any) -> None:
    unit = store.unit_by_name(step.session, MARKET)
    dispatch(step, ticket, Dispatch(unit, (), f"核实过：{SAID}"))


def answers(caller: Caller, number: str) -> dict[str, str]:
    """Return all that a key gets to read about a ticket: every GET of the contract."""
    paths = [path for path, ways in create_app().openapi()["paths"].items() if "get" in ways]
    about = [path.replace("{number}", number) for path in paths if "{number}" in path]
    due = caller.get(f"{TICKETS}/{number}/deadlines").json()["items"]
    ids = [one["deadline"]["id"] for one in due]
    known = [path.replace("{deadline_id}", str(ids[0])) for path in about if ids]
    feeds = ["/api/v1/events", "/api/v1/events?format=cloudevents", TICKETS,
             f"/open311/v2/requests/{number}.json"]  # fmt: skip
    return {path: caller.get(path).text for path in (*known, *feeds) if "{" not in path}


@pytest.mark.parametrize("body", SECRET.values(), ids=SECRET)
def test_no_answer_about_a_secret_ticket_names_the_accused_or_quotes_anybody(
    with_scopes: Any, body: Any
) -> None:
    assert found_in(told_of(with_scopes, body), (ACCUSED, *QUOTED)) == {}


@pytest.mark.parametrize("body", OPEN.values(), ids=OPEN)
def test_no_answer_about_an_open_ticket_quotes_anybody_or_tells_of_an_accusation(
    with_scopes: Any, body: Any
) -> None:
    told = told_of(with_scopes, body)

    assert found_in(told, QUOTED) == {}
    proposed = f"{TICKETS}/{told.pop('number')}/routing"
    assert set(found_in(told, (ACCUSED,))) <= {proposed}  # a candidate like any other


def told_of(with_scopes: Any, body: Any) -> dict[str, str]:
    number = with_scopes().a_number(**body)
    a_life(number)
    return {**answers(with_scopes(*SCOPES), number), "number": number}


def found_in(told: dict[str, str], words: Sequence[str]) -> dict[str, str]:
    assert len(told) >= 10
    return {path: word for path, text in told.items() for word in words if word in text}


def test_a_key_that_may_see_private_things_reads_why(with_scopes: Any) -> None:
    number = with_scopes().a_number(**SECRET["said at intake"])
    a_life(number)

    told = answers(with_scopes(*SCOPES, "tickets:private"), number)

    assert "举报提到区财政局" in told[f"{TICKETS}/{number}"]
    assert SAID in told["/api/v1/events"]


def test_what_a_limit_or_a_rule_says_is_told_to_every_key(with_scopes: Any) -> None:
    number = with_scopes().a_number(kind="咨询")

    events = with_scopes("events:read").get("/api/v1/events").json()["items"]

    assert [one["reason"] for one in events if one["ticket"] == number] == ["咨询受理登记"]


def test_of_a_secret_ticket_no_candidates_are_told(with_scopes: Any) -> None:
    number = with_scopes().a_number(**SECRET["in its words"])
    path = f"{TICKETS}/{number}/routing"

    public, private = (with_scopes("tickets:read", *more).get(path).json()
                       for more in ((), ("tickets:private",)))  # fmt: skip

    assert public["proposals"] == []
    assert private["proposals"] != []


CONFLICT = a_body(kind="投诉", content="我要投诉财政局的工作人员，态度恶劣，拒不办理，乱收费")


@pytest.mark.parametrize(
    ("body", "decision"), [(CONFLICT, "conflict"), (SECRET["in its words"], "choose")]
)
def test_receipt_and_routing_tell_whom_a_ticket_accuses_to_private_keys_alone(
    with_scopes: Any, body: Any, decision: str
) -> None:
    for scopes, seen in ((("tickets:private",), True), ((), False)):
        key = with_scopes("tickets:write", "tickets:read", *scopes)
        receipt = key.post(TICKETS, body).json()
        told = key.get(f"{TICKETS}/{receipt['number']}/routing").json()

        assert receipt["decision"]["code"] == told["decision"]["code"] == decision
        assert bool(receipt["decision_reason"]) is bool(told["reason"]) is seen
        assert bool(receipt["proposals"]) is bool(told["proposals"]) is seen
        assert (ACCUSED in f"{receipt}{told}") is seen


def test_a_receipt_quotes_nobody_to_a_key_that_sees_nothing_private(with_scopes: Any) -> None:
    receipt = with_scopes("tickets:write").post(TICKETS, OPEN["a question"]).json()

    assert receipt["proposals"] != []
    assert {one["why"] for one in receipt["proposals"]} == {""}
    assert not [word for word in QUOTED if word in str(receipt)]


@pytest.mark.parametrize("kind", [one.label for one in TicketKind])
@pytest.mark.parametrize("earlier", [{}, {"received_at": "2026-11-23T09:00:00+08:00"}])
def test_the_accused_as_lead_is_refused_by_its_field_and_no_number_is_told(
    caller: Caller, kind: str, earlier: Any
) -> None:
    """`accused_unit` never handles the ticket alone, whatever its kind."""
    alone = {"accused_unit": "区财政局", "lead_unit": "区财政局", "source": "city", **earlier}
    body = a_body(kind=kind, external_id="A-1", **alone)

    one = caller.post(TICKETS, body)
    many = caller.post(f"{TICKETS}:batch", {"tickets": [body]}).json()["items"][0]

    assert (one.status_code, many["status"]) == (422, 422)
    for problem in (one.json(), many["problem"]):
        assert [field["field"] for field in problem["errors"]] == ["lead_unit"]
        assert "LZ" not in str(problem)
    assert caller.a_number().endswith("0001")
