"""The command line: `hotline …`. Every module here adds its commands by `register(app)`.

A command loads its own module alone: a mail server starts `hotline mail receive` for every mail.
"""

import sys
from importlib import import_module

import typer

from engine.errors import EngineError

HELP = """12345 优化营商环境专线：工单流转与督办引擎。

Workflow and escalation engine of a district's 12345 business-environment hotline.

先运行 hotline serve，再打开它给出的网址。 Start with `hotline serve` and open its address.
"""
REFUSED = 2
# Which module brings which commands, in the order in which help lists them.
COMMANDS: dict[str, tuple[str, ...]] = {
    "serve": ("serve", "api", "worker", "migrate"), "check": ("check",), "demo": ("demo",),
    "deadline": ("deadline",), "calendar": ("calendar",), "rules": ("rules",),
    "route": ("route",), "routing": ("routing",), "catalogue": ("catalogue",),
    "accounts": ("account",), "keys": ("key",), "webhooks": ("webhooks",), "audit": ("audit",),
    "letters": ("letters",), "mail": ("mail",), "imports": ("import",), "docs": ("docs",),
    "figures": ("figures",), "rehearse": ("rehearse",), "key_ring": ("keys",),
    "retention": ("retention",), "roles": ("roles",),
}  # fmt: skip


def application(asked: str = "") -> typer.Typer:
    """Return the command line with the command `asked`; with all of them where none is so named."""
    made = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(lambda: None)
    named = [module for module, words in COMMANDS.items() if asked in words]
    for module in named or COMMANDS:
        import_module(f"engine.cli.{module}").register(made)
    return made


def main() -> None:
    """Run the command line; a deliberate refusal is one line on stderr and exit code 2."""
    from engine.serving.checks import require_python

    try:
        require_python()
        application(sys.argv[1] if len(sys.argv) > 1 else "")()
    except EngineError as error:
        sys.stderr.write(f"{error.title}：{error}\n")
        sys.exit(REFUSED)
