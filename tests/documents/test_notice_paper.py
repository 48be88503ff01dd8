"""Notices that were mailed (派单通知, 延期批复 …) as paper: the same words, set in type."""

import pytest

from engine.documents.fonts import find_fonts
from engine.documents.notices import NEEDS, render_notice
from engine.documents.sheets import MailedNotice, notice_sheet, render_sheet
from engine.terms import NoticeKind
from tests.documents.facts import beijing, notice_facts
from tests.documents.measuring import words_of

NUMBER, ORG = "LZ202609280042", "城中区12345优化营商环境专线"
WRITTEN = beijing(9, 28, 9, 40)
ABOUT_TICKETS = [kind for kind, needs in NEEDS.items() if {"number", "unit"} <= set(needs)]


def paper(kind, sent_at=WRITTEN, **facts):
    notice = render_notice(kind, notice_facts(**facts))
    mail = MailedNotice(notice.text, ORG, WRITTEN, sent_at)
    return notice, notice_sheet(kind.label, NUMBER, mail)


@pytest.mark.parametrize("kind", ABOUT_TICKETS, ids=lambda kind: kind.value)
def test_every_notice_about_a_ticket_is_one_page_with_all_the_mail_says_but_how_to_reply(kind):
    notice, sheet = paper(kind)

    found = render_sheet(sheet, fonts=find_fonts())
    said = words_of(found.pdf)

    assert found.pages == 1
    for line in notice.text.partition("办理入口")[0].splitlines():
        label, _, words = line.partition("：")
        assert "".join(words.split()) in said or "".join(line.split()) in said
        assert "".join(label.split()) in said
    assert "联系区12345热线派单岗" in said
    assert f"{ORG}2026年9月28日" in said
    assert "http" not in said
    assert "自动发出" not in said


def test_an_extension_and_a_return_are_ruled_on_in_rows_under_the_bodys_name():
    _, extension = paper(NoticeKind.EXTENSION)
    _, ruling = paper(NoticeKind.RETURN_RULING)

    granted = {one.label: one.words for one in extension.facts}
    refused = {one.label: one.words for one in ruling.facts}
    assert [part.text for part in extension.body] == ["区样例局：", "你单位的延期申请已有批复。"]
    assert (granted["批复"], granted["现定期限"]) == ("同意延期", "10月20日（周二）")
    assert (refused["裁定"], refused["理由"]) == ("不同意退单", "两次催办未回应")


def test_what_follows_the_rows_stays_below_them():
    _, sheet = paper(NoticeKind.ASSIGNMENT)

    assert [part.text for part in sheet.closing] == [
        "逾期未签收的，系统记为视为签收，办理期限不顺延。"
    ]


@pytest.mark.parametrize(
    ("sent_at", "said"),
    [(WRITTEN, "本件已于2026年9月28日09:40以邮件发出"), (None, "本件以邮件发出，尚未送出")],
)
def test_the_foot_says_whether_the_mail_left(sent_at, said):
    assert paper(NoticeKind.EXTENSION, sent_at)[1].foot == said
