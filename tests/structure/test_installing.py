"""The block of docs/operations.md that installs does so, line by line, in a root of its own."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.structure.test_deploy import COMPOSE, DEPLOY, unit

ROOT = DEPLOY.parent
DOCUMENT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# The commands that change a whole machine, as far as the block needs them.
STANDING = {
    "useradd": 'for last; do :; done; echo "$last" >> "$SCRATCH/users"',
    "systemctl": 'echo "$*" >> "$SCRATCH/systemctl"',
    "runuser": 'test "$1 $3" = "-u --" && grep -qx "$2" "$SCRATCH/users" && shift 3 && exec "$@"',
    "install": """
set -e; kept=
while [ $# -gt 0 ]; do
    case $1 in
        -o|-g) grep -qx "$2" "$SCRATCH/users"; shift 2 ;;
        *) kept="$kept $1"; shift ;;
    esac
done
exec /usr/bin/install $kept""",
}
PROGRAM = '''test -d "$SCRATCH/var/lib/hotline" && echo "$* $HOTLINE_DATABASE_URL $HOTLINE_VAR"'''
FRESH = ("etc/systemd/system", "usr/local/bin", "var/lib", "srv", "opt/hotline/.venv/bin")


def blocks():
    """Return the lines of both blocks under "Two ways", in their order."""
    section = DOCUMENT[DOCUMENT.index("## Two ways") : DOCUMENT.index("## Sizes")]
    found = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [line for block in found for line in block.splitlines() if line[:1] not in ("#", "")]


@pytest.fixture
def machine(tmp_path):
    """Return what runs a line on a machine on which nothing was installed but the program."""
    scratch, stands = tmp_path / "machine", tmp_path / "commands"
    for folder in FRESH:
        (scratch / folder).mkdir(parents=True)
    stands.mkdir()
    for path, words in [*((stands / name, words) for name, words in STANDING.items()),
                        (scratch / "opt/hotline/.venv/bin/hotline", PROGRAM)]:  # fmt: skip
        path.write_text(f"#!/bin/sh\n{words}\n")
        path.chmod(0o755)
    given = {"PATH": f"{stands}:{os.environ['PATH']}", "SCRATCH": str(scratch)}

    def run(line):
        there = re.sub(r"(?<![\w.])/(?=(etc|usr/local|var|srv|opt)/)", f"{scratch}/", line)
        done = subprocess.run(
            ["sh", "-c", there], cwd=ROOT, env=given, capture_output=True, text=True
        )
        relocate(scratch)
        return done

    run.root = scratch
    return run


def relocate(scratch):
    """Have what was installed look for its files in the scratch root."""
    script = scratch / "usr/local/bin/hotline"
    if script.exists() and str(scratch) not in script.read_text():
        script.write_text(
            re.sub(r"(?<=[ -])/(?=(etc|var|opt)/)", f"{scratch}/", script.read_text())
        )


def test_every_line_of_the_block_works_and_commands_have_the_settings(machine):
    done = {line: machine(line) for line in blocks()}

    assert {line: one.stderr for line, one in done.items() if one.returncode} == {}
    said = "".join(one.stdout for one in done.values()).splitlines()
    assert [one.split()[0] for one in said] == ["migrate", "check"]
    assert all(one.split()[1].startswith("postgresql://") for one in said)
    assert {Path(one.split()[2]).relative_to(machine.root) for one in said} == {
        Path("var/lib/hotline/admin")
    }


def test_every_unit_that_is_started_was_installed_with_its_user_and_its_files(machine):
    for line in blocks():
        machine(line)

    started = (machine.root / "systemctl").read_text().split("--now ")[1].split()
    files = {re.sub(r"@.*", "@", one) + ".service" for one in started}
    assert files == {one.name for one in (machine.root / "etc/systemd/system").iterdir()}
    users = (machine.root / "users").read_text().split()
    for name in files:
        service = unit(DEPLOY / "systemd" / name)
        assert service["User"] in users
        assert (machine.root / service["EnvironmentFile"].lstrip("/")).exists()
        assert all((machine.root / one.lstrip("/")).is_dir()
                   for one in service["ReadWritePaths"].split())  # fmt: skip


def test_a_database_that_was_exported_stays_for_one_command(machine):
    for line in blocks():
        machine(line)

    command = "HOTLINE_DATABASE_URL=postgresql://elsewhere/copy /usr/local/bin/hotline migrate"
    done = machine(f"{command} now")

    assert done.stdout.split()[:3] == ["migrate", "now", "postgresql://elsewhere/copy"]


def test_what_is_carried_over_holds_everything_the_pages_start_from():
    (carried,) = re.findall(r"^tar -cf hotline.tar wheels (.*)$", DOCUMENT, re.MULTILINE)

    assert [one for one in carried.split() if not (ROOT / one).exists()] == []
    assert {"deploy", "docs"} <= set(carried.split())
    assert (ROOT / "docs/examples/verify_audit.py").exists()


def before_prefect():
    line = unit(DEPLOY / "systemd" / "hotline-prefect.service")["ExecStartPre"]
    shell = COMPOSE["services"]["prefect"]["command"]
    return [shlex.split(line), [*shell[:2], shell[2].replace("exec prefect", "echo prefect")]]


@pytest.mark.parametrize("command", before_prefect(), ids=["systemd", "compose"])
@pytest.mark.parametrize(
    ("password", "code"),
    [("CHANGE-ME", 1), ("CHANGE_ME", 1), ("change%2Dme", 1), ("eine-eigene-Losung", 0)],
)
def test_prefects_server_does_not_start_with_the_password_of_the_example(command, password, code):
    given = {
        "PATH": os.environ["PATH"],
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://p:{password}@db/p",
    }

    done = subprocess.run(command, env=given, capture_output=True, text=True)

    assert done.returncode == code
    assert ("CHANGE-ME" in done.stderr) is bool(code)
