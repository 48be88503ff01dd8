"""`hotline check` and a wrong address: it says what is wrong, and never a password."""

import socket
import threading
from contextlib import contextmanager, suppress

import pytest
from aiosmtpd.smtp import AuthResult

from engine.cli.check import _print
from engine.cli.opened import read_settings
from engine.errors import BadInputError
from engine.serving.checks import require_database
from engine.serving.examination import examine
from engine.serving.findings import Level, look
from engine.settings import Settings, load_settings
from engine.store.database import connect
from tests.builders import moment
from tests.delivery.conftest import Sink, free_port, running

NOW = moment("Wed 2026-11-25 09:00")


def found_in(tmp_path, name, **changes):
    settings = Settings(_env_file=None, var=tmp_path / "var", prefect_port=1, **changes)
    return next((one for one in examine(settings, NOW) if one.what == name), None)


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://a:geheim@c/d", "postgresql://a:geheim@c:abc/hotline",
     "postgresql://a:geheim/d", "postgresql://a:b@geheim@c/d", "postgresql://a:geh%zzeim@c/d",
     "postgresql://a:b@[geheim/d"],
)  # fmt: skip
def test_an_address_that_is_none_is_one_broken_line(tmp_path, url):
    found = found_in(tmp_path, "数据库", database_url=url)

    assert found.level is Level.BROKEN
    assert "postgresql://用户:口令@主机" in found.words
    assert not {"geheim", "zzeim"} & set(found.words.replace("@", " ").split())
    assert "geh" not in found.words


@pytest.mark.parametrize(
    ("url", "said"),
    [("postgresql://a:geheim@127.0.0.1:1/x", "没有 PostgreSQL 在听"),
     ("postgresql://a:geheim@no-such-host.invalid/x", "主机名查不到")],
)  # fmt: skip
def test_a_wrong_port_or_host_says_which_it_is(tmp_path, url, said):
    found = found_in(tmp_path, "数据库", database_url=url)

    assert (found.level, "geheim" in found.words) == (Level.BROKEN, False)
    assert said in found.words
    assert "没有保存" not in found.words


@contextmanager
def another_service(says):
    """Listen as something that is no PostgreSQL: it says something, or hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            with suppress(OSError):
                while True:
                    with listening.accept()[0] as connection:
                        connection.recv(8)
                        connection.sendall(says)

        threading.Thread(target=answer, daemon=True).start()
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    "says", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-ERR\r\n", b"SSH-2.0-x", b""]
)
def test_the_port_of_another_service_is_named_as_that(tmp_path, says):
    with another_service(says) as port:
        found = found_in(
            tmp_path, "数据库", database_url=f"postgresql://a:geheim@127.0.0.1:{port}/x"
        )

    assert "不是 PostgreSQL" in found.words
    assert "geheim" not in found.words


def test_a_database_that_is_not_there_is_named(tmp_path, server):
    found = found_in(tmp_path, "数据库", database_url=server.format(name="nirgends"))

    assert "没有这个库或这个用户" in found.words
    assert "nirgends" in found.words


def test_the_short_name_of_the_scheme_is_one_too(database):
    short = database.url.replace("postgresql://", "postgres://")

    require_database(short)
    with connect(short).work() as session:
        assert session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1


def test_a_setting_that_is_wrong_is_named_and_a_secret_not_said(monkeypatch):
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "geheim")
    load_settings.cache_clear()

    with pytest.raises(BadInputError, match="HOTLINE_SECRET_KEY") as refused:
        read_settings()

    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("base", ["hotline.example", "ftp://hotline.example", "https://"])
def test_links_that_nobody_can_click_are_broken(tmp_path, base):
    assert found_in(tmp_path, "邮件里的链接", base_url=base).level is Level.BROKEN


def test_a_sender_that_is_no_address_is_broken_and_the_default_is_one(tmp_path):
    assert found_in(tmp_path, "发件人", mail_from="nonsense").level is Level.BROKEN
    assert found_in(tmp_path, "发件人") is None


@pytest.mark.parametrize(("password", "level"), [("recht", Level.FINE), ("falsch", Level.BROKEN)])
def test_the_mail_servers_password_is_tried(tmp_path, password, level):
    def check(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == b"recht", handled=False)

    options = {"authenticator": check, "auth_require_tls": False}
    with running(Sink(), **options) as port:
        found = found_in(tmp_path, "发信", smtp_url=f"smtp://me:{password}@127.0.0.1:{port}")

    assert found.level is level
    assert ("登录" in found.words, "falsch" in found.words) == (True, False)


def test_a_mail_server_that_is_away_is_named(tmp_path):
    found = found_in(tmp_path, "发信", smtp_url=f"smtp://127.0.0.1:{free_port()}")

    assert found.words.startswith("连不上邮件服务器 127.0.0.1:")


def test_no_advice_is_cut_off_where_the_window_is_narrow(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    advice = "请数据库管理员按说明建两个角色，" * 8

    _print([look("数据库角色", "没有建", advice)])

    said = "".join(capsys.readouterr().out.split())
    assert advice in said
    assert "…" not in said
