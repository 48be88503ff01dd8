"""The administrator's pages of API keys and of events pushed to other systems."""

import re

import pytest
from sqlmodel import select

from engine.actions import webhook_sending
from engine.models import ApiKey, WebhookDelivery, WebhookSubscription
from engine.settings import load_settings
from engine.store.database import work
from tests.builders import OPERATOR, SUPERVISOR, a_dispatched_ticket, moment
from tests.delivery.receiver import receiving
from tests.pages.conftest import NOW

KEYS, HOOKS = "/admin/keys", "/admin/webhooks"
SECRET = r"<pre>((?:hl_|whsec_)\S+)</pre>"


def push(at=NOW):
    now = moment(at)
    return webhook_sending.push(webhook_sending.webhooks_due(now, 8), now)


@pytest.fixture
def receiver(monkeypatch):
    with receiving() as kept:
        monkeypatch.setenv("HOTLINE_WEBHOOK_NETWORKS", "127.0.0.0/8")
        monkeypatch.setenv("HOTLINE_WEBHOOK_PORTS", str(kept.port))
        load_settings.cache_clear()
        yield kept


@pytest.fixture
def desk(as_):
    made = as_("guanli")
    made.get(HOOKS)
    return made


@pytest.fixture
def pushed_to(desk, receiver):
    """Return the desk at the page of a new subscription."""
    desk.made = desk.post(f"{HOOKS}/add", name="智管云", url=receiver.url, format="standard").text
    desk.get(f"{HOOKS}/1")
    return desk


@pytest.mark.parametrize("path", [KEYS, HOOKS, f"{HOOKS}/1"])
@pytest.mark.parametrize("who", [OPERATOR, SUPERVISOR, "zhidu"])
def test_only_the_administrator_sees_these_pages(as_, who, path):
    assert as_(who).get(path).status_code == 403


def test_only_the_administrator_changes_a_subscription(as_, pushed_to):
    other = as_(OPERATOR)
    other.get("/desk")

    for what in ("add", "1/try", "1/rotate", "1/stop"):
        assert other.post(f"{HOOKS}/{what}", name="x", url="https://x.example/").status_code == 403


def test_empty_lists_say_what_to_do(desk):
    assert "监测平台（智管云）或热线系统要实时数据" in desk.page
    assert "还没有接口密钥" in desk.get(KEYS).text


def test_a_key_with_networks_and_a_last_day_is_shown_with_them(desk):
    desk.get(KEYS)

    desk.post(
        f"{KEYS}/add", name="热线系统", scopes="tickets:write", expires_on="2026-12-01",
        networks="10.20.0.0/16\n10.30.1.5", calls_per_minute="60",
    )  # fmt: skip
    page = desk.get(KEYS).text

    assert "10.20.0.0/16" in page
    assert "10.30.1.5/32" in page
    assert "天后到期" in page
    assert "每分钟至多 60 次" in page


def test_a_wrong_key_form_keeps_what_was_typed(desk):
    desk.get(KEYS)

    answer = desk.post(f"{KEYS}/add", name="热线系统", scopes="tickets:write",
                       networks="十号楼", expires_on="明年")  # fmt: skip
    again = desk.post(f"{KEYS}/add", name="热线系统", scopes="tickets:write", networks="十号楼")

    assert answer.status_code == again.status_code == 422
    assert "2027-06-30 的样子" in answer.text
    assert "“十号楼”不是网段" in again.text
    assert "十号楼" in answer.text


def test_a_key_is_replaced_and_its_old_secret_ended(desk):
    desk.get(KEYS)
    first = re.search(SECRET, desk.post(f"{KEYS}/add", name="热线", scopes="events:read").text)[1]

    second = re.search(SECRET, desk.post(f"{KEYS}/rotate", id="1").text)[1]
    between = desk.get(KEYS).text
    desk.post(f"{KEYS}/end-old", id="1")

    assert first != second
    assert "旧密钥用到" in between
    with work() as session:
        assert session.get_one(ApiKey, 1).old_hash is None
    assert second not in desk.get(KEYS).text


def test_a_secret_is_shown_once_and_a_trial_arrives(pushed_to, receiver):
    secret = re.search(SECRET, pushed_to.made)[1]
    assert secret not in pushed_to.page

    said = pushed_to.post(f"{HOOKS}/1/try").text
    push()
    page = pushed_to.get(f"{HOOKS}/1").text

    assert "试发已排入" in said
    assert len(receiver.got) == 1
    assert "● 已送达" in page
    assert "204" in page


