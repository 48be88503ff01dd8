"""Tickets are routed by the list in force on the day they come in, and keep its version."""

import shutil

import pytest

from engine.rules.routing import catalogue_versions, files
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.routing.catalogue_import import read_table
from engine.rules.routing.catalogue_versions import add_version
from tests.builders import a_ticket, day, on_ticket

INVOICE = "增值税发票开不出来"


@pytest.fixture
def next_year(tmp_path, monkeypatch):
    """Apply a list from Fri 2024-03-01 in which row 74 belongs to the finance bureau."""
    old = files.read_text("tasks-2023.csv")
    shutil.copytree(files.DATA, tmp_path / "catalogue")
    monkeypatch.setattr(files, "DATA", tmp_path / "catalogue")
    monkeypatch.setattr(catalogue_versions, "DATA", tmp_path / "catalogue")
    table = read_table(old.replace("纳税服务“税好办”品牌", "纳税服务新品牌"))
    assert not table.problems
    add_version(table, version="2024-9", day=day("Fri 2024-03-01"), reference="城中政办〔2024〕9号")


def routed_by(number):
    def look(_step, ticket):
        return ticket.catalogue_version, ticket.routing["catalogue_version"]

    return on_ticket(number, "Mon 2024-03-04 09:00", None, look)


def test_the_day_of_acceptance_decides_which_list_routes(database, next_year):
    eve = a_ticket("Thu 2024-02-29 23:59", content=INVOICE)
    first = a_ticket("Fri 2024-03-01 00:00", content=INVOICE)

    assert routed_by(eve) == ("2023-19", "2023-19")
    assert routed_by(first) == ("2024-9", "2024-9")
    assert "新品牌" in load_catalogue("2024-9").task(74).direction
    assert "税好办" in load_catalogue("2023-19").task(74).direction
