"""`hotline serve`, `api`, `worker` and `migrate`: the processes of an installation."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.cli.opened import read_settings
from engine.cli.progress import Progress
from engine.errors import BadInputError, UnavailableError
from engine.serving.signals import StopSignals

if TYPE_CHECKING:
    import socket

    from engine.actions.setup import DemoAccount
    from engine.flows.door import Door
    from engine.serving.prefect_server import PrefectServer
    from engine.serving.watching import Watch
    from engine.settings import Settings
    from engine.store.database import Database

DEMONSTRATES = (
    "HOTLINE_DEMO_DATA=1：正在往 HOTLINE_DATABASE_URL 的数据库放演示账号和演示工单，"
    "演示口令人人知道，谁都能登录。不是演示就请立即停止，设 HOTLINE_DEMO_DATA=0，换一个空库。"
)
NOT_BESIDE_REAL = (
    "HOTLINE_DEMO_DATA=1，但库里已有真实的账号或工单：没有放演示数据。请设 HOTLINE_DEMO_DATA=0。"
)


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command("serve", help="启动全部：数据库、网页与接口、定时任务、Prefect。")(serve)
    app.command("api", help="只运行网页与接口（分布式部署，可同时运行多个）。")(api)
    app.command("worker", help="只运行定时任务（分布式部署，可同时运行多个）。")(worker)
    app.command("migrate", help="升级数据库结构，载入任务清单、日历和参数。")(migrate)


@dataclass
class House:
    """What the parts of a process are started with, and what stops them in reverse order."""

    settings: "Settings"
    progress: Progress
    signals: StopSignals
    stack: ExitStack
    var: Path
    watch: "Watch"


def serve(
    port: int | None = typer.Option(None, help="端口，默认 8000（HOTLINE_PORT）"),
    host: str | None = typer.Option(None, help="监听地址，默认 127.0.0.1（HOTLINE_HOST）"),
) -> None:
    """Start everything in one process tree; Ctrl-C stops all of it."""
    _override(HOTLINE_PORT=port, HOTLINE_HOST=host)
    settings, progress = read_settings(), Progress()
    with _orderly(settings, progress) as house:
        holder = _checked(house)
        prefect = _prefect(house)
        database = _database(house)
        accounts = _prepare(settings, database, progress)
        _schedule(house, database, prefect)
        house.watch.start()
        house.stack.callback(house.watch.stop)
        with progress.step("载入网页与接口"):
            from api.main import create_app

            application = create_app()
        from engine.cli.web import run_web

        run_web(application, holder, lambda: _tell(house, accounts, prefect))


def api(
    port: int | None = typer.Option(None, help="端口，默认 8000（HOTLINE_PORT）"),
    host: str | None = typer.Option(None, help="监听地址，默认 127.0.0.1（HOTLINE_HOST）"),
) -> None:
    """Run the desks and the API on a shared database, without scheduled jobs, until stopped."""
    _override(HOTLINE_PORT=port, HOTLINE_HOST=host)
    settings, progress = _shared("api"), Progress()
    with _orderly(settings, progress) as house:
        from engine.serving.checks import bound_socket

        holder = house.stack.enter_context(bound_socket(settings.host, settings.port))
        _database(house)
        from api.main import create_app
        from engine.cli.web import run_web

        ready = f"网页与接口已开始：{settings.link_base}。按 Ctrl-C 停止。"
        run_web(create_app(), holder, lambda: progress.say(ready))


def _shared(command: str) -> "Settings":
    settings = read_settings()
    if not settings.database_url:
        message = (
            f"hotline {command} 用于分布式部署，请先设置 HOTLINE_DATABASE_URL；单机请用 serve。"
        )
        raise BadInputError(message)
    return settings


def worker() -> None:
    """Run the scheduled jobs against a shared database, without the desks, until stopped."""
    from engine.serving.memory import settle

    settings, progress = _shared("worker"), Progress()
    with _orderly(settings, progress) as house:
        _schedule(house, _database(house), None)
        settle()
        progress.say("定时任务已开始。按 Ctrl-C 停止。")
        house.signals.wait()


def migrate() -> None:
    """Bring the database to the newest structure and load the reference data."""
    settings, progress = read_settings(), Progress()
    with _orderly(settings, progress) as house:
        _migrate(_database(house), progress)


def _override(**given: object) -> None:
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})


@contextmanager
def _orderly(settings: "Settings", progress: Progress) -> Iterator[House]:
    """Yield what collects the parts; they stop in reverse order, whatever ends the block."""
    from engine.serving.watching import Watch

    signals = StopSignals()
    try:
        with ExitStack() as stack:
            var, watch = _writable(settings), Watch(progress.say)
            try:
                yield House(settings, progress, signals, stack, var, watch)
            finally:
                signals.ignore()
    except KeyboardInterrupt:
        progress.say("已停止。")


def _writable(settings: "Settings") -> Path:
    from engine.serving.checks import require_writable
    from engine.serving.logs import log_to_file

    var = require_writable(settings.var)
    log_to_file(var, settings.log_level)
    return var


def _checked(house: House) -> "socket.socket":
    from engine.serving.checks import bound_socket, only_one

    house.stack.enter_context(only_one(house.var))
    return house.stack.enter_context(bound_socket(house.settings.host, house.settings.port))


def _prefect(house: House) -> "PrefectServer | None":
    if house.settings.prefect_api_url is not None:
        return None
    from engine.serving import prefect_server

    with house.progress.step("启动 Prefect（在后台继续，首次约需 12 秒）"):
        server = prefect_server.start(house.var, house.settings.prefect_port)
    house.stack.callback(server.stop)
    house.watch.parts.append(server)
    return server


def _database(house: House) -> "Database":
    from engine.actions.key_watch import watch_keys

    database = _opened(house)
    watch_keys(database)
    return database


def _opened(house: House) -> "Database":
    from engine.serving.checks import require_database, require_own_secrets
    from engine.store.database import connect, use

    if house.settings.database_url:
        require_own_secrets(house.settings.examples)
        require_database(house.settings.database_url)
        database = use(connect(house.settings.database_url))
        house.stack.callback(database.dispose)
        return database
    from engine.store.embedded import embedded_server

    with house.progress.step("启动内置 PostgreSQL"), house.signals.held():
        running = house.stack.enter_context(embedded_server(house.var))
    house.watch.parts.append(running)
    return use(running.database)


def _prepare(settings: "Settings", database: "Database", progress: Progress) -> "list[DemoAccount]":
    _migrate(database, progress)
    if not settings.demo_data:
        return []
    from engine.actions.setup import demo_accounts, demo_api_key, may_demonstrate
    from engine.clock import now
    from engine.demo.day import lay_in_demo_day
    from engine.store.database import work

    with work() as session:
        allowed = may_demonstrate(session)
    if settings.database_url:
        progress.say(f"[bold red]■ {DEMONSTRATES if allowed else NOT_BESIDE_REAL}[/]")
    if not allowed:
        return []
    with progress.step("准备演示账号和演示数据"):
        accounts = demo_accounts(now())
        lay_in_demo_day(now())
        key = demo_api_key(now())
    if key:
        progress.say(f"  [dim]演示接口密钥（只显示这一次）：{key}[/]")
    return accounts


def _migrate(database: "Database", progress: Progress) -> None:
    from engine.actions.personal import settle_keys
    from engine.actions.setup import load_reference_data
    from engine.clock import now
    from engine.store.migrate import migrate as upgrade

    with progress.step("升级数据库结构"):
        upgrade(database)
    if wrong := settle_keys(now()):
        progress.say(f"  [yellow]{wrong}[/]")
    with progress.step("载入任务清单、承办单位、日历和参数"):
        lines = load_reference_data(now())
    for line in lines:
        progress.say(f"  [dim]{line}[/]")
    _tell_wall(progress)


def _tell_wall(progress: Progress) -> None:
    from engine.store.database import work
    from engine.store.row_security import wall

    with work() as session:
        found = wall(session)
    if not found.up:
        progress.say(f"  [yellow]单位隔离{found.words}[/]")


def _schedule(house: House, database: "Database", prefect: "PrefectServer | None") -> None:
    from engine.actions.background import retry_set_aside
    from engine.flows.orders import live
    from engine.scheduler import Scheduler
    from engine.serving.listener import Listener

    with suppress(UnavailableError):  # a worker waits for its database, wherever it is
        retry_set_aside()
    scheduler = Scheduler(_door(house, prefect), live())
    scheduler.start()
    house.stack.callback(scheduler.stop)
    listener = Listener(database.url, scheduler.wake)
    listener.start()
    house.stack.callback(listener.stop)


def _door(house: House, prefect: "PrefectServer | None") -> "Door":
    from engine.flows import environment
    from engine.flows.door import PrefectDoor, ShutDoor

    api_url = prefect.api_url if prefect else house.settings.prefect_api_url
    if api_url is None:
        return ShutDoor()
    password = prefect.password if prefect else ""
    environment.enter(environment.for_flows(house.var / "prefect", api_url, password))
    door = PrefectDoor(api_url)
    door.warm_up()
    house.stack.callback(door.close)
    return door


def _tell(house: House, accounts: "list[DemoAccount]", prefect: "PrefectServer | None") -> None:
    from engine.cli.summary import lines

    for line in lines(house.settings, house.var, accounts, prefect):
        house.progress.say(line)
