"""After two years nobody can tell who called; every figure and the audit chain stay."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from engine.actions import audit, retention, review, unit_work
from engine.actions.actor import SYSTEM
from engine.actions.audit_verify import verify
from engine.actions.desk_work import unmask
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import AuditEntry, Requester, TicketEventRecord
from engine.store import retention as store
from engine.store.database import work
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_callback,
    a_dispatched_ticket,
    a_ticket,
    an_answer,
    call_back,
    moment,
    on_ticket,
)
from tests.looking import ticket_of
from tests.store.test_sealed_people import everything_in

OPENED, CLOSED = "Mon 2023-11-20 09:00", "Wed 2023-11-22 10:00"
DAY_BEFORE, ON_DAY = "Sat 2025-11-22 02:10", "Sun 2025-11-23 02:10"
PHONE, NAME = "13811112222", "欧阳测试"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def closed():
    number = a_dispatched_ticket(
        OPENED, MARKET, phone=PHONE, contact_name=NAME,
        content=f"{NAME}的店门口道路开挖没有围挡，请回电{PHONE}",
    )  # fmt: skip
    on_ticket(number, OPENED, MARKET, unit_work.sign_for)
    on_ticket(number, OPENED, MARKET, lambda s, t: unit_work.first_contact(s, t, f"{NAME}接的电话"))
    on_ticket(number, OPENED, OPERATOR, lambda s, t: unmask(s, t, f"回拨{PHONE}") and None)
    on_ticket(number, CLOSED, MARKET, lambda s, t: unit_work.answer(
        s, t, an_answer(text=f"已与{NAME}联系，围挡已装好，道路恢复通行。")))  # fmt: skip
    on_ticket(number, CLOSED, OPERATOR, review.approve_answer)
    call_back(
        number,
        CLOSED,
        a_callback(words=f"{NAME}说满意"),
    )
    assert ticket_of(number).closed_at is not None
    return number


def counted(now="Mon 2025-11-24 09:00"):
    """Return what the figures are made from, whatever they are."""
    query = """
    SELECT t.id, t.kind, t.status, t.accepted_at, t.closed_at, t.task_rows, c.kind, c.due_at,
           c.stopped_at, b.solved, b.satisfaction, e.seq, e.event, e.at
    FROM ticket t JOIN clock c ON c.ticket_id = t.id JOIN callback b ON b.ticket_id = t.id
    JOIN ticket_event e ON e.ticket_id = t.id ORDER BY t.id, c.id, e.seq
    """
    with work() as session:
        return session.execute(text(query)).all()


def test_the_requester_goes_after_two_years_and_the_matter_stays(database, closed):
    before = counted()

    assert retention.run(moment(DAY_BEFORE))["taken_out"] == 0
    assert retention.run(moment(ON_DAY))["taken_out"] == 1

    said = everything_in(database)
    assert PHONE not in said
    assert NAME not in said
    assert "道路开挖没有围挡" in ticket_of(closed).content
    assert counted() == before
    with work() as session:
        who = session.get_one(Requester, ticket_of(closed).id)
        assert (who.phone, who.contact_name, who.phone_mark, who.phone_end) == ("", "", None, None)


def test_a_second_run_changes_nothing_more(closed):
    retention.run(moment(ON_DAY))

    assert retention.run(moment(ON_DAY))["taken_out"] == 0


def test_the_audit_chain_stays_whole_and_says_what_was_taken_out(closed):
    retention.run(moment(ON_DAY))

    with work() as session:
        assert verify(session).fault == ""
        actions = session.exec(select(AuditEntry.action)).all()
        reasons = " ".join(session.exec(select(TicketEventRecord.reason)).all())
    assert {"taken_out", "words_taken_out"} <= set(actions)
    assert "〔姓名〕接的电话" in reasons


def test_words_changed_by_hand_are_still_found(database, closed):
    taken_out_by_hand(closed, "ARRAY['接的电话']", "ARRAY['〔姓名〕']")

    assert "被改过" in fault()


def taken_out_by_hand(number, said, instead):
    with work() as session:  # the program's own role
        change = f"SELECT id FROM hotline_take_out(:id, {said}, {instead}) AS id"
        found = session.execute(text(change), {"id": ticket_of(number).id})
        return list(found.scalars())


def fault():
    with work() as session:
        return verify(session).fault


@pytest.mark.parametrize(("said", "instead"), [
    ("ARRAY['接的电话']", "ARRAY['没接']"),
    ("ARRAY['接的电话']", "ARRAY['〔姓名〕没接']"),
    ("ARRAY['接的电话']", "ARRAY[NULL]"),
    ("ARRAY['接', '的']", "ARRAY['〔姓名〕']"),
    ("ARRAY['']", "ARRAY['〔电话〕']"),
])  # fmt: skip
def test_the_way_of_retention_writes_masks_and_nothing_else(closed, said, instead):
    with pytest.raises(IntegrityError, match="masks alone"):
        taken_out_by_hand(closed, said, instead)


def named(ids, stream, **more):
    with work() as session:
        details = {"log": "ticket_event", "ids": ids, **more}
        audit.note(session, SYSTEM, moment(ON_DAY), audit.Note(stream, "words_taken_out", details))


def test_an_entry_of_another_stream_excuses_nothing(closed):
    named(taken_out_by_hand(closed, "ARRAY['接的电话']", "ARRAY['〔姓名〕']"), "account:7")

    assert "被改过" in fault()


def rewritten(database, set_to, where):
    """Change events as somebody who owns the database could; return which."""
    with database.engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        change = text(f"UPDATE ticket_event SET {set_to} WHERE {where} RETURNING id")
        return list(owner.execute(change).scalars())


def test_words_without_a_mask_are_excused_by_no_entry(database, closed):
    ids = rewritten(database, "reason = '伪造'", "reason LIKE '%接的电话'")
    named(ids, "reference:retention")

    assert "被改过" in fault()


def test_what_retention_left_cannot_be_changed_afterwards(database, closed):
    retention.run(moment(ON_DAY))
    assert fault() == ""

    assert rewritten(database, "reason = '〔姓名〕没接电话'", "reason = '〔姓名〕接的电话'")

    assert "被改过" in fault()


def test_what_an_older_version_took_out_needs_no_digest(closed):
    named(
        taken_out_by_hand(closed, "ARRAY['接的电话']", "ARRAY['〔姓名〕']"), "reference:retention"
    )

    assert fault() == ""


def test_nothing_but_words_can_be_changed_on_the_way_of_retention(database, closed):
    change = "SET LOCAL hotline.taking_out = 'on'; UPDATE ticket_event SET seq = -seq, reason = ''"
    with pytest.raises(IntegrityError), database.engine.begin() as owner:
        owner.exec_driver_sql(change)


def test_the_page_says_how_many_of_the_oldest_are_due_and_are_in_the_archive(closed):
    a_ticket(ON_DAY)
    with work() as session:
        early = retention.preview(session, moment(DAY_BEFORE))
        found = retention.preview(session, moment(ON_DAY))
        archive = retention.preview(session, moment("Fri 2033-11-25 09:00"))

    assert (early.looked_at, early.due, found.looked_at, found.due) == (2, 0, 2, 1)
    assert (found.archive, archive.archive) == (0, 1)


def test_a_hold_stops_it_until_it_is_released(closed):
    on_ticket(closed, ON_DAY, SUPERVISOR, lambda s, t: retention.hold(s, t, "行政复议中"))
    assert retention.run(moment(ON_DAY))["taken_out"] == 0
    with work() as session:
        found = retention.preview(session, moment(ON_DAY))
    assert (found.due, found.held) == (0, 1)

    on_ticket(closed, ON_DAY, SUPERVISOR, lambda s, t: retention.release(s, t, "复议已结"))

    assert retention.run(moment(ON_DAY))["taken_out"] == 1
    with work() as session:
        assert [one.release_reason for one, _ in store.holds(session)] == ["复议已结"]
        actions = set(session.exec(select(AuditEntry.action)).all())
    assert {"hold", "release"} <= actions


def test_only_a_supervisor_holds_and_only_with_a_reason_and_once(closed):
    with pytest.raises(NotPermittedError):
        on_ticket(closed, ON_DAY, OPERATOR, lambda s, t: retention.hold(s, t, "想留着"))
    with pytest.raises(BadInputError, match="为什么保存"):
        on_ticket(closed, ON_DAY, SUPERVISOR, lambda s, t: retention.hold(s, t, " "))
    on_ticket(closed, ON_DAY, SUPERVISOR, lambda s, t: retention.hold(s, t, "法院调卷"))
    with pytest.raises(ConflictError):
        on_ticket(closed, ON_DAY, SUPERVISOR, lambda s, t: retention.hold(s, t, "再来"))


def test_an_open_ticket_is_never_touched_however_old():
    a_ticket(OPENED, phone=PHONE)

    assert retention.run(moment(ON_DAY))["taken_out"] == 0


def test_a_run_that_was_stopped_goes_on_with_what_is_left(closed, monkeypatch):
    monkeypatch.setattr(retention, "BEFORE_A_TICK_ENDS", 0)
    assert retention.run(moment(ON_DAY))["taken_out"] == 0

    monkeypatch.setattr(retention, "BEFORE_A_TICK_ENDS", 50)
    assert retention.run(moment(ON_DAY))["taken_out"] == 1
