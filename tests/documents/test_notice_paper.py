"""Notices that were mailed (派单通知, 延期批复 …) as paper: the same words, set in type."""

import pytest

from engine.documents.fonts import find_fonts
from engine.documents.notice_paper import MailedNotice, notice_sheet, paper_title
from engine.documents.notices import NEEDS, render_notice
from engine.documents.sheets import render_sheet, sheet_pictures
from engine.terms import MessageStatus, NoticeKind
from tests.documents.facts import beijing, notice_facts
from tests.documents.measuring import words_of

NUMBER, ORG = "LZ202609280042", "城中区12345优化营商环境专线"
WRITTEN = beijing(9, 28, 9, 40)
ABOUT_TICKETS = [kind for kind, needs in NEEDS.items() if {"number", "unit"} <= set(needs)]


def paper(kind, sent_at=WRITTEN, status=MessageStatus.SENT, why="", **facts):
    notice = render_notice(kind, notice_facts(**facts))
    mail = MailedNotice(notice.text, ORG, WRITTEN, sent_at, status, why)
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


SENT, UNDELIVERED = MessageStatus.SENT, MessageStatus.UNDELIVERED
PENDING, SUPERSEDED = MessageStatus.PENDING, MessageStatus.SUPERSEDED
LEFT = "本件已于2026年9月28日09:40以邮件发出"


@pytest.mark.parametrize(
    ("sent_at", "status", "why", "said"),
    [
        (WRITTEN, SENT, "", LEFT),
        (None, PENDING, "连接超时", "本件以邮件发出，尚未送出"),
        (None, SUPERSEDED, "已并入后一封通知", "本件没有发出（已并入后一封通知）"),
        (None, SUPERSEDED, "不再发：已电话告知某人", "本件没有发出（不再发）"),
        (None, SUPERSEDED, "工单已不在该单位，未发出", "本件没有发出（工单已不在该单位）"),
        (None, SUPERSEDED, "工单已不在该单位", "本件没有发出（工单已不在该单位）"),
        (None, SUPERSEDED, "发送已撤回：先核实", "本件没有发出（发送已撤回）"),
        (None, UNDELIVERED, "550", "本件以邮件发出，没有送达"),
        (WRITTEN, UNDELIVERED, "被退回（550）", "本件于2026年9月28日09:40以邮件发出，没有送达"),
        (WRITTEN, SUPERSEDED, "不再发：已电话告知",
         "本件于2026年9月28日09:40以邮件发出，没有送达，不再重发"),
    ],
)  # fmt: skip
def test_the_foot_says_what_became_of_the_mail_and_no_word_that_somebody_typed_of_it(
    sent_at, status, why, said
):
    assert paper(NoticeKind.EXTENSION, sent_at, status, why)[1].foot == said


@pytest.mark.parametrize("subordinate", [True, False], ids=["told", "asked"])
@pytest.mark.parametrize("kind", ABOUT_TICKETS, ids=lambda kind: kind.value)
def test_a_confidential_notice_is_one_page_whose_rows_end_before_its_last_sentences(
    kind, subordinate
):
    _, sheet = paper(kind, confidential=True, subordinate=subordinate, late=True)

    assert not [one.label for one in sheet.facts if len(one.label) > 6]
    assert sheet.closing[-1].text.startswith("保密工单：请勿转发")
    assert render_sheet(sheet, fonts=find_fonts()).pages == 1


def test_a_reason_that_names_the_link_cuts_nothing_off():
    reason = "网上办理入口停用不影响现场检测，办理入口（需登录）：不变"
    _, sheet = paper(NoticeKind.EXTENSION, reason=reason)

    rows = {one.label: one.words for one in sheet.facts}
    assert rows["理由"] == reason
    assert rows["原定期限"] == "10月16日（周五）"
    assert rows["现定期限"] == "10月20日（周二）"
    assert rows["联系"] == "区12345热线派单岗"


def test_a_line_without_a_name_of_its_own_belongs_to_the_row_above_it():
    said = "请办理。\n\n类型：投诉\n理由：第一点\n第二点。\n现定期限：10月20日\n\n办理入口：x\n"

    sheet = notice_sheet("延期批复", NUMBER, MailedNotice(said, ORG, WRITTEN, WRITTEN))

    rows = [(one.label, one.words) for one in sheet.facts]
    assert rows == [("类型", "投诉"), ("理由", "第一点\n第二点。"), ("现定期限", "10月20日")]


@pytest.mark.parametrize("characters", range(380, 620, 30))
def test_who_signs_never_stands_alone_on_a_page(characters):
    _, sheet = paper(NoticeKind.EXTENSION, reason="需" * characters)

    found = render_sheet(sheet, fonts=find_fonts())
    last = words_of(found.pdf, "-f", str(found.pages))

    assert "区12345热线派单岗" in last
    assert f"{ORG}2026年9月28日" in last


@pytest.mark.parametrize(
    ("kind", "subject", "title"),
    [
        (NoticeKind.RECTIFICATION, "【整改函】热线〔2026〕1号，反馈期限10月30日", "函件送达通知"),
        (NoticeKind.RECTIFICATION, "【督办函】热线〔2026〕1号（抄送）", "函件抄送通知"),
        (NoticeKind.RECTIFICATION, "【整改函】热线〔2026〕1号整改不到位，反馈期限10月30日",
         "反馈审核告知"),
        (NoticeKind.CORRECTION, "【更正函】热线〔2026〕2号", "函件送达通知"),
        (NoticeKind.SUPERVISION, "【督办】LZ1 反馈期限10月30日", "督办通知"),
        (NoticeKind.SUPERVISION, "【商请办理】LZ1 反馈期限10月30日", "商请办理通知"),
        (NoticeKind.REMINDER, "【催办】LZ1", "催办通知"),
        (NoticeKind.EXTENSION, "【延期批复】LZ1 同意延期", "延期批复"),
    ],
)  # fmt: skip
def test_no_paper_of_a_mail_bears_the_name_of_a_letter(kind, subject, title):
    assert paper_title(kind, subject, kind.label) == title


LONG = "经核，该事项涉及多个部门职责交叉，退单理由所引三定方案条款与派单依据不一致。" * 20


@pytest.mark.parametrize("length", [20, 420, 500])
@pytest.mark.parametrize("confidential", [False, True])
def test_a_ruling_with_a_reason_as_long_as_may_be_typed_is_one_page(length, confidential):
    facts = {"reason": LONG[:length], "confidential": confidential}
    _, sheet = paper(NoticeKind.RETURN_RULING, **facts)

    found = render_sheet(sheet, fonts=find_fonts())
    said = words_of(found.pdf)

    assert found.pages == len(sheet_pictures(sheet, fonts=find_fonts(), ppi=20)) == 1
    assert LONG[:length] in said
    for words in (f"工单编号：{NUMBER}", "紧急程度", f"{ORG}2026年9月28日", LEFT):
        assert words in said


def test_what_no_page_holds_goes_on_with_the_usual_air():
    _, sheet = paper(NoticeKind.RETURN_RULING, reason=LONG[:900])

    pages = sheet_pictures(sheet, fonts=find_fonts(), ppi=20)

    assert len(pages) == render_sheet(sheet, fonts=find_fonts()).pages > 1
    assert (
        render_sheet(sheet, fonts=find_fonts()).pdf == render_sheet(sheet, fonts=find_fonts()).pdf
    )
