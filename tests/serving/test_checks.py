"""What `hotline serve` refuses before it starts anything, each in one line."""

import os
import socket
import subprocess
import sys

import pytest

from engine.errors import UnavailableError
from engine.serving.checks import (
    bound_socket,
    free_port,
    only_one,
    require_python,
    require_writable,
)
from engine.serving.prefect_server import own_password
from engine.store.postgres_wheel import forget_dead_users, socket_directory


@pytest.fixture
def taken():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_taken_port_is_named_with_the_variable_that_changes_it(taken):
    with pytest.raises(UnavailableError, match=f"端口 {taken} 已被占用.*HOTLINE_PORT="):
        bound_socket("127.0.0.1", taken)


def test_an_old_python_is_named_with_the_version_it_takes():
    with pytest.raises(UnavailableError, match=r"需要 Python 3\.11.*现在是 3\.9\.2"):
        require_python((3, 9, 2))


def test_python_3_11_is_enough():
    require_python((3, 11, 0))


def test_a_var_that_cannot_be_written_is_named_with_the_variable_that_changes_it(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    with pytest.raises(UnavailableError, match=r"不能写入 .*HOTLINE_VAR"):
        require_writable(in_the_way / "var")


def test_prefects_port_gives_way_when_it_is_taken(taken):
    assert free_port("127.0.0.1", taken) != taken


def test_a_second_serve_on_the_same_data_is_refused(tmp_path):
    with only_one(tmp_path), pytest.raises(UnavailableError, match=f"进程 {os.getpid()}"):
        only_one(tmp_path)


def test_users_of_postgres_that_were_killed_are_forgotten(tmp_path):
    listed = tmp_path / ".handle_pids.json"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    listed.write_text(f"[{gone.pid}, {os.getpid()}]")

    forget_dead_users(tmp_path)

    assert listed.read_text() == f"[{os.getpid()}]"


def test_a_path_with_spaces_gets_a_short_socket_directory_of_its_own(tmp_path):
    plain, spaced = tmp_path / "data", tmp_path / "my data"

    assert socket_directory(plain, tmp_path) == plain
    assert " " not in str(socket_directory(spaced, tmp_path))


def test_prefects_password_stays_the_same_and_is_for_the_owner_only(tmp_path):
    first = own_password(tmp_path)

    assert own_password(tmp_path) == first
    assert (tmp_path / "password").stat().st_mode & 0o077 == 0


def hotline(*arguments, **environment):
    command = [sys.executable, "-c", "from engine.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment}
    )


def test_serve_refuses_a_taken_port_in_one_line_with_exit_code_2(taken, tmp_path):
    ended = hotline("serve", HOTLINE_PORT=str(taken), HOTLINE_VAR=str(tmp_path / "var"))

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert f"端口 {taken} 已被占用" in ended.stderr


def test_serve_refuses_a_wrong_setting_in_one_line():
    ended = hotline("serve", HOTLINE_PORT="eight")

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "HOTLINE_PORT" in ended.stderr


def test_a_worker_without_a_shared_database_says_what_to_set():
    ended = hotline("worker", HOTLINE_DATABASE_URL="")

    assert ended.returncode == 2
    assert "HOTLINE_DATABASE_URL" in ended.stderr


@pytest.mark.parametrize("url", ["nonsense", "postgresql://127.0.0.1:1/none"])
def test_a_database_that_cannot_be_reached_is_one_line(url, tmp_path):
    ended = hotline("migrate", HOTLINE_DATABASE_URL=url, HOTLINE_VAR=str(tmp_path / "var"))

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "HOTLINE_DATABASE_URL" in ended.stderr


def test_help_is_chinese_and_english_and_imports_nothing_heavy():
    code = (
        "import sys, engine.cli\n"
        "heavy = {'prefect', 'fastapi', 'sqlmodel', 'uvicorn', 'apscheduler'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert loaded.stdout.strip() == "[]"
    shown = hotline("--help").stdout
    assert "工单流转" in shown
    assert "escalation engine" in shown
