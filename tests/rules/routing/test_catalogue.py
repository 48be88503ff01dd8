import json
from datetime import date
from pathlib import Path

import pytest

from engine.errors import NotFoundError
from engine.rules.routing.catalogue import load_catalogue, version_in_force

HERE = Path(__file__).parent
LIST = json.loads((HERE / "list_2023.json").read_text(encoding="utf-8"))
UNITS = json.loads((HERE / "units_2023.json").read_text(encoding="utf-8"))
COLUMNS = (
    "indicator",
    "indicator_canonical",
    "direction",
    "measure",
    "deadline",
    "leads",
    "joint_by_duty",
    "supports",
    "open_groups",
)


def test_the_list_has_135_rows_and_35_units():
    catalogue = load_catalogue()

    assert [task.number for task in catalogue.tasks] == list(range(1, 136))
    assert len(catalogue.units) == 35


@pytest.mark.parametrize("number", range(1, 136))
def test_every_row_equals_the_document(number):
    row = load_catalogue().task(number).to_json()

    assert {name: row[name] for name in COLUMNS} == {
        name: LIST[str(number)][name] for name in COLUMNS
    }


def test_oddities_of_a_row_are_noted_where_the_document_has_them():
    noted = {task.number for task in load_catalogue().tasks if task.notes}

    assert noted == {int(number) for number, row in LIST.items() if row["notes"]}


@pytest.mark.parametrize("expected", UNITS, ids=lambda unit: unit["canonical"])
def test_every_unit_leads_and_supports_the_rows_of_the_document(expected):
    catalogue = load_catalogue()
    name = expected["canonical"]

    led = [task.number for task in catalogue.led_by(name)]
    supported = [task.number for task in catalogue.tasks if name in task.supports]

    assert (led, supported) == (expected["lead_rows"], expected["support_rows"])
    assert catalogue.unit(name).kind == expected["type"]


def test_every_spelling_of_the_list_leads_to_its_unit():
    catalogue = load_catalogue()

    for unit in UNITS:
        assert {catalogue.unit(words).name for words in unit["spellings"]} == {unit["canonical"]}


def test_no_name_belongs_to_two_units():
    names = [name for unit in load_catalogue().units for name in (unit.name, *unit.aliases)]

    assert len(names) == len(set(names))


def test_slugs_are_short_ascii_and_unique():
    slugs = [unit.slug for unit in load_catalogue().units]

    assert len(set(slugs)) == 35
    assert all(slug.isascii() and slug.isalpha() and len(slug) <= 16 for slug in slugs)


def test_courts_police_and_vertically_managed_bodies_are_not_subordinate():
    free = {unit.name for unit in load_catalogue().units if not unit.subordinate}

    assert free == {
        "区人民法院",
        "区检察院",
        "市公安局城中分局",
        "区纪委监委",
        "区税务局",
        "城中生态环境局",
    }


def test_an_unknown_row_or_unit_is_not_found():
    with pytest.raises(NotFoundError, match="136"):
        load_catalogue().task(136)
    with pytest.raises(NotFoundError, match="水利局"):
        load_catalogue().unit("水利局")


def test_the_list_applies_from_the_day_it_was_issued():
    assert version_in_force(date(2023, 11, 8)) == "2023-19"
    with pytest.raises(NotFoundError):
        version_in_force(date(2023, 11, 7))
