"""Open311 GeoReport v2: the published standard's own examples, shapes, errors and limits."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlmodel import select

from api.open311.formats import Rows, to_json, to_xml
from api.open311.intake import FORM
from engine.models import Requester, Ticket
from engine.store.database import work
from engine.terms import TicketKind
from tests.api.conftest import NOW, Caller
from tests.api.open311_calls import V2, a_form, get, post
from tests.builders import an_api_key

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
