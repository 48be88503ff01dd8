"""Open311 GeoReport v2: the published standard's own examples, shapes, errors and limits."""

import json
import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from api.open311.formats import Rows, to_json, to_xml
from api.open311.intake import FORM
from engine.models import Requester, Ticket
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import TicketKind
from tests.api.conftest import NOW, Caller
from tests.builders import LICENCE, a_ticket, a_ticket_to_call_back, an_api_key

V2 = "/open311/v2"
EARLY = "Mon 2026-11-23 09:00"
# The fields of GET Service Requests in the standard, in its order.
REQUEST = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip


def a_form(**changes: Any) -> dict[str, Any]:
    filled = {
        "api_key": an_api_key(NOW), "jurisdiction_id": "chengzhong", "service_code": "complaint",
        "address_string": "潭中中路 1 号", "phone": "0772-2800000",
        "description": LICENCE, **changes,
    }  # fmt: skip
    return {name: value for name, value in filled.items() if value is not None}


def post(caller: Caller, form: Any, kind: str = "json", **headers: str) -> Any:
    return caller.client.post(f"{V2}/requests.{kind}", data=form, headers=headers)


def get(caller: Caller, path: str, **query: Any) -> Any:
    return caller.client.get(f"{V2}/{path}", params={"api_key": an_api_key(NOW), **query})


@pytest.fixture
def city(anonymous: Caller) -> Caller:
    return anonymous


# --- the standard's own examples ---------------------------------------------------------------


def test_xml_and_json_are_those_of_the_published_example() -> None:
    content = Rows("request", [{"service_request_id": 638344, "token": 12345}])

    xml = ElementTree.fromstring(to_xml("service_requests", content))

    assert [one.tag for one in xml.iter()] == [
        "service_requests", "request", "service_request_id", "token",
    ]  # fmt: skip
    assert json.loads(to_json(content)) == [{"service_request_id": 638344, "token": 12345}]
    assert to_xml("a", None).startswith(b'<?xml version="1.0" encoding="utf-8"?>')


def test_the_published_example_request_is_understood(city: Caller) -> None:
    """The standard's example of POST, with our service code, attribute and telephone number."""
    key = an_api_key(NOW)
    body = (
        f"api_key={key}&jurisdiction_id=chengzhong&service_code=help_request&lat=37.76524078"
        "&long=-122.4212043&address_string=1234+5th+street&email=smit333%40sfgov.edu"
        "&device_id=tt222111&account_id=123456&first_name=john&last_name=smith&phone=0772-2800000"
        "&description=A+large+sinkhole+is+destroying+the+street"
        "&media_url=http%3A%2F%2Ffarm3.static.flickr.com%2F2002%2F2212426634_5ed477a060.jpg"
        "&attribute[external_id]=123456&attribute[enterprise]=COISL001"
    )

    answer = city.client.post(
        f"{V2}/requests.xml", content=body, headers={"Content-Type": f"{FORM}; charset=utf-8"}
    )

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    (request,) = ElementTree.fromstring(answer.content)
    assert [one.tag for one in request] == ["service_request_id", "service_notice", "account_id"]
    with work() as session:
        ticket = session.exec(select(Ticket)).one()
        assert session.get_one(Requester, ticket.id).contact_name == "john smith"
    assert ticket.number == request[0].text
    assert ticket.external_id == "123456"
    assert "flickr.com" in ticket.content
    assert ticket.place == "1234 5th street；37.76524078,-122.4212043"


# --- services --------------------------------------------------------------------------------


def test_services_are_listed_without_a_key_in_both_formats(city: Caller) -> None:
    listed = city.client.get(f"{V2}/services.json", params={"jurisdiction_id": "chengzhong"})
    xml = ElementTree.fromstring(city.client.get(f"{V2}/services.xml").content)

    assert [one["service_code"] for one in listed.json()] == [one.value for one in TicketKind]
    assert list(listed.json()[0]) == [
        "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
    ]  # fmt: skip
    assert listed.headers["content-type"] == "application/json; charset=utf-8"
    assert xml.tag == "services"
    assert [one.findtext("metadata") for one in xml.findall("service")] == ["true"] * 6


def test_a_definition_names_attributes_in_order_with_their_values(city: Caller) -> None:
    found = city.client.get(f"{V2}/services/complaint.json").json()

    assert found["service_code"] == "complaint"
    assert [one["order"] for one in found["attributes"]] == [1, 2, 3, 4, 5]
    urgency = next(one for one in found["attributes"] if one["code"] == "urgency")
    assert urgency["datatype"] == "singlevaluelist"
    assert {"key": "urgent", "name": "紧急"} in urgency["values"]
    assert list(urgency) == [
        "variable", "code", "datatype", "required", "datatype_description", "order", "description",
        "values",
    ]  # fmt: skip


