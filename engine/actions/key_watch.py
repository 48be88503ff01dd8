"""Whether this machine has the keys its database was sealed with (密钥); asked by every process."""

from sqlalchemy.exc import ProgrammingError

from engine import keyring
from engine.errors import KeysError
from engine.store import personal as store
from engine.store.database import Database


def watch_keys(database: Database) -> None:
    """See at the start of a process whether the database has keys: then none are made anew.

    Raises:
        KeysError: this machine has the keys of another installation.
    """
    try:
        with database.work() as session:
            known, sealed = store.fingerprint(session), store.newest_sealed(session)
    except ProgrammingError:
        return  # not migrated yet, so nothing is sealed
    if known or sealed is not None:
        keyring.forbid_making()
    if known and keyring.keys_file().exists() and keyring.ring().fingerprint != known:
        message = (
            f"密钥文件 {keyring.keys_file()} 不是这个数据库的：请从最先安装的那台机器拷来 "
            "personal.json；各机要用同一个。"
        )
        raise KeysError(message)
