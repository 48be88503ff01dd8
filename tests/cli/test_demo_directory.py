"""Where `hotline demo` may write: its own directory, an empty one, and nothing else."""

import subprocess
import sys

import pytest

from engine.cli.demo import _fresh
from engine.errors import UnavailableError


def demo(directory):
    return subprocess.run(
        [sys.executable, "-c", "from engine.cli import main; main()", "demo", "--dir", directory],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_directory_that_cannot_be_made_is_one_line_and_exit_code_2():
    ended = demo("/dev/null/x")

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "不能写入 /dev/null/x" in ended.stderr
    assert "--dir" in ended.stderr


@pytest.mark.parametrize("name", ["x" * 300, "a file/x", "a file"])
def test_other_unusable_directories_are_refused_in_words(tmp_path, name):
    (tmp_path / "a file").touch()

    with pytest.raises(UnavailableError, match="不能写入"), _fresh(tmp_path / name):
        pass


def test_what_others_keep_there_is_not_touched(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("mine")

    with pytest.raises(UnavailableError, match="别的东西"), _fresh(tmp_path):
        pass

    assert (tmp_path / "letters" / "mine.txt").read_text() == "mine"


def test_a_second_demonstration_begins_anew_in_the_same_directory(tmp_path):
    with _fresh(tmp_path):
        (tmp_path / "mails").mkdir()
        (tmp_path / "prefect").mkdir()

    with _fresh(tmp_path):
        assert not (tmp_path / "mails").exists()
        assert (tmp_path / "prefect").exists()


def test_two_demonstrations_at_once_in_one_directory_are_refused(tmp_path):
    with _fresh(tmp_path), pytest.raises(UnavailableError, match="正由另一个"), _fresh(tmp_path):
        pass
