"""The command line: `hotline …`. Every module here adds its commands by `register(app)`."""

import sys

import typer

from engine.cli import (
    accounts,
    audit,
    calendar,
    catalogue,
    check,
    deadline,
    demo,
    docs,
    figures,
    imports,
    key_ring,
    keys,
    letters,
    mail,
    rehearse,
    retention,
    route,
    routing,
    rules,
    serve,
    webhooks,
)
from engine.errors import EngineError

HELP = """12345 优化营商环境专线：工单流转与督办引擎。

Workflow and escalation engine of a district's 12345 business-environment hotline.

先运行 hotline serve，再打开它给出的网址。 Start with `hotline serve` and open its address.
"""
REFUSED = 2

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
MODULES = (
    serve, check, demo, deadline, calendar, rules, route, routing, catalogue, accounts, keys,
    webhooks, audit, letters, mail, imports, docs, figures, rehearse, key_ring, retention,
)  # fmt: skip
for module in MODULES:
    module.register(app)


def main() -> None:
    """Run the command line; a deliberate refusal is one line on stderr and exit code 2."""
    from engine.serving.checks import require_python

    try:
        require_python()
        app()
    except EngineError as error:
        sys.stderr.write(f"{error.title}：{error}\n")
        sys.exit(REFUSED)
