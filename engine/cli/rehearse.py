"""`hotline rehearse`: what a draft of rules would have done, and how far that may be trusted."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opened import opened_database, read_settings, refuse_elsewhere
from engine.errors import BadInputError

if TYPE_CHECKING:
    from sqlmodel import Session

    from engine.documents.rehearsal_report import Rehearsed
    from engine.rules.indicators import Figure
    from engine.rules.rehearsal import Life, Ran, Rerouted
    from engine.rules.rule_set import RuleSet
    from engine.terms import Indicator


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("rehearse", help="推演：把一年的工单按规则草案再走一遍，看谁会超期、谁会被督办。")(
        rehearse
    )


def rehearse(  # noqa: PLR0917 - the options of one command
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="草案，如 answer_limit.consultation=1；可多个")
    ] = None,
    calendar: Annotated[
        list[Path] | None, typer.Option(help="日历草案：一年的 YAML 文件，可写多个")
    ] = None,
    word: Annotated[
        list[str] | None,
        typer.Option(help="词库草案，如 区市场监管局+盲盒机:strong 或 区市场监管局-摊位；可多个"),
    ] = None,
    tickets: Annotated[int, typer.Option(help="模拟多少件", min=1, max=100_000)] = 5000,
    recorded: Annotated[bool, typer.Option(help="不模拟，用本系统过去一年的工单")] = False,
    seed: Annotated[int, typer.Option(help="模拟的种子；同一种子得同一年")] = 0,
    check: Annotated[
        int, typer.Option(help="抽几件在临时库用真实流程走一遍", min=0, max=5000)
    ] = 40,
    out: Annotated[Path, typer.Option(help="报告写到哪里")] = Path("rehearsal.html"),
) -> None:
    """Run a year of tickets through the rules in force and through a draft, and write a report."""
    from engine import clock
    from engine.actions.rehearsal_draft import draft_of
    from engine.documents.rehearsal_report import Rehearsed, rehearsal_report
    from engine.rules.rehearsal import moved, outcome
    from engine.rules.shanghai import SHANGHAI

    now = clock.now()
    _writable(out)
    texts = [_text(path) for path in calendar or []]
    with _installation(recorded) as session:
        rules, lives, source = _lives(session, now, tickets, seed)
        draft, changes = draft_of(rules, sets or [], texts, _first_day(lives, now))
        words = _words(session, word or [], now)
    before = _run(lives, rules, "现行规则", now)
    # Without a draft of the rules both years are one: it is run and written once.
    after = _run(lives, draft, "规则草案", now) if sets or calendar else before
    figures, proof = _in_scratch(before, after, (rules, draft), now, check)
    made = Rehearsed(
        before=outcome(before), after=outcome(after), moved=moved(before, after), changes=changes,
        source=source, proof=proof, figures=figures,
        made_at=f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        rules_version=rules.parameters.version, calendar_version=rules.calendar.version,
        draft_calendar=draft.calendar.version, untold=_untold(recorded), words=words,
        word_draft=tuple(word or ()),
    )  # fmt: skip
    page = rehearsal_report(made)
    with _told(out):
        out.write_text(page, encoding="utf-8")
    _say(made, out)


def _untold(recorded: bool) -> "frozenset[Indicator]":
    """Return the figures that nothing was rehearsed for."""
    from engine.rules.rehearsal import ASSUMED_OF_A_YEAR, NOT_REHEARSED

    return NOT_REHEARSED if recorded else NOT_REHEARSED | ASSUMED_OF_A_YEAR


def _writable(out: Path) -> None:
    """Refuse a report that could not be written, before a year is run for nothing.

    What stands there stays as it is until the new report is whole.
    """
    with _told(out):
        new = not out.exists()
        with out.open("ab"):
            pass
        if new:
            out.unlink()


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Say in words that a report cannot be written, and what to do."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        message = f"报告写不到 {out}：{why}。请换一个能写的位置（--out），目录要先建好。"
        raise BadInputError(message) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"读不出日历草案 {path}：请核对路径，文件应为 UTF-8 编码的 YAML。"
        raise BadInputError(message) from error


@contextmanager
def _installation(recorded: bool) -> "Iterator[Session | None]":
    """Yield the installation's database where past tickets are wanted; it is only read."""
    if not recorded:
        yield None
        return
    from engine.store.database import work

    refuse_elsewhere()
    with opened_database(), work() as session:
        session.connection(execution_options={"postgresql_readonly": True})
        yield session


