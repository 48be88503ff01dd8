"""`hotline key` and `hotline webhooks`, as the person on duty types them."""

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from engine.actions.people import api_key
from engine.cli import keys, webhooks
from engine.errors import BadInputError, ConflictError, NotFoundError
from engine.settings import load_settings
from engine.store.database import work
from tests.actions.webhook_steps import a_subscription, deliveries
from tests.builders import a_dispatched_ticket, moment

NOW = "Mon 2026-11-23 09:00"


@pytest.fixture
def run(monkeypatch, database):
    app = typer.Typer()
    keys.register(app)
    webhooks.register(app)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    load_settings.cache_clear()

    def invoke(*arguments):
        done = CliRunner().invoke(app, list(arguments))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return invoke


def test_a_key_is_made_listed_replaced_and_revoked(run):
    secret = run("key", "create", "热线", "--scope", "events:read", "--network", "10.20.0.0/16",
                 "--until", "2099-12-31", "--calls", "60").split("\n")[0]  # fmt: skip
    listed = run("key", "list")
    new = run("key", "rotate", "1")
    revoked = run("key", "revoke", "1")

    assert secret.startswith("hl_")
    assert "1  在用  热线" in listed
    assert "10.20.0.0/16" in listed
    assert secret not in listed
    assert new.startswith("hl_")
    assert "旧密钥用到" in new
    assert "“热线”已停用" in revoked
    assert "1  停用  热线" in run("key", "list")


def test_a_key_made_here_works(run):
    secret = run("key", "create", "热线").split("\n")[0]

    with work() as session:
        assert api_key(session, secret, "tickets:write", moment(NOW)).name == "热线"


def test_a_wrong_key_is_refused_in_words(run):
    with pytest.raises(BadInputError, match="不是网段"):
        run("key", "create", "热线", "--network", "十号楼")
    run("key", "create", "热线")
    with pytest.raises(ConflictError, match="已有在用的密钥"):
        run("key", "create", "热线")
    with pytest.raises(NotFoundError):
        run("key", "rotate", "9")


def test_empty_lists_say_so(run):
    assert "还没有接口密钥" in run("key", "list")
    assert "还没有推送对象" in run("webhooks", "list")


def test_what_did_not_arrive_is_listed_and_pushed_again(run):
    a_subscription("https://platform.example/hook")
    number = a_dispatched_ticket(NOW)
    with work() as session:
        session.connection().execute(
            text("UPDATE webhook_delivery SET state = 'dead', attempts = 10,"
                 " last_error = '对方回答 422', settled_at = next_attempt_at")
        )  # fmt: skip

    before, dead = run("webhooks", "list"), run("webhooks", "dead", "1")
    said = run("webhooks", "replay", "1")

    assert "1  推送中  监测平台" in before
    assert "未送达 2" in before
    assert number in dead
    assert "试过 10 次  对方回答 422" in dead
    assert "已排入补发：2 件" in said
    assert len(deliveries("pending")) == 2
    assert "没有未送达的" in run("webhooks", "dead", "1")


def test_everything_since_a_moment_is_pushed_again(run):
    a_dispatched_ticket(NOW)
    a_subscription("https://platform.example/hook")

    assert "2 件" in run("webhooks", "replay", "1", "--since", "2020-01-06T00:00")
    with pytest.raises(NotFoundError, match="没有编号为 7"):
        run("webhooks", "replay", "7")
