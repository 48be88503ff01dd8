"""Secret files: made once, whole, for nobody else to read."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.secret_files import made_once, put


def test_of_many_who_make_a_secret_at_once_one_is_kept_and_nothing_else_lies_there(tmp_path):
    path = tmp_path / "keys" / "one.key"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda which: made_once(path, b"%d" % which * 100), range(40)))

    kept = path.read_bytes()
    assert kept in {b"%d" % which * 100 for which in range(40)}
    assert [one.name for one in path.parent.iterdir()] == ["one.key"]


def test_a_secret_that_is_there_stays_when_another_is_made(tmp_path):
    path = tmp_path / "one.key"
    made_once(path, b"first")

    made_once(path, b"second")

    assert path.read_bytes() == b"first"


def test_a_secret_is_replaced_by_one_that_only_its_owner_reads(tmp_path):
    path = tmp_path / "one.key"
    made_once(path, b"first")

    put(path, b"second")

    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


def test_a_secret_that_cannot_be_written_leaves_the_old_one_and_no_draft(tmp_path):
    path = tmp_path / "one.key"
    path.mkdir()
    (path / "inside").touch()

    with pytest.raises(OSError, match=r".+"):
        put(path, b"second")

    assert os.listdir(tmp_path) == ["one.key"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
def test_what_root_makes_belongs_to_whom_the_directory_does(tmp_path):
    os.chown(tmp_path, 4321, 4322)
    path = tmp_path / "keys" / "one.key"

    made_once(path, b"first")
    put(path, b"second")

    assert {(one.stat().st_uid, one.stat().st_gid) for one in (path, path.parent)} == {(4321, 4322)}
