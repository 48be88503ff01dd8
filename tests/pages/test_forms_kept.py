"""What is half typed on a letter, a breach, a finding or an extension is kept on the server too."""

import re

import pytest
from sqlmodel import select

from engine.actions import findings
from engine.actions.adjusting import request_extension
from engine.actions.finding_evidence import FindingForm
from engine.models import Draft
from engine.store.database import work
from tests.builders import (
    MARKET,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    doing,
    on_ticket,
)
from tests.looking import breaches_of, sweep
from tests.pages.test_letters_and_supervision import draft, letter, letter_id, send_out

__all__ = ["letter_id"]
MADE, WORDS = "Mon 2026-11-23 10:00", "窗口当日停电，另有值班记录可查"


@pytest.fixture
def breach_id(database):
    number = a_signed_ticket("Mon 2026-11-02 09:00")
    sweep("Mon 2026-11-23 09:00")
    return next(one.id for one in breaches_of(number) if one.kind.value == "handling")


def confirmed(breach_id):
    form = FindingForm(kind="confirmed", reason="超期属实，未见正当理由", evidence="")
    return doing(MADE, SUPERVISOR, lambda step: findings.judge_breach(step, breach_id, form).id)


def kept():
    with work() as session:
        return [one.form_id for one in session.exec(select(Draft).order_by(Draft.id))]


def typed(desk, address, **fields):
    """Type in the form of a page and leave, as its script keeps it; return the draft's id."""
    page = desk.get(address).text
    form_id = re.search(r'data-draft="([^"]+)"', page)[1]
    mark = {"page": desk.hidden("page"), "rev": desk.hidden("rev")}
    answer = desk.post(f"/drafts/{form_id}", mark, **fields)
    return answer.headers["x-draft"]


def test_a_units_reply_to_a_letter_is_there_again_and_gone_once_sent(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    send_out(as_(SECOND_SUPERVISOR), letter_id)
    unit, address = as_(MARKET), f"/unit/letters/{letter_id}"

    form_id = typed(unit, address, text=WORDS)
    again = as_(MARKET).get(address).text
    listed = unit.get("/drafts").text
    unit.get(address)
    unit.post(address, text=WORDS + "，已逐项整改到位。", form_id=unit.hidden("form_id"))

    assert WORDS in again
    assert "自动保存的草稿" in again
    assert f'href="{address}?draft={form_id}"' in listed
    assert f"{letter(letter_id).number} 函件回复" in listed
    assert letter(letter_id).reply.startswith(WORDS)
    assert kept() == []


def test_a_letter_half_drafted_is_there_again_with_what_was_ticked(as_, letter_id):
    desk, address = as_(SUPERVISOR), f"/letters/{letter_id}"

    typed(desk, address, found=WORDS, demands="当面说明", grounds=["overdue", "bad_attitude"])
    again = as_(SUPERVISOR).get(address).text

    assert WORDS in again
    assert "当面说明" in again
    assert 'name="grounds" value="bad_attitude" checked' in again
    draft(desk, letter_id)
    assert "当面说明" not in as_(SECOND_SUPERVISOR).get(address).text


def test_once_a_letter_is_drafted_its_draft_is_gone(as_, letter_id):
    desk, address = as_(SUPERVISOR), f"/letters/{letter_id}"
    typed(desk, address, demands="当面说明")
    desk.get(address)

    desk.post(
        f"{address}/draft", grounds="bad_attitude", demands="当面说明", found=WORDS,
        evidence=letter(letter_id).evidence, form_id=desk.hidden("form_id"),
    )  # fmt: skip

    assert letter(letter_id).status.value == "drafted"
    assert kept() == []


def test_words_of_a_step_that_is_over_can_still_be_copied(as_, letter_id):
    desk, address = as_(SECOND_SUPERVISOR), f"/letters/{letter_id}"
    typed(desk, address, demands=WORDS)

    draft(as_(SUPERVISOR), letter_id)

    page = desk.get(address).text
    assert "没有提交的拟稿" in page
    assert WORDS in page


def test_a_finding_half_written_is_there_again_and_gone_once_saved(as_, breach_id):
    desk, address = as_(SUPERVISOR), f"/supervise/breaches/{breach_id}"

    typed(desk, address, judgement="confirmed", reason=WORDS)
    again = desk.get(address).text
    desk.post(address, judgement="confirmed", reason=WORDS, form_id=desk.hidden("form_id"))

    assert WORDS in again
    assert 'value="confirmed" checked' in again
    assert kept() == []


def test_an_appeal_half_written_is_there_again_and_gone_once_sent(as_, breach_id):
    found = confirmed(breach_id)
    unit, address = as_(MARKET), f"/findings/{found}"

    typed(unit, address, reason=WORDS)
    again = unit.get(address).text
    unit.post(f"{address}/appeal", reason=WORDS, form_id=unit.hidden("form_id"))

    assert WORDS in again
    assert kept() == []


def test_a_ruling_and_a_decision_of_days_are_kept_too(as_, breach_id):
    found = confirmed(breach_id)
    doing(MADE, MARKET, lambda step: findings.appeal(step, found, "另有记录"))
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    on_ticket(number, "Tue 2026-11-24 09:00", MARKET,
              lambda step, ticket: request_extension(step, ticket, 1, "需现场检测"))  # fmt: skip
    second = as_(SECOND_SUPERVISOR)

    for address in (f"/findings/{found}", "/supervise/extensions/1"):
        typed(second, address, reason=WORDS)
        assert WORDS in second.get(address).text, address


def test_a_second_page_keeps_its_words_beside_the_first(as_, breach_id):
    first, second = as_(SUPERVISOR), as_(SUPERVISOR)
    address = f"/supervise/breaches/{breach_id}"
    first.get(address), second.get(address)

    ids = [desk.post(f"/drafts/breach-{breach_id}", {"page": desk.hidden("page"), "rev": "0"},
                     reason=f"{WORDS}{place}").headers["x-draft"]
           for place, desk in enumerate((first, second))]  # fmt: skip

    assert len(set(ids)) == 2
    page = first.get(address).text
    assert f"{WORDS}1" in page
    assert f'href="{address}?draft={ids[0]}"' in page
    assert f"{WORDS}0" in first.get(f"{address}?draft={ids[0]}").text


def test_nobody_elses_draft_is_shown(as_, breach_id):
    typed(as_(SUPERVISOR), f"/supervise/breaches/{breach_id}", reason=WORDS)

    page = as_(SECOND_SUPERVISOR).get(f"/supervise/breaches/{breach_id}").text

    assert WORDS not in page


def test_an_extension_is_neither_granted_nor_refused_without_a_choice(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    on_ticket(number, "Tue 2026-11-24 09:00", MARKET,
              lambda step, ticket: request_extension(step, ticket, 1, "需现场检测"))  # fmt: skip
    desk = as_(SUPERVISOR)
    desk.get("/supervise/extensions/1")

    answer = desk.post("/supervise/extensions/1", reason=WORDS)

    assert answer.status_code == 422
    assert 'href="#granted"' in answer.text
    assert "请点“同意延期”或“不同意”" in answer.text
    assert WORDS in answer.text
    assert "/supervise/extensions/1" in desk.get("/supervise/approvals").text
