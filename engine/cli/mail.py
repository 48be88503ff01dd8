"""`hotline mail receive`: takes one mail from a mail server, as its pipe delivers it (来信).

Exit codes are those of sysexits.h, which postfix, exim and dovecot understand: 0 filed, 75 try
again later. A mail is never sent back to its sender: what cannot be told is kept for a person.
"""

import gc
import sys

import typer

from engine.cli.opened import opened_database
from engine.errors import EngineError

TRY_AGAIN = 75


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    mail = typer.Typer(help="来信：由邮件服务器逐封交来。", no_args_is_help=True)
    mail.callback()(lambda: None)
    mail.command("receive", help="从标准输入收一封来信（postfix pipe、dovecot LDA）。")(receive)
    app.add_typer(mail, name="mail")


def receive() -> None:
    """File the mail on standard input; nothing of it is printed."""
    gc.disable()  # a process a mail: it ends before anything is worth collecting
    from sqlalchemy.exc import SQLAlchemyError

    from engine import clock
    from engine.actions.incoming_mail import CUT_ON_ARRIVAL, MOST_BYTES, file_mail

    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    while sys.stdin.buffer.read(1 << 20):
        pass  # a server whose pipe breaks would send the mail again
    if not raw.strip():
        typer.echo("标准输入里没有信。", err=True)
        raise typer.Exit(TRY_AGAIN)
    remark = CUT_ON_ARRIVAL if len(raw) > MOST_BYTES else ""
    try:
        with opened_database():
            became = file_mail(raw[:MOST_BYTES], clock.now(), remark)
    except (EngineError, SQLAlchemyError, OSError) as error:
        typer.echo(f"来信没有存下，请稍后再送：{type(error).__name__}", err=True)
        raise typer.Exit(TRY_AGAIN) from error
    typer.echo(became, err=True)
