"""`hotline audit`: read the whole log through, seal it, export it, check an export."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.audit_file import BROKEN, verify_file
from engine.cli.opened import opened_database
from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.actions.audit_witness import Reading

OLDER = "确是恢复的：先用 --restored 核验，要用它接着办理，再 hotline audit accept 理由。"
HELD = "✓ 本机见过的封存都在库里。"
FIRST = "本机以前没有见证，从现在起记下；此前末尾删没删过，要用导出文件或抄下的指纹比。"
NO_SEALS = "还没有封存过，没有可记下的：平时每 5 分钟自动封存，也可运行 hotline audit seal。"


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    audit = typer.Typer(help="审计链：核验、封存、导出。", no_args_is_help=True)
    audit.command("verify", help="通读审计链，指出第一条对不上的记录；给出文件则核验导出文件。")(
        verify
    )
    audit.command("accept", help="认可恢复出来的较早的库，写明理由；记入审计链。")(accept)
    audit.command("seal", help="现在就封存新写的记录（平时每 5 分钟自动封存）。")(seal)
    audit.command("export", help="导出为带签名的 JSON 行，外人可独立核验。")(export)
    audit.command("key", help="显示验签用的公钥。")(key)
    audit.command("rotate", help="更换签名密钥；旧密钥为新密钥作证，以前的封存照样有效。")(rotate)
    app.add_typer(audit, name="audit")


def verify(
    file: Annotated[Path | None, typer.Argument(help="导出的文件；不写则核验数据库")] = None,
    restored: Annotated[
        bool, typer.Option("--restored", help="恢复出来的库：比本机见过的旧也不算错，只说出来")
    ] = False,
    key: Annotated[
        str, typer.Option("--key", help="导出文件应由谁签：另外拿到的公钥，或装着它的文件")
    ] = "",
) -> None:
    """Print whether the chain is whole; exit 1 and name the first row that is not."""
    if file:
        verify_file(file, key)
        return
    if key:
        message = "--key 用来核验导出文件：请写明文件。"
        raise BadInputError(message)
    found = _verified_database(restored)
    if found["fault"]:
        typer.echo(f"■ 对不上：{found['fault']}")
        raise typer.Exit(BROKEN)
    head = f"，末次封存指纹 {found['head'][:16]}…" if found["head"] else ""
    typer.echo(f"✓ 链条完整：共 {found['checked']} 条{head}。")
    if found["seen"]:
        typer.echo(found["seen"])
    _tell_unnoted(found["unnoted"])


def _tell_unnoted(words: str) -> None:
    """Say what keeps this machine's witness from being right, and fail."""
    if words:
        typer.echo(f"■ {words}")
        raise typer.Exit(BROKEN)


def _verified_database(restored: bool) -> dict[str, Any]:
    from engine import clock
    from engine.actions.audit_witness import read_through
    from engine.actions.auditing import note_reading
    from engine.store.audit import count
    from engine.store.database import work

    with opened_database():
        with work() as session:
            total = count(session)

        def tell(done: int) -> None:
            if sys.stderr.isatty():
                sys.stderr.write(f"\r核验 {done} / {total} 条")

        found = read_through(tell)
        if not restored:
            note_reading(found, clock.now())
    fault = found.verdict.fault or ("" if restored else found.gone and f"{found.gone}{OLDER}")
    return {"fault": fault, "checked": found.verdict.checked, "head": found.verdict.head,
            "seen": found.gone or _seen(found), "unnoted": found.unnoted}  # fmt: skip


def _seen(found: "Reading") -> str:
    if found.before:
        return HELD
    return (FIRST if found.verdict.head else NO_SEALS) if not found.unnoted else ""


def accept(reason: Annotated[str, typer.Argument(help="为什么库比本机见过的旧")]) -> None:
    """Go on with a restored database and say up to where it goes."""
    from engine import clock
    from engine.actions.audit_witness import accept as go_on

    with opened_database():
        stands = go_on(reason, clock.now())
    upto = "，".join(f"{name} 到 id {one.to_id}" for name, one in stands.items())
    typer.echo(
        f"已认可，理由记入审计链。库里封存的：{upto or '没有'}。每台封存过的机器都要认可一次。"
    )


def seal() -> None:
    """Seal what was written and say how much."""
    from engine import clock
    from engine.actions.auditing import seal as seal_now
    from engine.actions.auditing import watch_witness

    with opened_database():
        # The first run marks how far it is safe to go, the second seals up to there.
        rows = seal_now(clock.now()) + seal_now(clock.now())
        wrong = watch_witness(clock.now())
    typer.echo(f"已封存 {rows} 条。")
    _tell_unnoted(wrong)


def export(file: Path) -> None:
    """Write the export and say how it is verified."""
    from engine import clock
    from engine.actions.audit_export import export as write
    from engine.actions.audit_key import public_key
    from engine.store.database import work

    with opened_database(), work() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        rows = write(session, file, clock.now())
        typer.echo(f"已导出 {rows} 条到 {file}。核验：hotline audit verify {file}")
        typer.echo(f"公钥（请另外交给核验的人）：{public_key().hex()}")


def key() -> None:
    """Print the public key."""
    from engine.actions.audit_key import public_key

    typer.echo(public_key().hex())


def rotate() -> None:
    """Change the key that signs, and say what is to be done with it."""
    from engine import clock
    from engine.actions.audit_key import key_file
    from engine.actions.audit_succession import rotate as change

    with opened_database():
        public = change(clock.now())
    typer.echo(f"已更换审计密钥。新公钥：{public.hex()}")
    typer.echo(f"请备份 {key_file()} 并拷到每台机器，把新公钥另外交给核验的人；旧公钥也还验得了。")
