"""Open311 GeoReport v2: asking what became of requests, and what nobody is told."""

import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.settings import load_settings
from engine.terms import TicketKind
from tests.api.conftest import NOW, Caller
from tests.api.open311_calls import EARLY, V2, a_form, get, post
from tests.builders import LICENCE, a_ticket, a_ticket_to_call_back, an_api_key

# The fields of GET Service Requests in the standard, in its order.
REQUEST = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip


# --- asking ----------------------------------------------------------------------------------


def test_a_request_is_shown_with_every_field_of_the_standard(city: Caller) -> None:
    number = a_ticket(EARLY)

    (found,) = get(city, f"requests/{number}.json").json()
    xml = ElementTree.fromstring(get(city, f"requests/{number}.xml").content)

    assert tuple(found) == REQUEST
    assert tuple(one.tag for one in xml[0]) == REQUEST
    assert found["status"] == "open"
    assert found["requested_datetime"] == "2026-11-23T09:00:00+08:00"
    assert found["expected_datetime"] == "2026-12-08T00:00:00+08:00"


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["service_request_id"] for one in answer.json()]


def test_requests_are_filtered_as_the_standard_says(city: Caller) -> None:
    first = a_ticket("Tue 2026-11-10 09:00")
    second = a_ticket(EARLY, kind=TicketKind.PRAISE)
    city.at("Mon 2026-11-23 10:00")

    assert numbers(get(city, "requests.json")) == [second, first]
    assert numbers(get(city, "requests.json", service_code="praise,建议")) == [second]
    assert numbers(get(city, "requests.json", start_date="2026-11-20T00:00:00Z")) == [second]
    span = {"start_date": "2026-11-01T00:00:00Z", "end_date": "2026-11-15T00:00:00+08:00"}
    assert numbers(get(city, "requests.json", **span)) == [first]
    assert numbers(get(city, "requests.json", status="closed")) == []
    assert numbers(get(city, "requests.json", status="open,closed")) == [second, first]
    asked = {"service_request_id": f"{first},LZ9", "status": "closed"}
    assert numbers(get(city, "requests.json", **asked)) == [first]


def test_without_dates_only_the_last_ninety_days_are_shown(city: Caller) -> None:
    a_ticket("Fri 2026-08-21 09:00")
    shown = a_ticket("Wed 2026-08-26 09:00")

    assert numbers(get(city.at(NOW), "requests.json")) == [shown]


@pytest.mark.parametrize(
    "query",
    [{"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"},
     {"start_date": "2026-01-01"}, {"start_date": "2026-01-01T00:00:00"}, {"status": "late"},
     {"end_date": "0001-01-01T00:00:00Z"}],
)  # fmt: skip
def test_a_wrong_question_is_a_400(city: Caller, query: dict[str, str]) -> None:
    assert get(city, "requests.json", **query).status_code == 400


def test_the_reference_page_names_every_address_of_the_standard(city: Caller) -> None:
    page = city.client.get("/api/docs").text

    for path in ("services", "services/{code}", "requests", "requests/{number}", "tokens/{token}"):
        assert f"{V2}/{path}.{{form}}" in page


def test_a_number_nobody_has_and_a_format_nobody_speaks_are_404(city: Caller) -> None:
    assert get(city, "requests/LZ1.json").status_code == 404
    assert get(city, "requests.yaml").status_code == 404
    assert get(city, "services/none.xml").status_code == 404
    assert get(city, "requests/LZ%00.json").status_code in (400, 404)


# --- what must never be told -----------------------------------------------------------------


def test_reports_and_confidential_tickets_are_never_told(city: Caller) -> None:
    report = a_ticket(EARLY, kind=TicketKind.REPORT)
    secret = a_ticket(EARLY, confidential=True)

    for number in (report, secret):
        assert get(city, f"requests/{number}.json").status_code == 404
    assert numbers(get(city, "requests.json")) == []
    assert numbers(get(city, "requests.json", service_request_id=f"{report},{secret}")) == []


def test_words_and_place_need_the_scope_and_people_are_never_told(city: Caller) -> None:
    number = a_ticket_to_call_back(EARLY, place="潭中中路 1 号", contact_name="演示人乙")
    public = an_api_key(NOW, "tickets:read")
    private = an_api_key(NOW, "tickets:read", "tickets:private")

    told = get(city, f"requests/{number}.json", api_key=public).text
    more = get(city, f"requests/{number}.json", api_key=private).text

    assert LICENCE not in told
    assert "潭中中路" not in told
    assert LICENCE in more
    for word in ("0772-0000000", "07720000000", "演示企业甲", "演示人乙"):
        assert word not in told + more


def test_requests_are_open_to_everybody_only_where_the_installation_says_so(
    city: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = a_ticket(EARLY)
    closed = city.client.get(f"{V2}/requests/{number}.json")
    monkeypatch.setenv("HOTLINE_OPEN311_PUBLIC", "true")
    load_settings.cache_clear()

    opened = city.client.get(f"{V2}/requests/{number}.json")

    assert (closed.status_code, opened.status_code) == (403, 200)
    assert opened.json()[0]["description"] is None


# --- whatever is sent ------------------------------------------------------------------------

FIELDS = ("service_code", "lat", "long", "address_string", "phone", "description", "first_name",
          "media_url", "attribute[urgency]", "attribute[x]", "attribute[external_id]",
          "jurisdiction_id")  # fmt: skip
ANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_any_form_gets_an_answer_of_the_standard(city: Caller) -> None:
    key = an_api_key(NOW)

    @ANY
    @given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=20), max_size=4))
    def send(changes: dict[str, str]) -> None:
        answer = post(city, a_form(api_key=key, **changes), "xml")
        assert answer.status_code in (200, 201, 400, 404), answer.text
        ElementTree.fromstring(answer.content)

    send()


def test_any_question_gets_an_answer_of_the_standard(city: Caller) -> None:
    names = ("service_request_id", "service_code", "start_date", "end_date", "status")
    key = an_api_key(NOW, "tickets:read")
    a_ticket(EARLY, content="带有\x0b控制字符和 <标签> & 引号的一段话，共有很多字")

    @ANY
    @given(st.dictionaries(st.sampled_from(names), st.text(max_size=20), max_size=3))
    def ask(query: dict[str, str]) -> None:
        answer = get(city, "requests.xml", api_key=key, **query)
        assert answer.status_code in (200, 400, 404), answer.text
        ElementTree.fromstring(answer.content)

    ask()


# --- the page about it -----------------------------------------------------------------------


def shown_commands() -> list[list[str]]:
    words = (Path(__file__).parents[2] / "docs" / "open311.md").read_text("utf-8")
    block = words.split("```sh\n")[1].split("```")[0].replace("\\\n", " ")
    return [shlex.split(line) for line in block.splitlines()]


def test_what_the_page_shows_works(city: Caller) -> None:
    key = an_api_key(NOW)
    for command in shown_commands():
        address = next(word for word in command if word.startswith("$HOTLINE_URL"))
        path = address.removeprefix("$HOTLINE_URL").replace("$HOTLINE_KEY", key)
        pairs = [command[at + 1] for at, word in enumerate(command) if word == "-d"]
        if pairs:
            form = dict(pair.replace("$HOTLINE_KEY", key).split("=", 1) for pair in pairs)
            answer = city.client.post(path, data=form)
        else:
            answer = city.client.get(path)
        assert answer.status_code in (200, 201), (command, answer.text)
