"""`hotline letters`: the register of numbers, and a page of a letter as a picture."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opened import opened_database

if TYPE_CHECKING:
    from sqlmodel import Session

    from engine.actions.letter_register import Entry
    from engine.models import Letter

MOST_COLUMNS, LEGIBLE, A4_INCHES = 200, 140, 8.27
FILE_PPI = 150
COLOURLESS = "：这里显示不了颜色，画不出来；请用 --out 存成图片，或设 FORCE_COLOR=1 再接 less -R。"
BRACKETS = str.maketrans("[［【(（]］】)）", "〔" * 5 + "〕" * 5)


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    letters = typer.Typer(help="函件：发文登记、预览。", no_args_is_help=True)
    letters.command("list", help="一年的发文字号，连同作废的和缺的，各写明原因。")(numbers)
    letters.command("preview", help="在终端里看一页函件，或存成 PNG。")(preview)
    app.add_typer(letters, name="letters")


def numbers(year: Annotated[int | None, typer.Argument(help="年份，不写为今年")] = None) -> None:
    """List every number of a year in its order: voided ones with the reason, missing ones too."""
    from engine import clock
    from engine.actions.background import system_step
    from engine.actions.letter_register import register_of
    from engine.rules.shanghai import shanghai_date
    from engine.store.database import work

    wanted = year or shanghai_date(clock.now()).year
    with opened_database(), work() as session:
        entries = register_of(system_step(session, clock.now()), wanted)
    typer.echo("\n".join(map(_line, entries)) or f"{wanted} 年还没有编过号。")


def _line(one: "Entry") -> str:
    stamp = f"SHA-256 {one.sha256}" if one.sha256 else ""
    said = (one.number, str(one.signed_on or ""), one.kind, one.status, stamp, one.remark)
    return "  ".join(filter(None, said))


def preview(
    number: Annotated[str, typer.Argument(help="发文字号，或工单编号（看它最近的一份函）")],
    page: Annotated[int, typer.Option(help="第几页")] = 1,
    out: Annotated[Path | None, typer.Option(help="存成这个 PNG 文件")] = None,
) -> None:
    """Show a page as it was signed, or as it would be set now; `--out` writes it as a file."""
    from engine.documents.terminal_picture import in_terminal
    from engine.errors import BadInputError
    from engine.store.database import work

    columns = min(MOST_COLUMNS, shutil.get_terminal_size().columns)
    ppi = FILE_PPI if out else columns / A4_INCHES
    with opened_database(), work() as session:
        title, picture = _drawn(session, number, page, ppi)
    if out is None and not _in_colour():
        typer.echo(f"{title}，第 {page} 页{COLOURLESS}")
        return
    if out is None:
        advice = "" if columns >= LEGIBLE else f"；{LEGIBLE} 列以上才看得清字，或用 --out 存成图片"
        typer.echo(f"{in_terminal(picture)}\n{title}，第 {page} 页{advice}", color=True)
        return
    try:
        out.write_bytes(picture)
    except OSError as error:
        message = f"写不进 {out}（{error.strerror}）；请换一个已有的、可写的目录。"
        raise BadInputError(message) from error
    typer.echo(f"{title}，第 {page} 页已存为 {out}。")


def _in_colour() -> bool:
    """Return whether colours are seen where the output goes: a page is drawn with nothing else.

    Not in a pipe or a file unless FORCE_COLOR is set, and nowhere where NO_COLOR is.
    """
    from rich.console import Console

    console = Console()
    return console.color_system is not None and not console.no_color


def _drawn(session: "Session", number: str, page: int, ppi: float) -> tuple[str, bytes]:
    """Return what is shown: the title and a page of a signed bulletin, or of a letter."""
    from engine import clock
    from engine.actions.background import system_step
    from engine.actions.letter_preview import page_picture
    from engine.documents.pictures import picture_of_pdf
    from engine.store import bulletins

    told = bulletins.by_number(session, as_numbered(number))
    if told is not None and told.pdf is not None:
        return f"通报 {told.number}，{told.status.label}", picture_of_pdf(told.pdf, page, ppi)
    letter = _meant(session, number)
    title = f"{letter.kind.label} {letter.number or '（待编号）'}，{letter.status.label}"
    return title, page_picture(system_step(session, clock.now()), letter, page, ppi)


def as_numbered(typed: str) -> str:
    """Return a number with the brackets it is written in, whichever somebody's keyboard has."""
    return typed.strip().translate(BRACKETS)


def _meant(session: "Session", number: str) -> "Letter":
    """Return the letter with that number, or the newest about a ticket.

    Raises:
        NotFoundError: there is none.
    """
    from engine.errors import NotFoundError
    from engine.store import letters as store
    from engine.store import tickets

    try:
        return store.by_number(session, as_numbered(number))
    except NotFoundError as error:
        try:
            ticket = tickets.ticket_by_number(session, number.strip().upper())
        except NotFoundError:
            raise error from None
        found = store.of_ticket(session, ticket.id)
    if not found:
        message = f"工单 {ticket.number} 没有函件。"
        raise NotFoundError(message)
    return found[-1]
