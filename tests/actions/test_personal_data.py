"""No mail of a whole life says who brought the ticket, or in which words."""

import io
import zipfile
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from sqlmodel import select

from engine.actions import letter_signing, letters, overseeing, review, unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.routing import route_ticket
from engine.models import OutboxMessage, Unit
from engine.store import letters as letter_store
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import ReturnReason, TicketKind
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_ticket,
    an_answer,
    an_unhappy_callback,
    call_back,
    doing,
    on_ticket,
)
from tests.looking import letters_of, send_mails, sweep, ticket_of

SECRETS = {
    "enterprise": "绝密演示商行",
    "contact_name": "张三测试",
    "phone": "13800000000",
    "title": "变更登记被拒的标题",
    "content": "我公司绝密演示商行的张三测试办理营业执照变更登记，窗口蓝衣女士刁难，"
    "电话13800000000。",
    "place": "演示路八百八十八号",
}
TRACES = (*SECRETS.values(), "蓝衣女士", "刁难")
pytestmark = pytest.mark.usefixtures("database")


def a_full_life(kind):
    number = a_ticket("Mon 2026-11-23 09:00", kind=kind, support_units=(), **SECRETS)
    doing("Mon 2026-11-23 09:01", None, lambda step: route_ticket(step, ticket_of(number).id))
    if ticket_of(number).lead_unit_id is None:
        on_ticket(number, "Mon 2026-11-23 09:02", OPERATOR, _hand_to(MARKET))
    unit = _lead_slug(number)
    _returned_and_designated(number, unit)
    sweep("Mon 2026-12-28 09:00")  # every warning, the breach and the whole ladder at once
    on_ticket(number, "Mon 2026-12-28 10:00", SUPERVISOR,
              lambda s, t: overseeing.remind(s, t, "请抓紧办理"))  # fmt: skip
    _letter(number)
    for now in ("Tue 2026-12-29 09:00", "Wed 2026-12-30 09:00"):
        on_ticket(number, now, FINANCE, lambda s, t: unit_work.answer(s, t, an_answer(
            text="已联系张三测试并办结执照变更。")))  # fmt: skip
        on_ticket(number, now, OPERATOR, review.approve_answer)
        call_back(number, now, an_unhappy_callback(words="张三测试说没办"))
    sweep("Mon 2027-01-25 09:00")
    return number


def _hand_to(name):
    return lambda s, t: dispatch(s, t, Dispatch(store.unit_by_name(s.session, name)))


def _lead_slug(number):
    with work() as session:
        return session.get_one(Unit, ticket_of(number).lead_unit_id).slug


def _returned_and_designated(number, unit):
    form = unit_work.ReturnForm(
        reason=ReturnReason.OTHER_UNIT_LEADS,
        explanation="张三测试住址在外",
        legal_basis="三定方案",
        suggested_unit=TAX,
    )
    now = "Mon 2026-11-23 10:00"
    on_ticket(number, now, unit, lambda s, t: unit_work.request_return(s, t, form))
    on_ticket(number, now, OPERATOR, lambda s, t: review.rule_on_return(
        s, t, review.Ruling(True, "职责不符", store.unit_by_name(s.session, TAX))))  # fmt: skip
    other = replace(form, suggested_unit=FINANCE)
    on_ticket(number, now, TAX, lambda s, t: unit_work.request_return(s, t, other))
    on_ticket(number, now, SUPERVISOR, review.convene_panel)
    on_ticket(number, now, SUPERVISOR, lambda s, t: review.designate(
        s, t, store.unit_by_name(s.session, FINANCE), (store.unit_by_name(s.session, MARKET),),
        "会商研定"))  # fmt: skip
    on_ticket(number, now, FINANCE, unit_work.sign_for)
    on_ticket(number, now, FINANCE, lambda s, t: unit_work.first_contact(s, t, "张三测试已接电话"))


def _letter(number):
    letter = letters_of(number)[0]

    def draft(step):
        mine = letter_store.letter(step.session, letter.id, lock=True)
        grounds = (letters.RectificationGround.DUTY_NOT_PERFORMED,)
        letters.draft_letter(step, mine, letters.Draft(grounds, ("立即办理",)))

    def approve(step):
        mine = letter_store.letter(step.session, letter.id, lock=True)
        for act in (letters.review_letter, letter_signing.sign_letter, letter_signing.send_letter):
            act(step, mine)

    doing("Mon 2026-12-28 11:00", SUPERVISOR, draft)
    doing("Mon 2026-12-28 12:00", SECOND_SUPERVISOR, approve)


@pytest.mark.parametrize("kind", [TicketKind.COMPLAINT, TicketKind.REPORT])
def test_no_mail_of_a_full_life_names_the_requester_or_quotes_the_matter(kind, var):
    a_full_life(kind)

    with work() as session:
        mails = session.exec(select(OutboxMessage)).all()
    assert {mail.kind.value for mail in mails} >= {
        "assignment", "assisting", "warning", "reminder", "return_ruling", "letter_proposed",
        "rectification", "rework", "supervision",
    }  # fmt: skip
    said = [
        (mail.kind.value, trace)
        for mail in mails
        for trace in TRACES
        if trace in f"{mail.subject}{mail.text}{mail.html}{mail.key}{mail.recipient}"
    ]
    assert said == []


def test_the_sent_files_of_a_full_life_say_nothing_either(var):
    a_full_life(TicketKind.COMPLAINT)

    send_mails("Mon 2027-01-25 09:01")

    written = [words for path in (var / "mailbox").glob("*.eml") for words in words_of(path)]
    assert len(written) > 20
    assert [(trace, words) for trace in TRACES for words in written if trace in words] == []


def words_of(path):
    """Return every readable text of a mail: its headers, its parts, the letter in its DOCX."""
    message = message_from_bytes(path.read_bytes(), policy=default)
    yield str(message.items())
    for part in message.walk():
        if part.get_content_maintype() == "text":
            yield part.get_content()
        if (part.get_filename() or "").endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(part.get_payload(decode=True))) as archive:
                yield archive.read("word/document.xml").decode()
