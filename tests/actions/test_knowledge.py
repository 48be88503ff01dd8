"""The knowledge base (知识库): owned, reviewed by another, ended by its day, cited, missed."""

from dataclasses import replace

import pytest
from sqlmodel import select

from engine.actions import endings, knowledge
from engine.actions.background import tell_calendar_alarms
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import KnowledgeEntry, KnowledgeUse, OutboxMessage
from engine.rules.knowledge import Written
from engine.store import knowledge as store
from engine.store import tickets as ticket_store
from engine.store.database import work
from engine.terms import KnowledgeReview, KnowledgeState, NoticeKind, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_ticket,
    day,
    doing,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import events_of

pytestmark = pytest.mark.usefixtures("database")
NOW, LATER = "Mon 2026-11-23 09:00", "Fri 2026-12-18 09:30"
ASKED = "请问个体户办营业执照要带什么材料，几天能办好"
WORDS = Written(
    question="个体户办营业执照带什么材料", answer="带身份证和经营场所证明，当日办结。",
    basis="市场主体登记管理条例第九条", valid_until=day("Thu 2026-12-17"),
)  # fmt: skip


def written(who=MARKET, now=NOW, unit=MARKET, **changes):
    """Write the first version of an entry and return its entry and version."""

    def do(step):
        owner = ticket_store.unit_by_name(step.session, unit)
        version = knowledge.begin(step, owner, replace(WORDS, **changes))
        return version.entry_id, version.id

    return doing(now, who, do)


def reviewed(version_id, who=SUPERVISOR, now=NOW, approved=True, reason=""):
    doing(now, who, lambda step: knowledge.review(
        step, version_id, approved=approved, reason=reason))  # fmt: skip


def in_use(**changes):
    entry_id, version_id = written(**changes)
    reviewed(version_id)
    return entry_id, version_id


def found(text=ASKED, now=NOW):
    return doing(now, OPERATOR, lambda step: [one.id for one, _ in knowledge.suggest(step, text)])


def state_of(entry_id):
    with work() as session:
        return store.entry(session, entry_id).state


def test_an_entry_is_used_only_after_another_person_reviewed_it():
    entry_id, version_id = written(who=SUPERVISOR)
    before = found()

    with pytest.raises(NotPermittedError):
        reviewed(version_id, SUPERVISOR)
    reviewed(version_id, SECOND_SUPERVISOR)

    assert before == []
    assert found() == [version_id]
    assert state_of(entry_id) is KnowledgeState.IN_FORCE


@pytest.mark.parametrize("again", ["个体户办营业执照带什么材料？", " 个体户办营业执照，带什么材料"])
def test_a_unit_has_one_entry_for_a_question_however_it_is_punctuated(again):
    entry_id, _ = written()

    with pytest.raises(BadInputError, match=f"已有这一问（第 {entry_id} 条") as refused:
        written(question=again)
    with pytest.raises(BadInputError, match="已有这一问"):
        doing(NOW, SUPERVISOR, lambda step: knowledge.want(
            step, ticket_store.unit_by_name(step.session, MARKET), again))  # fmt: skip
    assert list(refused.value.fields) == ["question"]
    assert written(who=SUPERVISOR, unit=TAX, question=again)[0] != entry_id


def test_only_its_unit_and_supervisors_write_an_entry():
    entry_id, _ = in_use()

    for who in (TAX, OPERATOR):
        with pytest.raises(NotPermittedError):
            doing(NOW, who, lambda step: knowledge.write(step, entry_id, WORDS))


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"question": "照"}, "question"), ({"answer": "带证"}, "answer"), ({"basis": " "}, "basis"),
     ({"valid_until": None}, "valid_until"),
     ({"valid_until": day("Sun 2026-11-22")}, "valid_until"),
     ({"valid_until": day("Wed 2027-11-24")}, "valid_until")],
)  # fmt: skip
def test_what_a_version_lacks_is_named(changes, field):
    with pytest.raises(BadInputError) as refused:
        written(**changes)

    assert set(refused.value.fields) == {field}


def test_a_new_version_replaces_the_old_one_which_is_kept():
    entry_id, first = in_use()
    second = doing(NOW, MARKET, lambda step: knowledge.write(
        step, entry_id, replace(WORDS, answer="带身份证即可，场所证明网上核验。")).id)  # fmt: skip
    between = found()
    reviewed(second)

    assert (between, found()) == ([first], [second])
    with work() as session:
        kept = [(one.number, one.review) for one in store.versions(session, entry_id)]
    assert kept == [(2, KnowledgeReview.APPROVED), (1, KnowledgeReview.APPROVED)]


