import pytest
import typer
from typer.testing import CliRunner

from engine.cli import calendar, deadline
from engine.cli import rules as rules_command
from engine.rules.rule_set import RuleSet, load_rules


@pytest.fixture
def rules() -> RuleSet:
    return load_rules("CN-GX")


@pytest.fixture
def run():
    app = typer.Typer()
    for command in (deadline, rules_command, calendar):
        command.register(app)

    def invoke(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return invoke
