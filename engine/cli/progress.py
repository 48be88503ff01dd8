"""Shows what is going on while something starts: one line a step, with its seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Progress:
    """Prints a line a step; a spinner turns while it lasts, if this is a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        """Write to `console`, by default the standard output."""
        self.console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Show `label` while the block runs, and how long it took when it ends well."""
        started = time.monotonic()
        with self.console.status(label):
            yield
        self.console.print(f"[green]✓[/] {label}  [dim]{time.monotonic() - started:.1f} 秒[/]")

    def say(self, line: str = "") -> None:
        """Print one line."""
        self.console.print(line)
