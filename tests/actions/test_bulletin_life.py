"""通报 has a letter's life: drafted, reviewed and signed by another, numbered in one series."""

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select, text

from engine.actions import bulletin_life as life
from engine.actions.bulletin_life import Asked
from engine.actions.figure_keeping import keep
from engine.actions.letter_register import register_of
from engine.actions.monitoring import draft_monitoring
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import OutboxMessage, Unit
from engine.store import bulletins as store
from engine.store import tickets
from engine.store.database import work
from engine.terms import LetterAct, LetterStatus, NoticeKind, ReportKind
from tests.actions.letter_steps import a_signed_letter
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    a_step,
    day,
    doing,
    moment,
)

pytestmark = pytest.mark.usefixtures("database", "in_earnest")
NOW, NEXT = "Tue 2026-12-01 10:00", "Wed 2026-12-02 10:00"
DAYS = (day("Sun 2026-11-01"), day("Mon 2026-11-30"))


def a_draft(who=SUPERVISOR, now=NOW):
    keep(moment(now))
    return doing(now, who, lambda step: life.keep_draft(step, Asked(ReportKind.BULLETIN, DAYS))).id


def on(bulletin_id, what, who=SECOND_SUPERVISOR, now=NEXT):
    return doing(now, who, lambda s: what(s, store.bulletin(s.session, bulletin_id, lock=True)))


def the(bulletin_id):
    with work() as session:
        return store.bulletin(session, bulletin_id)


def a_signed_bulletin():
    bulletin_id = a_draft()
    on(bulletin_id, life.review)
    on(bulletin_id, life.sign)
    return bulletin_id


def mails():
    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.BULLETIN)
        return list(session.exec(query))


def test_who_drafted_a_bulletin_neither_reviews_nor_signs_it():
    bulletin_id = a_draft()

    with pytest.raises(NotPermittedError, match="另一位主管核稿"):
        on(bulletin_id, life.review, SUPERVISOR)
    on(bulletin_id, life.review)
    with pytest.raises(NotPermittedError, match="另一位主管签发"):
        on(bulletin_id, life.sign, SUPERVISOR)
    assert the(bulletin_id).number == ""


def test_only_supervisors_draft_and_nothing_is_signed_unreviewed():
    with pytest.raises(NotPermittedError):
        a_draft(OPERATOR)
    bulletin_id = a_draft()

    with pytest.raises(ConflictError, match=r"待核稿.*不能签发"):
        on(bulletin_id, life.sign)


def test_it_is_numbered_at_signing_in_the_series_of_the_letters_without_a_gap():
    first, bulletin_id, last = a_signed_letter(), a_signed_bulletin(), a_signed_letter()

    one = the(bulletin_id)
    assert (one.status, one.number) == (LetterStatus.SIGNED, "城中热线〔2026〕2号")
    assert one.pdf.startswith(b"%PDF")
    assert one.docx.startswith(b"PK")
    assert first != last
    with work() as session:
        register = register_of(a_step(session, NEXT), 2026)
    assert [entry.kind for entry in register] == ["整改函", "通报", "整改函"]
    assert not [entry for entry in register if entry.status == "缺号"]


def test_what_was_reviewed_is_signed_whatever_the_figures_are_by_then():
    bulletin_id = a_draft()
    before = life.document_of(the(bulletin_id), day("Wed 2026-12-02")).body
    a_signed_ticket("Mon 2026-11-02 09:00")
    keep(moment(NEXT))

    on(bulletin_id, life.review)
    on(bulletin_id, life.sign)

    assert life.document_of(the(bulletin_id), day("Wed 2026-12-02")).body == before


def test_a_period_has_one_bulletin_in_hand_and_a_rejected_one_is_drafted_anew():
    bulletin_id = a_draft()
    with pytest.raises(ConflictError, match="已有一份在办"):
        a_draft(SECOND_SUPERVISOR)
    with pytest.raises(BadInputError, match="退回修改的理由"):
        on(bulletin_id, lambda s, one: life.turn_down(s, one, LetterAct.REJECT, " "))
    on(bulletin_id, lambda s, one: life.turn_down(s, one, LetterAct.REJECT, "案例不妥"))

    assert a_draft() == bulletin_id
    assert the(bulletin_id).status is LetterStatus.DRAFTED


