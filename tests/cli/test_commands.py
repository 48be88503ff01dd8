"""The command line loads what a command needs: its own module, and all of them for help."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from engine.cli import COMMANDS


@pytest.mark.parametrize("module", COMMANDS)
def test_a_module_brings_the_commands_it_is_listed_with(module):
    app = typer.Typer()
    import_module(f"engine.cli.{module}").register(app)

    brought = [one.name for one in (*app.registered_commands, *app.registered_groups)]
    assert tuple(brought) == COMMANDS[module]


def test_a_mail_server_that_hands_over_a_mail_loads_no_other_command():
    code = (
        "import sys; from engine.cli import application, COMMANDS; application('mail')\n"
        "print(sorted(one for one in COMMANDS if f'engine.cli.{one}' in sys.modules))"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert loaded.stdout.strip() == "['mail']"


def test_taking_a_mail_in_loads_neither_letters_nor_logs_nor_migrations():
    done = subprocess.run(
        [sys.executable, "-c",
         "import sys\nimport engine.cli.mail, engine.actions.incoming_mail\n"
         "import engine.actions.key_watch, engine.store.embedded, engine.store.migrate\n"
         "heavy = {'docx', 'jinja2', 'typst', 'structlog', 'rich', 'alembic', 'prefect'}\n"
         "print(sorted(heavy & set(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.strip() == "[]"  # a process a mail: what it loads, every mail costs