def test_a_subscription_inside_the_house_is_refused_with_the_reason(desk):
    answer = desk.post(f"{HOOKS}/add", name="内网", url="http://10.0.0.8/hook")

    assert answer.status_code == 422
    assert "HOTLINE_WEBHOOK_NETWORKS" in answer.text
    assert 'value="http://10.0.0.8/hook"' in answer.text


def test_a_form_sent_twice_makes_one_subscription(desk, receiver):
    for _ in range(2):
        answer = desk.post(f"{HOOKS}/add", name="智管云", url=receiver.url)

    assert answer.status_code == 409
    assert "已有推送“智管云”" in answer.text


def test_the_page_tells_what_was_pushed_and_pushes_it_again(pushed_to, receiver):
    number = a_dispatched_ticket("Tue 2026-11-24 09:30")
    push()
    page = pushed_to.get(f"{HOOKS}/1").text
    with work() as session:
        first = session.exec(select(WebhookDelivery)).all()[0]

    pushed_to.post(f"{HOOKS}/1/replay", delivery=str(first.id))
    push()

    assert number in page
    assert "派单" in page
    assert len(receiver.got) == 3


def test_what_did_not_arrive_is_counted_and_comes_again_at_a_press(pushed_to, receiver):
    a_dispatched_ticket("Tue 2026-11-24 09:30")
    receiver.answer = lambda _: 422
    with work() as session:
        for one in session.exec(select(WebhookDelivery)):
            one.attempts = 9
    push()
    assert "■ 2 件" in pushed_to.get(f"{HOOKS}/1").text
    assert "■ 未送达 2" in pushed_to.get(HOOKS).text
    receiver.answer = lambda _: 204

    said = pushed_to.get(f"{HOOKS}/1") and pushed_to.post(f"{HOOKS}/1/replay-dead").text
    push()

    assert "已排入补发：2 件" in said
    assert len(receiver.got) == 4


def test_events_since_a_moment_come_again_and_a_wrong_moment_is_said(pushed_to, receiver):
    a_dispatched_ticket("Tue 2026-11-24 09:30")

    wrong = pushed_to.post(f"{HOOKS}/1/replay-since", since="昨天")
    pushed_to.get(f"{HOOKS}/1")
    right = pushed_to.post(f"{HOOKS}/1/replay-since", since="2026-11-24T00:00")

    assert wrong.status_code == 422
    assert "从什么时刻起" in wrong.text
    assert "已排入补发" in right.text


def test_a_subscription_is_changed_stopped_and_started(pushed_to, receiver):
    pushed_to.post(f"{HOOKS}/1/change", name="监测平台", url=receiver.url, private="yes",
                   format="cloudevents_batch", batch_size="50", events="dispatch")  # fmt: skip
    stopped = pushed_to.post(f"{HOOKS}/1/stop").text
    refused = pushed_to.post(f"{HOOKS}/1/try")
    pushed_to.get(f"{HOOKS}/1")
    started = pushed_to.post(f"{HOOKS}/1/start").text

    assert "‖ 人工停用" in stopped
    assert refused.status_code == 409
    assert "已启用" in started
    with work() as session:
        one = session.get_one(WebhookSubscription, 1)
    assert (one.name, one.private, one.batch_size, one.event_types, one.stopped) == (
        "监测平台", True, 50, ["dispatch"], None,
    )  # fmt: skip


def test_a_signing_secret_is_replaced_and_the_old_one_ended(pushed_to):
    shown = pushed_to.post(f"{HOOKS}/1/rotate").text
    again = pushed_to.post(f"{HOOKS}/1/rotate")
    pushed_to.get(f"{HOOKS}/1")
    ended = pushed_to.post(f"{HOOKS}/1/end-old").text

    assert re.search(SECRET, shown)
    assert "新旧并用" in shown
    assert again.status_code == 409
    assert "旧签名密钥已停用" in ended


def test_a_receiver_that_is_gone_is_told_on_the_first_page_of_administration(pushed_to, receiver):
    a_dispatched_ticket("Tue 2026-11-24 09:30")
    before = pushed_to.get("/admin").text
    receiver.answer = lambda _: 410
    push()

    assert "停推" not in before
    assert "事件推送“智管云”对方已注销" in pushed_to.get("/admin").text


def test_an_act_or_a_subscription_that_is_none_is_a_page(pushed_to):
    assert pushed_to.post(f"{HOOKS}/1/explode").status_code == 404
    assert pushed_to.get(f"{HOOKS}/99").status_code == 404
    assert pushed_to.get(f"{HOOKS}/{10**30}").status_code == 404
    assert pushed_to.post(f"{KEYS}/explode").status_code == 404