def test_one_version_at_a_time_waits_for_review():
    entry_id, _ = written()

    with pytest.raises(ConflictError):
        doing(NOW, MARKET, lambda step: knowledge.write(step, entry_id, WORDS))


def test_a_refused_version_needs_a_reason_and_is_never_used():
    _, version_id = written()

    with pytest.raises(BadInputError):
        reviewed(version_id, approved=False)
    reviewed(version_id, approved=False, reason="没有写工本费")

    assert found() == []


def spot(number, version_id, now=NOW):
    on_ticket(number, now, OPERATOR, lambda step, ticket: endings.answer_on_the_spot(
        step, ticket, WORDS.answer, confirmed=True, knowledge_id=version_id))  # fmt: skip


def test_an_answer_on_the_spot_cites_the_entry_and_its_version():
    entry_id, version_id = in_use()
    number = a_ticket(NOW, kind=TicketKind.CONSULTATION, content=ASKED)
    spot(number, version_id)

    assert f"知识库第 {entry_id} 条第 1 版" in events_of(number)[-1].reason
    with work() as session:
        assert session.exec(select(KnowledgeUse.version_id)).all() == [version_id]


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_what_has_ended_cannot_be_cited(how):
    entry_id, version_id = in_use()
    number = a_ticket(LATER, kind=TicketKind.CONSULTATION, content=ASKED)
    if how == "withdrawn":
        doing(NOW, MARKET, lambda step: knowledge.withdraw(step, entry_id, "政策改了"))
    now = LATER if how == "expired" else "Tue 2026-12-15 09:00"

    assert found(now=now) == []
    with pytest.raises(BadInputError):
        spot(number, version_id, now)
    assert status_of(number) == "accepted"


def test_on_its_last_day_an_entry_still_holds():
    _, version_id = in_use()

    assert found(now="Thu 2026-12-17 23:59") == [version_id]
    assert found(now="Fri 2026-12-18 00:00") == []


def mails():
    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.KNOWLEDGE)
        return session.exec(query).all()


def test_the_owner_is_told_before_the_end_and_after_it_once_each():
    in_use()
    counts = []
    for now in ("Wed 2026-12-02 09:00", "Thu 2026-12-03 09:00", "Fri 2026-12-04 09:00", LATER,
                LATER):  # fmt: skip
        tell_calendar_alarms(moment(now))
        counts.append(len(mails()))

    assert counts == [0, 1, 1, 2, 2]
    assert "即将到期" in mails()[0].subject
    assert "已过期" in mails()[1].subject


def gaps(now=NOW):
    return doing(now, SUPERVISOR, knowledge.gaps)


def three_callers(now=NOW, text=ASKED, kind=TicketKind.CONSULTATION):
    return [
        a_ticket(now, kind=kind, content=text, phone=f"0772-280000{n}", enterprise=f"演示企业{n}")
        for n in range(3)
    ]


def test_a_consultation_that_keeps_coming_is_a_missing_entry_until_somebody_is_asked():
    numbers = three_callers()
    (group,) = gaps()

    def ask(step):
        owner = ticket_store.unit_by_name(step.session, MARKET)
        return knowledge.want(step, owner, "个体户办营业执照要带什么", numbers).id

    entry_id = doing(NOW, SUPERVISOR, ask)

    assert {one.number for one in group} == set(numbers)
    assert gaps() == []
    assert state_of(entry_id) is KnowledgeState.WANTED
    assert [one.recipient for one in mails()] != []
    with work() as session:
        assert session.get_one(KnowledgeEntry, entry_id).asked == numbers


@pytest.mark.parametrize("how", ["two", "complaints", "long ago", "answered", "confidential"])
def test_what_is_no_missing_entry(how):
    if how == "answered":
        in_use()
    kind = TicketKind.COMPLAINT if how == "complaints" else TicketKind.CONSULTATION
    numbers = three_callers("Fri 2026-10-16 09:00" if how == "long ago" else NOW, kind=kind)
    hidden = {"two": numbers[:1], "confidential": numbers}.get(how, [])
    with work() as session:
        for number in hidden:
            ticket_store.ticket_by_number(session, number, lock=True).confidential = True

    assert gaps() == []
