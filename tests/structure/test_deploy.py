"""What `deploy/` hands out fits the program: its commands, its settings, what it may write."""

import configparser
import re
from pathlib import Path

import pytest
import yaml

from engine.cli import application
from engine.settings import Settings
from tests.environment_files import by_systemd

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = [unit for unit in UNITS if "prefect" not in unit.name]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
PARTS = [name for name, part in COMPOSE["services"].items() if part.get("image") == "hotline"
         and name != "prefect"]  # fmt: skip


def environment(name):
    return by_systemd((DEPLOY / name).read_text(encoding="utf-8"))


def unit(path):
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str
    read.read(path, encoding="utf-8")
    return read["Service"]


def written():
    """Where the example of the environment says that something is written."""
    paths = [value for value in environment("hotline.env.example").values() if value[0] == "/"]
    assert len(paths) > 2
    return paths


def covered(path, directories):
    return any(Path(path).is_relative_to(one) for one in directories)


@pytest.mark.parametrize("path", OURS, ids=lambda one: one.name)
def test_a_unit_may_write_wherever_its_environment_says(path):
    allowed = unit(path)["ReadWritePaths"].split()

    assert [one for one in written() if not covered(one, allowed)] == []


@pytest.mark.parametrize("name", PARTS)
def test_parts_in_containers_share_their_keys_and_their_files(name):
    mounts = [one.partition(":")[2] for one in COMPOSE["services"][name]["volumes"]]

    assert [one for one in written() if not covered(one, mounts)] == []


def test_what_is_shared_belongs_in_the_image_to_the_user_that_writes_it():
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    made = re.search(r"install -d -o hotline ([^&]+?)\n(?! )", image + "\n")[1].split()
    mounts = [one.partition(":")[2] for one in COMPOSE["x-hotline"]["volumes"]]

    assert set(mounts) <= set(made)


def test_the_example_of_the_environment_names_settings_that_exist():
    names = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields}

    assert set(environment("hotline.env.example")) <= names


def test_units_and_containers_run_commands_that_exist():
    started = [unit(path)["ExecStart"] for path in OURS]
    started += [COMPOSE["services"][name]["command"] for name in PARTS]
    known = {command.name for command in application().registered_commands}

    assert {line.split("hotline ")[-1].split()[0] for line in started} <= known


def test_prefect_has_a_database_of_its_own_in_containers_too():
    address = environment("prefect.env.example")["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    laid = [one["content"] for one in COMPOSE.get("configs", {}).values()]

    assert any(f"CREATE DATABASE {address.rsplit('/', 1)[1]}" in one for one in laid)
