"""`hotline audit verify FILE`: whether an export is whole, and by whom it was signed."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from engine.cli.opened import opened_database, read_settings, refuse_elsewhere
from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.actions.audit_file import Checked

BROKEN = 1
KEY_LENGTH = 32
OURS, EARLIER = "由本机现在的密钥签名", "由本机以前的密钥签名"
VOUCHED, NAMED = "由接替本机密钥的密钥签名", "由指定的密钥（或接替它的）签名"
ASK = "文件前后相符，但谁都能这样造一份：别处的导出，用 --key 写明另外拿到的公钥再核验。"
NOT_NAMED = "不是 --key 指定的密钥，也没有接替它。"
NONE_HERE = f"本机没有审计密钥可比。{ASK}"


def verify_file(file: Path, named: str) -> None:
    """Print whether an export is whole and who signed it; exit 1 where it is not, or a stranger."""
    expected = _key(named) if named else None
    found = _checked(file)
    typer.echo(f"签名公钥（指纹）：{found.key.hex()}")
    if found.fault:
        _refuse(f"对不上：{found.fault}")
    whose = _named(found, expected) if expected else _here(found)
    typer.echo(f"✓ 链条完整：共 {found.rows} 条，{whose}。")


def _checked(file: Path) -> "Checked":
    from engine.actions.audit_file import check_file

    try:
        with file.open("rb") as lines:
            return check_file(lines)
    except OSError as error:
        message = f"{file} 读不出来：{error.strerror}。"
        raise BadInputError(message) from error


def _key(named: str) -> bytes:
    """Return the public key that was given, itself or in a file."""
    try:
        path = Path(named)
        key = bytes.fromhex(path.read_text() if path.is_file() else named)
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_LENGTH:
        message = (
            f"--key {named} 不是公钥：应为 64 位十六进制数（hotline audit key 显示的），"
            "或装着它的文件。"
        )
        raise BadInputError(message)
    return key


def _named(found: "Checked", expected: bytes) -> str:
    return NAMED if expected in found.line else _refuse(_stranger(found, NOT_NAMED))


def _stranger(found: "Checked", advice: str) -> str:
    return f"由别的密钥签名：{found.key.hex()}。{advice}"


def _refuse(words: str) -> NoReturn:
    typer.echo(f"■ {words}")
    raise typer.Exit(BROKEN)


def _here(found: "Checked") -> str:
    """Return what the key that signed is to this installation; refuse a stranger's."""
    from engine.actions.audit_key import key_file, public_key

    read_settings()
    if not key_file().exists():
        _refuse(NONE_HERE)
    own = public_key()
    if own == found.key:
        return OURS
    if own in found.line:
        return VOUCHED
    return EARLIER if found.key in _earlier() else _refuse(_stranger(found, ASK))


def _earlier() -> frozenset[bytes]:
    """Return the keys of this installation's line, which stands in its database."""
    from engine.actions.audit_succession import keys_so_far
    from engine.store.database import work

    try:
        refuse_elsewhere()
    except BadInputError:
        return frozenset()
    with opened_database(), work() as session:
        return frozenset(keys_so_far(session))
