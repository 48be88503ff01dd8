"""What a person typed about a secret ticket is in no mail, whoever writes it."""

import pytest
from sqlmodel import select

from engine.actions import post
from engine.actions.own_words import NEVER_TYPED, Own
from engine.actions.post import Addressee, Mail
from engine.documents.notices import FREE_TEXT, NEEDS
from engine.models import OutboxMessage
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import NoticeKind, Recipient, TicketKind
from tests.builders import SUPERVISOR, a_step, a_ticket
from tests.documents.facts import notice_facts

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
TYPED = "冷库第三排货架没有看"
BY = [pytest.param(None, id="engine"), pytest.param(SUPERVISOR, id="supervisor")]
SECRET = {"report": {"kind": TicketKind.REPORT}, "confidential": {"confidential": True}}


def typed(value, name=""):
    """Return facts with somebody's words wherever words are not names, days or terms."""
    if isinstance(value, dict):
        return {key: typed(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [typed(one, name) for one in value]
    return TYPED if isinstance(value, str) and name not in NEVER_TYPED else value


def written(notice, facts, who=None, **ticket):
    number = a_ticket(NOW, **ticket)
    with work() as session:
        step, found = a_step(session, NOW, who), store.ticket_by_number(session, number)
        to = [Addressee("somebody@demo.invalid", Recipient.HOTLINE)]
        post.post(step, found, Mail(key="a", kind=notice, facts=facts), to)
        one = session.exec(select(OutboxMessage).where(OutboxMessage.key == "a")).one()
        return one.subject + one.text + one.html


@pytest.mark.parametrize("who", BY)
@pytest.mark.parametrize("secret", SECRET)
@pytest.mark.parametrize("kind", NoticeKind)
def test_no_notice_of_a_secret_ticket_says_words_that_are_not_marked_as_the_engines(
    kind, secret, who
):
    facts = {**typed(notice_facts()), "opinion": TYPED, "again": True, "proposal": ""}

    assert TYPED not in written(kind, facts, who, **SECRET[secret])


@pytest.mark.parametrize("who", BY)
def test_words_the_engine_made_are_told_of_a_secret_ticket_too(who):
    facts = notice_facts(reason=Own("停表结束，恢复计时"))

    assert "变更原因：停表结束，恢复计时" in written(
        NoticeKind.DUE_CHANGED, facts, who, confidential=True
    )


@pytest.mark.parametrize("who", BY)
def test_of_another_ticket_typed_words_are_told_without_the_requester(who):
    facts = notice_facts(reason="请向龙城试验食品有限公司说明")

    said = written(NoticeKind.SUPERVISION, facts, who, enterprise="龙城试验食品有限公司")

    assert "督办事由：请向该企业说明" in said


@pytest.mark.parametrize(
    ("words", "own"),
    [
        (Own("甲").strip(), True),
        (Own.joined("；", [Own("甲"), Own("乙")]), True),
        (Own.joined("；", ["甲", Own("乙")]), False),
        (f"{Own('甲')}", False),
        (Own("甲") + TYPED, False),
        (Own("甲").replace("甲", TYPED), False),
    ],
)
def test_words_that_others_were_put_into_are_the_engines_no_more(words, own):
    assert isinstance(words, Own) is own


def test_no_fact_that_people_type_into_is_taken_for_the_engines():
    free = {name for names in NEEDS.values() for name in names} - NEVER_TYPED
    words = {name for name in free if isinstance(notice_facts().get(name), str)}

    assert words == {"reason", "route_reason", "what"}
    assert {"reason", "route_reason"} <= set(FREE_TEXT)
