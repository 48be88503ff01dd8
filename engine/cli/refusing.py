"""How a command stops: one line on stderr, exit code 2."""

from typing import NoReturn

import typer


def stop(message: str) -> NoReturn:
    """Say why nothing is done, and end the command."""
    typer.echo(message, err=True)
    raise typer.Exit(2)