def test_it_goes_with_its_files_to_units_whose_address_is_verified():
    bulletin_id = a_signed_bulletin()

    sent = on(bulletin_id, life.send)

    told = mails()
    with work() as session:
        verified = [one.email for one in session.exec(select(Unit)) if one.email_verified_at]
    assert sent == len(told) == len(verified) > 0
    assert {one.recipient for one in told} == set(verified)
    assert "【通报】城中热线〔2026〕1号 2026年11月办理情况" in {one.subject for one in told}
    with pytest.raises(ConflictError, match="已发出"):
        on(bulletin_id, life.send)


def test_a_voided_number_stays_in_the_register_with_its_reason():
    bulletin_id = a_signed_bulletin()

    on(bulletin_id, lambda s, one: life.void(s, one, "口径有误"))

    with work() as session:
        (entry,) = register_of(a_step(session, NEXT), 2026)
    assert entry.remark.startswith("作废：口径有误")


@pytest.mark.parametrize("change", ["facts = '{}'", "status = 'drafted'", "number = 'x'",
                                    "void_reason = 'x'"])  # fmt: skip
def test_the_database_itself_keeps_a_numbered_bulletin(change):
    bulletin_id = a_signed_bulletin()
    on(bulletin_id, life.send)

    with pytest.raises(DBAPIError, match="never changed"), work() as session:
        session.exec(text(f"UPDATE bulletin SET {change} WHERE id = {bulletin_id}"))


QUARTER, OVER = (day("Thu 2026-10-01"), day("Thu 2026-12-31")), "Mon 2027-01-04 10:00"


def a_quarters_draft():
    keep(moment(OVER))
    asked = Asked(ReportKind.MONITORING, QUARTER)
    return doing(OVER, SUPERVISOR, lambda step: life.keep_draft(step, asked)).id


def test_a_monitoring_report_is_signed_by_another_and_numbered_in_the_series_of_the_letters():
    report_id = a_quarters_draft()
    with pytest.raises(NotPermittedError, match="另一位主管核稿"):
        on(report_id, life.review, SUPERVISOR, OVER)
    on(report_id, life.review, now=OVER)
    on(report_id, life.sign, now=OVER)

    signed = the(report_id)
    assert signed.number == "城中热线〔2027〕1号"
    assert signed.pdf.startswith(b"%PDF")
    with work() as session:
        (entry,) = register_of(a_step(session, OVER), 2027)
    assert (entry.number, entry.kind) == (signed.number, "监测报告")


def test_a_kept_monitoring_report_says_what_its_draft_said():
    report_id = a_quarters_draft()
    with work() as session:
        drafted = draft_monitoring(a_step(session, OVER), QUARTER, ()).document

    kept = life.document_of(the(report_id), drafted.date)

    assert kept == drafted


def test_a_monitoring_report_is_mailed_to_those_who_have_a_copy_alone():
    report_id = a_quarters_draft()
    on(report_id, life.review, now=OVER)
    on(report_id, life.sign, now=OVER)
    with work() as session:
        copied = {"区发展和改革局", "区统计局"}
        verified = [one.email for one in tickets.units(session)
                    if one.name in copied and one.email and one.email_verified_at]  # fmt: skip

    on(report_id, life.send, now=OVER)

    assert the(report_id).status is LetterStatus.SENT
    assert sorted(one.recipient for one in mails()) == sorted(verified)
    assert all("监测报告" in one.subject and "抄送" in one.text for one in mails())


def test_a_months_bulletin_and_a_quarters_report_of_the_same_days_are_two():
    keep(moment(OVER))
    bulletin_id = doing(OVER, SUPERVISOR, lambda step: life.keep_draft(
        step, Asked(ReportKind.BULLETIN, QUARTER))).id  # fmt: skip

    assert a_quarters_draft() != bulletin_id


def test_a_report_never_becomes_one_of_another_kind():
    report_id = a_quarters_draft()

    with pytest.raises(DBAPIError, match="another kind"), work() as session:
        session.connection().execute(
            text("UPDATE bulletin SET kind = 'bulletin' WHERE id = :id"), {"id": report_id}
        )
