"""Units' addresses are verified by a test mail; letters go to no other; nobody is stranded."""

import re

from sqlmodel import select

from engine.models import Account, OutboxMessage, Unit
from engine.store.database import work
from engine.terms import NoticeKind
from tests.actions.letter_steps import draft, proposed
from tests.builders import (
    MARKET,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
)
from tests.looking import letters_of

EARLIER = "Mon 2026-11-02 09:00"


def unit():
    with work() as session:
        return session.exec(select(Unit).where(Unit.slug == MARKET)).one()


def forget():
    with work() as session:
        session.exec(select(Unit).where(Unit.slug == MARKET)).one().email_verified_at = None


def code():
    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.ADDRESS_CHECK)
        mail = session.exec(query.order_by(OutboxMessage.id.desc())).first()
        assert mail.recipient == unit().email
        return re.search(r"核实码：(\d{6})", mail.text)[1]


def test_an_address_is_verified_by_the_code_its_people_read_back(as_):
    forget()
    desk = as_("guanli")
    desk.get(f"/admin/units?unit={unit().id}")

    said = desk.post("/admin/units/test", id=str(unit().id)).text
    wrong = desk.post("/admin/units/confirm", id=str(unit().id), code="x")
    before = unit().email_verified_at
    right = desk.post("/admin/units/confirm", id=str(unit().id), code=code())

    assert "测试信已发往区市场监管局" in said
    assert (wrong.status_code, before) == (422, None)
    assert "核实码不对" in wrong.text
    assert "收件邮箱已核实" in right.text
    assert unit().email_verified_at is not None


def test_a_code_is_tried_five_times_at_most(as_):
    forget()
    desk = as_("guanli")
    desk.get(f"/admin/units?unit={unit().id}")
    desk.post("/admin/units/test", id=str(unit().id))
    for _ in range(5):
        desk.post("/admin/units/confirm", id=str(unit().id), code="x")

    answer = desk.post("/admin/units/confirm", id=str(unit().id), code=code())

    assert answer.status_code == 409
    assert "重新发一封" in answer.text
    assert unit().email_verified_at is None


def test_a_letter_goes_to_no_address_that_was_not_verified(as_):
    number = a_signed_ticket(EARLIER)
    proposed(number)
    (letter,) = letters_of(number)
    draft(letter.id)
    second = as_(SECOND_SUPERVISOR)
    second.get(f"/letters/{letter.id}")
    assert second.post(f"/letters/{letter.id}/review").status_code == 200
    forget()

    asked = second.get(f"/letters/{letter.id}?step=approve").text
    refused = second.post(f"/letters/{letter.id}/approve")

    assert "没有核实过" in asked
    assert refused.status_code == 409
    assert "收件邮箱没有核实过，请先在“单位”里核实。" in refused.text
    assert letters_of(number)[0].number == ""


def test_a_clue_can_be_suggested_from_a_letter(as_):
    number = a_signed_ticket(EARLIER)
    proposed(number)
    (letter,) = letters_of(number)
    desk = as_(SUPERVISOR)
    desk.get(f"/letters/{letter.id}")
    desk.post(f"/letters/{letter.id}/draft", grounds=letter.grounds, demands="办结",
              evidence=letter.evidence)  # fmt: skip

    bare = desk.post(f"/letters/{letter.id}/refer")
    said = desk.post(f"/letters/{letter.id}/refer", opinion="屡次敷衍，建议移交")
    again = desk.post(f"/letters/{letter.id}/refer", opinion="屡次敷衍，建议移交")

    assert bare.status_code == 422
    assert "已提议移交线索" in said.text
    assert again.status_code == 409


def test_the_last_of_a_unit_with_open_work_is_not_switched_off(as_):
    a_signed_ticket("Tue 2026-11-24 09:00")
    desk = as_("guanli")
    with work() as session:
        account = session.exec(select(Account).where(Account.username == MARKET)).one()
        session.exec(select(Account).where(Account.username == "fuzeren")).one().active = False
        own = session.exec(select(Account).where(Account.username == "guanli")).one()
    desk.get("/admin/accounts")

    answer = desk.post("/admin/accounts/switch", id=str(account.id), active="no")
    mine = desk.post("/admin/accounts/switch", id=str(own.id), active="no")

    assert answer.status_code == 409
    assert "停用前请把 1 件在办转给他人" in answer.text
    assert mine.status_code == 422
