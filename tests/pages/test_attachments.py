"""Files on the pages: put to a form, kept through refusals, fetched by whom they concern."""

import re

import pytest
from sqlmodel import select

from engine.models import Attachment
from engine.store.database import work
from engine.terms import TicketKind
from tests import files
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    status_of,
)
from tests.looking import event_names

EARLIER = "Tue 2026-11-24 09:00"
HOST = {"origin": "http://hotline.test"}
CALL = {
    "kind": "complaint", "phone": "0772-0000000", "form_id": "call-1",
    "content": "我公司办理营业执照变更登记，窗口反复要求补材料",
}  # fmt: skip


def send(browser, path, *sent, **fields):
    """Send a form with files, as a browser does."""
    parts = [("file", (name, data)) for name, data in sent]
    answer = browser.client.post(
        path, data={"csrf": browser.hidden("csrf"), **fields}, files=parts, headers=HOST
    )
    browser.page = answer.text
    return browser.get(answer.headers["location"]) if answer.status_code == 303 else answer


def attached(browser, number, name="执照.pdf", data=files.PDF, kind="handling"):
    browser.get(f"/tickets/{number}")
    return send(browser, f"/tickets/{number}/attachments", (name, data), file_kind=kind)


def rows():
    with work() as session:
        return list(session.exec(select(Attachment).order_by(Attachment.id)))


def address(number, row):
    return f"/tickets/{number}/attachments/{row.id}"


def test_an_operator_adds_a_file_and_it_comes_back_as_a_download_only(as_):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)

    page = attached(desk, number, "营业执照 副本.pdf").text
    answer = desk.client.get(address(number, rows()[0]))

    assert "营业执照 副本.pdf" in page
    assert answer.content == files.PDF
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-type"] == "application/pdf"
    assert event_names(number)[-2:] == ["attach", "download"]


def test_what_may_not_be_attached_is_said_on_the_page(as_):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)

    answer = attached(desk, number, "病毒.pdf.exe", files.EXE)

    assert answer.status_code == 422
    assert "不能用这种文件" in answer.text
    assert rows() == []


def test_no_file_chosen_is_said_kindly(as_):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)
    desk.get(f"/tickets/{number}")

    assert "请先选文件" in send(desk, f"/tickets/{number}/attachments", ("", b"")).text


@pytest.mark.parametrize("origin", ["http://evil.example", ""])
def test_a_file_from_elsewhere_is_refused(as_, origin):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)
    desk.get(f"/tickets/{number}")

    answer = desk.client.post(
        f"/tickets/{number}/attachments", data={"csrf": desk.hidden("csrf")},
        files=[("file", ("a.pdf", files.PDF))], headers={"origin": origin} if origin else {},
    )  # fmt: skip

    assert answer.status_code == 403
    assert rows() == []


def test_files_are_for_those_who_may_see_the_ticket(as_):
    number = a_dispatched_ticket(EARLIER)
    attached(as_(OPERATOR), number)
    place = address(number, rows()[0])

    assert as_(MARKET).client.get(place).status_code == 200
    assert as_(TAX).client.get(place).status_code == 404
    assert as_("guanli").client.get(place).status_code == 403
    assert as_("zhidu").client.get(place).status_code == 200


def test_a_credential_is_for_the_hotline_and_the_lead_unit_alone(as_):
    number = a_dispatched_ticket(EARLIER)
    attached(as_(OPERATOR), number, "身份证.pdf", kind="credential")
    place = address(number, rows()[0])

    reader = as_("zhidu")

    assert reader.client.get(place).status_code == 403
    assert "身份证.pdf" not in reader.get(f"/tickets/{number}").text
    assert as_(MARKET).client.get(place).status_code == 200


def test_the_files_of_a_report_are_for_whom_it_was_given_to(as_):
    number = a_dispatched_ticket(EARLIER, kind=TicketKind.REPORT)
    attached(as_(OPERATOR), number)
    place = address(number, rows()[0])

    assert as_("zhidu").client.get(place).status_code == 403
    assert as_(SUPERVISOR).client.get(place).status_code == 200


