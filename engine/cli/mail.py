"""`hotline mail receive`: takes one mail from a mail server, as its pipe delivers it (来信).

Exit codes are those of sysexits.h, which postfix, exim and dovecot understand: 0 filed, 75 try
again later. A mail is never sent back to its sender: what cannot be told is kept for a person.
"""

import gc
import sys

import typer

from engine.cli.opened import opened_database, refuse_elsewhere
from engine.errors import BadInputError, EngineError, UnavailableError

TRY_AGAIN = 75
EMPTY = "标准输入里没有信。"


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    mail = typer.Typer(help="来信：由邮件服务器逐封交来。", no_args_is_help=True)
    mail.callback()(lambda: None)
    mail.command("receive", help="从标准输入收一封来信（postfix pipe、dovecot LDA）。")(receive)
    app.add_typer(mail, name="mail")


def receive() -> None:
    """File the mail on standard input; nothing of it is printed."""
    gc.disable()  # a process a mail: it ends before anything is worth collecting
    try:
        became = _filed()
    except Exception as error:
        # The outermost place: at any other code the mail server sends the mail back to its sender.
        typer.echo(f"来信没有存下，请稍后再送：{_why(error)}", err=True)
        raise typer.Exit(TRY_AGAIN) from error
    typer.echo(became, err=True)


def _why(error: Exception) -> str:
    """Return what may be said: sentences about the installation, of all else the kind alone.

    A mail server writes it into its log, and an error may quote the mail.
    """
    told = isinstance(error, UnavailableError | _NotTakenError)
    return str(error) if told else type(error).__name__


class _NotTakenError(EngineError):
    """There is no mail, or nothing that could file one."""


def _filed() -> str:
    from engine import clock
    from engine.actions.incoming_mail import CUT_ON_ARRIVAL, MOST_BYTES, file_mail

    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    while sys.stdin.buffer.read(1 << 20):
        pass  # a server whose pipe breaks would send the mail again
    if not raw.strip():
        raise _NotTakenError(EMPTY)
    _require_installation()
    remark = CUT_ON_ARRIVAL if len(raw) > MOST_BYTES else ""
    with opened_database():
        return file_mail(raw[:MOST_BYTES], clock.now(), remark)


def _require_installation() -> None:
    """Refuse where the environment was not read: the mail would lie in a database made for it."""
    try:
        refuse_elsewhere()
    except BadInputError as error:
        raise _NotTakenError(str(error)) from error
