"""Files: judged by their bytes, kept once, written down, cleaned up after a crash."""

import io
import os
from datetime import timedelta

import pytest
from sqlmodel import select

from engine.actions import attachments, background
from engine.actions.attachments import Upload
from engine.errors import BadInputError, NotPermittedError
from engine.models import Attachment
from engine.store import attachments as store
from engine.store import files as shelf
from engine.store.database import work
from engine.terms import AttachmentKind, TicketEvent
from tests import files
from tests.builders import (
    MARKET,
    OPERATOR,
    a_signed_ticket,
    a_ticket,
    doing,
    moment,
    on_ticket,
)
from tests.looking import event_names, last_event

pytestmark = pytest.mark.usefixtures("database")
LOGGED = "Tue 2026-11-24 09:00"
NOW = moment("Tue 2026-11-24 10:00")


def upload(name="执照.pdf", data=files.PDF, kind=AttachmentKind.HANDLING):
    return Upload(name=name, source=io.BytesIO(data), kind=kind)


def attach(number, *uploads, who=OPERATOR):
    return on_ticket(
        number, NOW, who, lambda step, ticket: attachments.attach(step, ticket, uploads)
    )


def rows():
    with work() as session:
        return list(session.exec(select(Attachment).order_by(Attachment.id)))


def blobs(var):
    return [one for one in (var / "attachments").rglob("*") if one.is_file()]


def test_a_file_is_kept_with_its_true_type_and_the_history_says_so_without_its_name(var):
    number = a_ticket(LOGGED)

    attach(number, upload("演示企业甲身份证.pdf", kind=AttachmentKind.CREDENTIAL))

    (row,) = rows()
    assert (row.name, row.content_type, row.size) == (
        "演示企业甲身份证.pdf", "application/pdf", len(files.PDF))  # fmt: skip
    record = last_event(number, TicketEvent.ATTACH)
    assert record.reason == "添加附件 1 个（证件）"
    assert "演示企业甲" not in str(record.details)
    assert row.event_id == record.id


def test_the_same_bytes_sent_again_are_the_same_file(var):
    number = a_ticket(LOGGED)

    first, again = attach(number, upload()), attach(number, upload("别的名字.pdf"))

    assert first.kept[0].id == again.kept[0].id
    assert (first.known, again.known) == (False, True)
    assert event_names(number).count("attach") == 1
    assert len(blobs(var)) == 1


def test_two_tickets_share_the_bytes_and_nothing_else(var):
    first, second = a_ticket(LOGGED), a_ticket(LOGGED)

    attach(first, upload("甲.pdf"))
    attach(second, upload("乙.pdf"))

    assert [one.name for one in rows()] == ["甲.pdf", "乙.pdf"]
    assert len(blobs(var)) == 1


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("空.pdf", b"", "空的"),
        ("病毒.exe", files.EXE, "不能用这种文件"),
        ("发票.pdf.exe", files.PDF, "扩展名不符"),
        ("网页.pdf", files.HTML, "不能用这种文件"),
        ("照片.pdf", files.JPEG, "扩展名不符"),
        ("大.pdf", files.PDF + bytes(10_000_001), "超过 10 MB"),
        ("旧.doc", b"\xd0\xcf\x11\xe0" + bytes(90), "不能用这种文件"),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(var, name, data, words):
    taken = attach(a_ticket(LOGGED), upload(name, data))

    assert taken.kept == ()
    assert words in taken.refused[0]
    assert rows() == []
    assert blobs(var) == []


def test_one_bad_file_does_not_cost_the_good_ones(var):
    taken = attach(a_ticket(LOGGED), upload("好.pdf"), upload("坏.exe", files.EXE))

    assert [one.name for one in taken.kept] == ["好.pdf"]
    assert len(taken.refused) == 1


def test_too_many_at_once_or_on_a_ticket_are_refused_with_the_numbers(var):
    number = a_ticket(LOGGED)
    several = [upload(f"{n}.pdf", files.PDF + bytes(n)) for n in range(6)]

    with pytest.raises(BadInputError, match="一次最多传 5 个附件，这次选了 6 个"):
        attach(number, *several)
    for start in range(0, 30, 5):
        attach(number, *[upload(f"{n}.pdf", files.PDF + bytes(n)) for n in range(start, start + 5)])
    with pytest.raises(BadInputError, match="每张工单最多 30 个附件，已有 30 个"):
        attach(number, upload("31.pdf", files.PDF + bytes(99)))


def test_who_only_reads_attaches_nothing(var):
    with pytest.raises(NotPermittedError):
        attach(a_ticket(LOGGED), upload(), who="zhidu")


def test_a_download_gives_the_bytes_and_is_written_down_without_changing_the_ticket(var):
    number = a_signed_ticket(LOGGED)
    (made,) = attach(number, upload()).kept

    def fetch(step, ticket):
        before = ticket.version
        data = attachments.download(step, ticket, store.one(step.session, ticket.id, made.id))
        return data, ticket.version == before

    assert on_ticket(number, NOW, MARKET, fetch) == (files.PDF, True)
    record = last_event(number, TicketEvent.DOWNLOAD)
    assert record.details == {"attachment": made.id}
    assert "演示承办人" in record.actor_name


def put(form_id, *uploads):
    return doing(NOW, OPERATOR, lambda step: attachments.attach_to_form(step, form_id, uploads))


def test_files_of_a_form_become_its_tickets_once_it_is_sent(var):
    number = a_ticket(LOGGED)
    attach(number, upload("原有.pdf"))
    put("call-1", upload("同一份.pdf"), upload("照片.png", files.PNG))

    on_ticket(number, NOW, OPERATOR, lambda step, t: attachments.adopt(step, t, "call-1"))

    assert [(one.name, one.form_id) for one in rows()] == [("原有.pdf", ""), ("照片.png", "")]
    assert last_event(number, TicketEvent.ATTACH).reason == "添加附件 1 个（办理附件）"


def test_what_a_crash_left_behind_is_cleaned_and_what_is_used_stays(var):
    number = a_ticket(LOGGED)
    attach(number, upload("在用.pdf"))
    orphan = shelf.keep(shelf.take_in(io.BytesIO(files.PNG), "a", 10_000))
    fresh = shelf.keep(shelf.take_in(io.BytesIO(files.WAV), "b", 10_000))
    left = shelf.take_in(io.BytesIO(files.AMR), "c", 10_000).path
    used = shelf.place_of(rows()[0].sha256)
    old = (NOW - timedelta(days=3)).timestamp()
    for path in (orphan, left, used):
        os.utime(path, (old, old))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))

    counts = [background.tidy(NOW), background.tidy(NOW)]

    assert [one["files"] for one in counts] == [1, 0]
    assert [one["left"] for one in counts] == [1, 0]
    assert (orphan.exists(), left.exists(), fresh.exists(), used.exists()) == (
        False, False, True, True)  # fmt: skip


def test_files_of_forms_never_sent_go_with_their_days(var):
    put("call-1", upload())

    assert background.tidy(NOW + timedelta(days=6))["unsent"] == 0
    assert background.tidy(NOW + timedelta(days=8))["unsent"] == 1
    assert rows() == []