def test_a_file_of_another_ticket_has_no_address_under_this_one(as_):
    first, second, desk = a_ticket(EARLIER), a_ticket(EARLIER), as_(OPERATOR)
    attached(desk, first)

    assert desk.client.get(address(second, rows()[0])).status_code == 404
    assert desk.client.get(f"/tickets/{first}/attachments/999999999999").status_code == 404


def test_files_chosen_while_logging_survive_a_refusal_and_go_with_the_ticket(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    refused = send(desk, "/tickets/new", ("照片.png", files.PNG), **{**CALL, "content": "短"})
    done = desk.post("/tickets/new", {**CALL, "form_id": "call-1"})

    assert refused.status_code == 422
    assert "照片.png" in refused.text
    assert "已登记 LZ2611240001" in done.text
    (row,) = rows()
    assert (row.ticket_id is not None, row.form_id) == (True, "")


def test_uploading_without_the_script_keeps_what_was_typed(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    page = send(desk, "/drafts/call-1/files", ("录音.mp3", files.MP3), **CALL).text

    assert "录音.mp3" in page
    assert "窗口反复要求补材料" in page
    assert "已上传 1 个附件" in page


def test_a_file_can_be_taken_away_again_before_the_form_is_sent(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    send(desk, "/drafts/call-1/files", ("录音.mp3", files.MP3), **CALL)

    page = send(desk, f"/drafts/call-1/files/{rows()[0].id}/drop", **CALL).text

    assert "录音.mp3" not in page
    assert "窗口反复要求补材料" in page
    assert rows() == []


def test_nobody_takes_away_the_file_of_another(as_):
    first, second = as_(OPERATOR), as_(SUPERVISOR)
    first.get("/tickets/new")
    send(first, "/drafts/call-1/files", ("录音.mp3", files.MP3), **CALL)

    second.get("/tickets/new")
    send(second, f"/drafts/call-1/files/{rows()[0].id}/drop", **CALL)

    assert len(rows()) == 1


def test_a_units_answer_takes_its_files_with_it(as_):
    number, unit = a_signed_ticket(EARLIER), as_(MARKET)
    unit.get(f"/tickets/{number}/answer")
    said = {"outcome": "solved", "text": "已办结变更登记，执照已送达", "contacted": "1"}
    version = unit.hidden("version")

    checking = send(unit, f"/tickets/{number}/answer", ("办结单.pdf", files.PDF), version=version,
                    **said)  # fmt: skip
    unit.post(f"/tickets/{number}/answer", version=version, sure="1", **said)

    assert "办结单.pdf" in checking.text
    assert status_of(number) == "answered"
    (row,) = rows()
    assert row.unit_id is not None
    assert row.ticket_id is not None


def test_signing_out_forgets_the_files_of_calls(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    send(desk, "/drafts/call-1/files", ("录音.mp3", files.MP3), **CALL)

    desk.get("/desk")
    desk.post("/logout")

    assert rows() == []


def test_too_much_at_once_is_refused_before_it_is_read(as_):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)

    answer = desk.client.post(
        f"/tickets/{number}/attachments", content=b"x",
        headers={**HOST, "content-type": "multipart/form-data; boundary=b",
                 "content-length": "99000000"},
    )  # fmt: skip

    assert answer.status_code == 413
    assert "合计最多 64 MB" in answer.text


def test_a_stranger_may_send_no_more_than_any_form_takes(browser):
    answer = browser.client.post(
        "/tickets/LZ1/attachments", content=bytes(1_100_000),
        headers={**HOST, "content-type": "multipart/form-data; boundary=b"},
    )  # fmt: skip

    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"--b", b"--b\r\n\r\n", b"\x00" * 50])
def test_a_broken_form_is_answered_with_a_page(as_, body):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)

    answer = desk.client.post(
        f"/tickets/{number}/attachments", content=body,
        headers={**HOST, "content-type": "multipart/form-data; boundary=b"},
    )  # fmt: skip

    assert answer.status_code in (403, 422)
    assert re.search("<h1>", answer.text)


@pytest.mark.parametrize("name", ["合同 v1.2.exe", "C:\\资料\\合同 v1.2.exe"])
def test_a_refused_file_is_named_as_its_sender_knows_it(as_, name):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)

    page = attached(desk, number, name, b"MZ not one of ours").text

    assert "“合同 v1.2.exe”没有上传" in page
