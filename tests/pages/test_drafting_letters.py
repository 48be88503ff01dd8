"""Drafting and approving a letter: the same evidence for both, nothing typed is lost."""

import pytest

from engine.actions import letters
from engine.documents.fonts import find_fonts
from engine.errors import DocumentError
from engine.models import Letter, Ticket
from engine.store.database import work
from engine.terms import LetterKind, RectificationGround, TicketEvent
from tests.actions.letter_steps import FOUND
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, a_signed_ticket, on_ticket
from tests.looking import last_event, letters_of
from tests.pages.test_letters_and_supervision import GROUND, draft, letter, letter_id, sweep

__all__ = ["letter_id"]
UNDRAWN = "\U0001f600"


def an_overdue_letter():
    number = a_signed_ticket("Mon 2026-10-26 09:00")
    sweep()
    (proposed,) = [one for one in letters_of(number) if one.kind is LetterKind.RECTIFICATION]
    return proposed.id


def send(desk, letter_id, what="draft", **fields):
    desk.get(f"/letters/{letter_id}")
    filled = {"found": FOUND, **fields} if what == "draft" else fields
    return desk.post(f"/letters/{letter_id}/{what}", **filled)


def test_the_approver_sees_exactly_the_evidence_that_was_kept(database, as_):
    letter_id = an_overdue_letter()
    offered = letter(letter_id).evidence
    assert len(offered) > 1
    send(as_(SUPERVISOR), letter_id, grounds=GROUND.value, demands="重新办理",
         evidence=offered[0])  # fmt: skip

    for page in (f"/letters/{letter_id}", f"/letters/{letter_id}?step=approve"):
        shown = as_(SECOND_SUPERVISOR).get(page).text
        assert offered[0] in shown
        assert not [line for line in offered[1:] if line in shown]


def test_the_drafter_chooses_from_the_lines_of_the_record(database, as_):
    letter_id = an_overdue_letter()

    page = as_(SUPERVISOR).get(f"/letters/{letter_id}").text

    for line in letter(letter_id).evidence:
        assert f'name="evidence" value="{line}"' in page


def test_forged_evidence_is_refused_beside_its_field_and_the_draft_stays(as_, letter_id):
    answer = send(as_(SUPERVISOR), letter_id, grounds=GROUND.value, demands="重新办理并说明",
                  evidence="伪造的证据：收受贿赂（事件第99号）")  # fmt: skip

    assert answer.status_code == 422
    assert 'id="evidence-e"' in answer.text
    assert "重新办理并说明" in answer.text
    assert letter(letter_id).status == "proposed"


def test_a_character_no_font_has_is_said_at_drafting(as_, letter_id):
    answer = send(as_(SUPERVISOR), letter_id, grounds=GROUND.value,
                  demands=f"重新办理{UNDRAWN}并说明")  # fmt: skip

    assert answer.status_code == 422
    assert 'id="demands-e"' in answer.text
    assert "U+1F600" in answer.text
    assert f"重新办理{UNDRAWN}并说明" in answer.text
    assert letter(letter_id).status == "proposed"


def spoiled(letter_id):
    """Put a character no font has into a draft, as a draft of an earlier version may hold it."""
    with work() as session:
        found = session.get_one(Letter, letter_id)
        found.demands = [f"重新办理{UNDRAWN}"]
    with pytest.raises(DocumentError):
        find_fonts().notes_for([(next(iter(find_fonts().roles)).role, UNDRAWN)])


def test_a_letter_that_cannot_be_set_is_one_clear_line_at_approval(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    spoiled(letter_id)
    second = as_(SECOND_SUPERVISOR)

    page = second.get(f"/letters/{letter_id}")
    answer = send(second, letter_id, "approve")

    assert "现在排不出版面" in page.text
    assert answer.status_code == 409
    assert "没有字形" in answer.text
    assert letter(letter_id).number == ""
    assert second.get(f"/letters/{letter_id}/page-1.png").status_code == 409


def test_an_opinion_as_long_as_a_book_is_refused_kindly(as_, letter_id):
    answer = send(as_(SUPERVISOR), letter_id, "drop", opinion="长" * 3000)

    assert answer.status_code in (200, 422)


def a_referral():
    number = a_signed_ticket("Mon 2026-11-23 09:00")
    grounds = (RectificationGround.BAD_ATTITUDE,)
    wish = letters.Proposal(LetterKind.REFERRAL, grounds, "情况恶劣")
    return on_ticket(
        number, "Mon 2026-11-23 09:00", SUPERVISOR,
        lambda step, ticket: letters.propose_letter(step, ticket, wish).id,
    )  # fmt: skip


def test_a_referral_is_drafted_with_its_target_and_judgement(database, as_):
    letter_id = a_referral()
    desk = as_(SUPERVISOR)
    form = {"grounds": "bad_attitude", "demands": "依规依纪依法处理"}

    page = desk.get(f"/letters/{letter_id}").text
    bare = send(desk, letter_id, **form)
    kept = send(desk, letter_id, **form, target="supervision", judgement=f"影响恶劣{UNDRAWN}")
    drafted = send(desk, letter_id, **form, target="supervision", judgement="两次整改不到位")

    assert 'name="target" value="supervision"' in page
    assert bare.status_code == 422
    assert 'id="target-e"' in bare.text
    assert 'id="judgement-e"' in bare.text
    assert 'id="judgement-e"' in kept.text
    assert 'value="supervision" checked' in kept.text
    assert "等另一位主管核稿" in drafted.text
    assert letter(letter_id).facts["target"] == "supervision"
    assert "两次整改不到位" in as_(SECOND_SUPERVISOR).get(f"/letters/{letter_id}").text


def test_the_sealed_annex_is_a_download_that_takes_a_reason(database, as_):
    letter_id = a_referral()
    send(as_(SUPERVISOR), letter_id, grounds="bad_attitude", demands="依规依纪依法处理",
         target="supervision", judgement="两次整改不到位")  # fmt: skip
    desk = as_(SECOND_SUPERVISOR)
    assert "打印密封附件" not in desk.get(f"/letters/{letter_id}").text
    send(desk, letter_id, "review")
    send(desk, letter_id, "approve")

    bare = send(desk, letter_id, "sealed-annex")
    sheet = send(desk, letter_id, "sealed-annex", why="接收机关要求核实")

    assert "打印密封附件" in desk.get(f"/letters/{letter_id}").text
    assert bare.status_code == 422
    assert 'id="why-e"' in bare.text
    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.content.startswith(b"%PDF")
    assert sheet.headers["cache-control"] == "no-store"


def test_what_a_person_judged_says_how_it_was_found_and_the_approver_reads_it(as_, letter_id):
    said = {"grounds": GROUND.value, "demands": "重新办理"}
    bare = send(as_(SUPERVISOR), letter_id, **said, found="属实")
    assert bare.status_code == 422
    assert "“态度恶劣”没有事件可证，请写认定情况" in bare.text

    send(as_(SUPERVISOR), letter_id, **said)

    with work() as session:
        number = session.get_one(Ticket, letter(letter_id).ticket_id).number
    assert FOUND in last_event(number, TicketEvent.DRAFT_LETTER).reason
    assert f"认定情况：{FOUND}" in as_(SECOND_SUPERVISOR).get(f"/letters/{letter_id}").text