def _lives(
    session: "Session | None", now: datetime, tickets: int, seed: int
) -> "tuple[RuleSet, list[Life], str]":
    from engine.actions.rules_in_force import rules_in_force
    from engine.rules.rehearsal_lives import ASSUMED, Year, lives
    from engine.rules.routing.catalogue import load_catalogue
    from engine.rules.rule_set import load_rules
    from engine.rules.shanghai import shanghai_date
    from engine.store.recorded_lives import not_replayed, recorded_lives

    today = shanghai_date(now)
    first, last = today - timedelta(days=365), today - timedelta(days=1)
    if session is not None:
        found = list(recorded_lives(session, first, last))
        source = (f"本系统 {first} 至 {last} 受理并派出的工单，其中 "
                  f"{not_replayed(session, first, last)} 件有退单、重办、改派、延期或停表，"
                  "按最后主办单位的第一次办理推演")  # fmt: skip
        return rules_in_force(session), found, source
    rules = load_rules(read_settings().region)
    units = [one.name for one in load_catalogue().units]
    # Long enough ago that every invented life is over by now.
    year = Year(tickets, first - timedelta(days=60), last - timedelta(days=60), seed)
    source = f"模拟的一年（{year.first} 至 {year.last}，种子 {seed}）。假定：{ASSUMED}"
    return rules, list(lives(year, units, rules)), source.rstrip("。")


def _words(session: "Session | None", typed: list[str], now: datetime) -> "Rerouted | None":
    """Try a draft of the lexicon on the year's texts, or on invented ones."""
    if not typed:
        return None
    from rich.progress import track

    from engine.actions import rehearsal_words as words
    from engine.actions.routing_in_force import InForce, in_force
    from engine.rules.shanghai import shanghai_date

    today = shanghai_date(now)
    state = in_force(session) if session is not None else InForce()
    draft = InForce(state.number, words.draft_edits(state.edits, typed), state.corrections)
    past = session is not None and words.recorded_texts(session, today - timedelta(365), today)
    texts = list(past or words.invented_texts())
    return words.rerouted(texts, state, draft, today, lambda some: track(some, "词库草案"))


def _first_day(lives: "list[Life]", now: datetime) -> date:
    from engine.rules.shanghai import shanghai_date

    if not lives:
        message = "过去一年没有派出的工单，请去掉 --recorded 用模拟的一年。"
        raise BadInputError(message)
    return shanghai_date(min(one.accepted_at for one in lives))


def _run(lives: "list[Life]", rules: "RuleSet", label: str, now: datetime) -> "list[Ran]":
    from rich.progress import track

    from engine.rules.rehearsal import run

    return [run(life, rules, now) for life in track(lives, f"{label}，{len(lives)} 件")]


def _in_scratch(
    before: "list[Ran]", after: "list[Ran]", rules: "tuple[RuleSet, RuleSet]", now: datetime,
    check: int,
) -> "tuple[list[tuple[Figure, Figure]], str]":  # fmt: skip
    """Return the pages' figures by both rules, and what living some lives for real proved."""
    from rich.progress import track

    from engine.actions import rehearsal_proof as proving
    from engine.actions.rehearsal_scratch import figures_of
    from engine.store.database import work

    with _scratch_database(min(one.life.accepted_at for one in after)):
        proving.units_there({one.life.unit for one in after}, now)
        chosen = proving.chosen(after, check, now)
        said = proving.proof(
            after, chosen, rules[1], now, lambda some: track(some, f"真实流程抽查，{len(some)} 件")
        )
        with work() as session:
            was = figures_of(session, before, rules[0], now).district
            becomes = was if after is before else figures_of(session, after, rules[1], now).district
    return list(zip(was, becomes, strict=True)), said


@contextmanager
def _scratch_database(start: datetime) -> Iterator[None]:
    """Let this process work in a database of its own that is thrown away afterwards.

    Nothing of it outlives a crash, so no commit waits for the disk.
    """
    import psycopg

    from engine.actions.setup import demo_accounts, load_reference_data
    from engine.store.database import use
    from engine.store.embedded import DATABASE, embedded_database
    from engine.store.migrate import migrate

    with tempfile.TemporaryDirectory() as folder, embedded_database(Path(folder)) as database:
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {DATABASE} SET synchronous_commit = off")
        migrate(use(database))
        load_reference_data(start)
        demo_accounts(start)
        yield


def _say(made: "Rehearsed", out: Path) -> None:
    before, after = made.before, made.after
    mean, ninth, most = after.staffing
    typer.echo(
        f"{before.tickets} 件：到期日改变 {len(made.moved)} 件；"
        f"承办超期 {before.late} → {after.late} 件；"
        f"被催办督办 {before.escalated.total()} → {after.escalated.total()} 件；"
        f"人工回访每天平均 {mean:.1f}、九成日子不超过 {ninth:.1f}、最多 {most} 件。\n"
        f"{_said_of_words(made.words)}{made.proof}\n报告：{out}"
    )


def _said_of_words(words: "Rerouted | None") -> str:
    if words is None:
        return ""
    return (f"词库草案：试 {words.tried} 段诉求，{words.moved.total()} 段首选单位改变；"
            f"首选对的 {words.right_before} → {words.right_after}。\n")  # fmt: skip
