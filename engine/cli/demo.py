"""`hotline demo`: four tickets' lives in the terminal, on real parts and a simulated clock."""

import gc
import os
import shutil
import time as stopwatch
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UnavailableError

if TYPE_CHECKING:
    from rich.console import Console

    from engine.demo.clockwork import Machinery
    from engine.serving.prefect_server import PrefectServer

FIRST_DAY = date(2026, 9, 20)
# What tells the demonstration's directory from one that somebody keeps things in.
MARK = ".hotline-demo"
ANOTHER = "--dir /路径"


def register(app: typer.Typer) -> None:
    """Add the `demo` command."""
    app.command("demo", help="在终端里讲四张工单的一生（模拟时钟，真实的库、流程、邮件和文书）。")(
        demo
    )


def demo(
    directory: Annotated[
        Path | None, typer.Option("--dir", help="演示写到哪里，每次重来；默认 var/demo")
    ] = None,
    width: Annotated[int, typer.Option(help="终端宽度；0 为自动")] = 0,
) -> None:
    """Tell four tickets' lives: who, what, when, why, with the clause."""
    from rich.console import Console

    console = Console(width=width or None, highlight=False)
    directory = directory or _default()
    # Imports make no garbage worth looking for: a fifth of their time without the search.
    gc.disable()
    with ExitStack() as house:
        house.enter_context(_fresh(directory))
        with console.status("正在启动内置数据库、邮件服务器和 Prefect…"):
            machinery = house.enter_context(_house(directory))
        gc.enable()
        console.print("[bold]12345 优化营商环境专线 · 演示[/]  [dim]企业、人员、号码都是虚构的[/]")
        _tell(console, machinery)
        _show_files(console, directory)
    console.print(f"[dim]用时 {_seconds_since_start():.0f} 秒（从输入命令到此刻）[/]")


def _default() -> Path:
    from engine.settings import load_settings

    return load_settings().var / "demo"


def _seconds_since_start() -> float:
    """Return how long this process has lived: its imports and its end are part of the wait."""
    import psutil

    return stopwatch.time() - psutil.Process().create_time()


@contextmanager
def _fresh(directory: Path) -> Iterator[None]:
    """Hold the demonstration's own directory, emptied but for Prefect's migrated database.

    Raises:
        UnavailableError: it cannot be written, another demonstration works in it, or what lies
            there is not a demonstration's: nothing of it is touched.
    """
    from engine.serving.checks import only_one, require_writable

    require_writable(directory, ANOTHER)
    _require_ours(directory)
    with only_one(directory, ANOTHER):
        (directory / MARK).touch()
        for name in ("postgres", "mails", "letters"):
            shutil.rmtree(directory / name, ignore_errors=True)
        yield


def _require_ours(directory: Path) -> None:
    found = {one.name for one in directory.iterdir()}
    if not found or MARK in found or directory.resolve() == _default().resolve():
        return
    message = f"{directory} 里有别的东西，演示会清空其中几个目录。请给一个空目录（{ANOTHER}）。"
    raise UnavailableError(message)


@contextmanager
def _house(directory: Path) -> Iterator["Machinery"]:
    """Start every part in the demonstration's own directory, and stop them at the end.

    Prefect comes first: its server takes seconds, in which the rest is made ready.
    """
    os.environ.update(HOTLINE_VAR=str(directory), HOTLINE_DEMO_DATA="1")
    with _prefect(directory) as server:
        from engine.demo.machinery import recorded_machinery
        from engine.demo.sink import smtp_sink

        with smtp_sink(directory / "mails") as (url, _):
            os.environ["HOTLINE_SMTP_URL"] = url
            with _database(directory), recorded_machinery(server) as machinery:
                yield machinery


@contextmanager
def _database(directory: Path) -> Iterator[None]:
    from engine.actions.setup import demo_accounts, load_reference_data
    from engine.rules.shanghai import shanghai_moment
    from engine.settings import load_settings
    from engine.store.database import use
    from engine.store.embedded import embedded_database
    from engine.store.migrate import migrate

    load_settings.cache_clear()
    with embedded_database(directory) as database:
        migrate(use(database))
        start = shanghai_moment(FIRST_DAY, time(9))
        load_reference_data(start)
        demo_accounts(start)
        yield


def _tell(console: "Console", machinery: "Machinery") -> None:
    from engine.demo.clockwork import Clockwork
    from engine.demo.narrator import Narrator
    from engine.demo.stories import STORIES, Stage
    from engine.rules.shanghai import shanghai_moment

    tell = Narrator(console)
    clockwork = Clockwork(shanghai_moment(FIRST_DAY, time(9)), machinery, tell.catch_up)
    for story in STORIES:
        story(Stage(clockwork, tell))


def _show_files(console: "Console", directory: Path) -> None:
    """Write the letters beside the mails, and print where everything is."""
    from engine.demo.files import write_letters

    letters = write_letters(directory / "letters")
    mails = sorted((directory / "mails").glob("*.eml"))
    console.print()
    console.rule("[bold]写出的文书和邮件[/]", align="left", style="blue")
    for path in letters:
        console.print(f"  {path}")
    for path in (*mails[:2], *mails[-2:]):
        console.print(f"  {path}")
    console.print(f"  [dim]{directory / 'mails'} 共 {len(mails)} 封邮件，都经 SMTP 发出[/]")


@contextmanager
def _prefect(directory: Path) -> Iterator["PrefectServer"]:
    """Start an embedded Prefect server of the demonstration's own."""
    from engine.serving import prefect_server

    server = prefect_server.start(directory, 0)
    try:
        yield server
    finally:
        server.stop()
