"""The summary of errors lists fields as they stand on the page; each line leads to its own."""

import re

from api.pages.summary import as_on_the_page
from tests.builders import OPERATOR

LINK = re.compile(r'<li><a href="#([^"]+)">')


def test_errors_are_listed_in_the_order_of_the_fields(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    page = desk.post(
        "/tickets/new", kind="complaint", credit_code="1", content="", phone="", other_unit="没有"
    ).text

    listed = LINK.findall(page)
    places = [page.index(f' id="{name}"') for name in listed]
    assert {"phone", "content"} <= set(listed)
    assert places == sorted(places)


def test_an_unknown_unit_leads_to_where_units_are_chosen(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    page = desk.post(
        "/tickets/new", kind="complaint", content="营业执照变更窗口反复退件", phone="0772-0000000",
        other_unit="没有这个单位",
    ).text  # fmt: skip

    assert LINK.findall(page) == ["lead_unit"]
    assert ' id="lead_unit"' in page


def test_a_page_without_a_list_of_errors_stays_as_it_is():
    page = '<section class="errsum"><h2>没有提交</h2></section><input id="b"><input id="a">'

    assert as_on_the_page(page) == page


def test_a_field_that_is_not_on_the_page_comes_last():
    listed = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in ("none", "b", "a"))
    page = f'<section class="errsum"><ul>{listed}</ul></section><input id="a"><input id="b">'

    assert LINK.findall(as_on_the_page(page)) == ["a", "b", "none"]