def test_every_value_of_a_definition_is_accepted(city: Caller) -> None:
    found = city.client.get(f"{V2}/services/complaint.json").json()["attributes"]
    values = {one["code"]: one["values"][0]["key"] for one in found if one["values"]}

    answer = post(city, a_form(**{f"attribute[{code}]": key for code, key in values.items()}))

    assert answer.status_code == 201, answer.text


def test_discovery_names_the_endpoint_and_its_formats(city: Caller) -> None:
    found = city.client.get("/open311/discovery.json").json()

    (endpoint,) = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert endpoint["url"].endswith(V2)


# --- taking in -------------------------------------------------------------------------------


def test_a_request_is_answered_with_its_number_and_what_happens_now(city: Caller) -> None:
    (made,) = post(city, a_form()).json()

    assert made["service_request_id"].startswith("LZ261123")
    assert "12月7日" in made["service_notice"]
    assert "token" not in made


def test_the_same_request_sent_again_makes_no_twin(city: Caller) -> None:
    form = a_form(**{"attribute[external_id]": "A-1"})

    first, again = post(city, form), post(city, form)
    other = post(city, {**form, "description": "完全另外的一件事情"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 400)
    assert first.json() == again.json()


def test_an_answer_that_was_lost_is_found_by_the_senders_own_name(city: Caller) -> None:
    form = a_form(**{"attribute[external_id]": "A-1"})
    (made,) = post(city, form, **{"Idempotency-Key": "K-1"}).json()

    def token(name: str, key: str) -> Any:
        return city.client.get(f"{V2}/tokens/{name}.json", params={"api_key": key})

    assert token("A-1", form["api_key"]).json() == [
        {"service_request_id": made["service_request_id"], "token": "A-1"}
    ]
    assert token("K-1", form["api_key"]).json()[0]["token"] == "K-1"
    assert token("A-1", an_api_key(NOW)).status_code == 404
    assert token("A-1", "").status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "potholes"}, 404, "potholes"),
        ({"jurisdiction_id": "city.gov"}, 404, "city.gov"),
        ({"address_string": None}, 400, "address_string"),
        ({"address_string": None, "lat": "24.3"}, 400, "lat 和 long"),
        ({"address_string": None, "lat": "91", "long": "109"}, 400, "lat"),
        ({"address_string": None, "lat": "x", "long": "109"}, 400, "lat"),
        ({"phone": None}, 400, "来电号码"),
        ({"description": ""}, 400, "诉求内容"),
        ({"attribute[shoe_size]": "42"}, 400, "shoe_size"),
        ({"attribute[urgency]": "sofort"}, 400, "sofort"),
        ({"attribute[accused_unit]": "月球管理局"}, 400, "月球管理局"),
        ({"api_key": None}, 403, "api_key"),
        ({"api_key": "wrong"}, 403, "密钥"),
    ],
)
def test_errors_are_the_standards(
    city: Caller, changes: dict[str, Any], status: int, words: str
) -> None:
    form = a_form(**changes)

    as_json, as_xml = post(city, form), post(city, form, "xml")

    assert (as_json.status_code, as_xml.status_code) == (status, status)
    assert as_json.json()[0]["code"] == status
    assert any(words in one["description"] for one in as_json.json())
    xml = ElementTree.fromstring(as_xml.content)
    assert xml.tag == "errors"
    assert [one.tag for one in xml[0]] == ["code", "description"]


def test_every_wrong_field_is_told_at_once(city: Caller) -> None:
    wrong = post(city, a_form(phone="1", description="", address_string=None)).json()

    assert len(wrong) == 3


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b'{"service_code": "complaint"}', "application/json"), (b"a=%ff%fe", FORM),
     (b"&".join(b"a%d=1" % place for place in range(200)), FORM)],
)  # fmt: skip
def test_what_is_no_form_is_a_400(city: Caller, content: bytes, kind: str) -> None:
    answer = city.client.post(
        f"{V2}/requests.json", content=content, headers={"Content-Type": kind}
    )

    assert answer.status_code == 400


def test_a_key_without_the_scope_is_403(city: Caller) -> None:
    key = an_api_key(NOW, "events:read")

    assert post(city, a_form(api_key=key)).status_code == 403
    assert get(city, "requests.json", api_key=key).status_code == 403


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
