"""Notices: every kind has its words, none carries personal data."""

import re
from datetime import UTC, date, datetime

import pytest

from engine.documents.notice_forms import FORMS, subject_of, written
from engine.documents.notices import NEEDS, render_notice
from engine.documents.templates import DIRECTORY, environment, fill
from engine.documents.told_days import ToldDay
from engine.errors import DocumentError
from engine.terms import NoticeKind, TicketKind
from tests.documents.facts import notice_facts

KINDS = list(NoticeKind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_subject_text_and_html(kind):
    notice = render_notice(kind, notice_facts())

    assert "\n" not in notice.subject
    assert 4 < len(notice.subject) < 60
    assert notice_facts()["link"] in notice.text
    assert notice_facts()["link"] in notice.html
    assert notice.html.lstrip().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("kind", sorted(FORMS))
@pytest.mark.parametrize(
    "own",
    [
        {},
        {
            "number": "LZ<1>&\"2'",
            "unit": "甲 & 乙",
            "reason": "协办时限：超期；承办时限：<b>",
            "link": "x?a=1&b=2",
        },
        {"reason": "两  个\n空行", "unit": " 前后有空 ", "category": "", "due_how": "\ue000\ue001"},
    ],
)
def test_a_notice_whose_words_were_set_before_says_what_the_template_says(kind, own):
    lists = {name for name, value in notice_facts().items() if isinstance(value, list)}
    facts = {**notice_facts(), "told": True, "you": "你单位", "ask": "请", **own}
    facts = {name: value for name, value in facts.items() if name not in lists}
    text = fill(f"{kind.value}.txt.j2", facts)
    html = fill(f"{kind.value}.html.j2", {**facts, "subject": subject_of(text)})

    assert written(kind, {**facts, **dict.fromkeys(own, "前")})
    assert written(kind, facts) == [text, html]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in NEEDS[kind]])
def test_a_missing_fact_is_an_error_that_names_it(kind, name):
    facts = notice_facts()
    del facts[name]

    with pytest.raises(DocumentError, match=name):
        render_notice(kind, facts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_uses_no_fact_beyond_those_it_lists(kind):
    listed = {name: notice_facts()[name] for name in NEEDS[kind]}

    assert render_notice(kind, listed).subject


def test_every_template_of_notices_is_used():
    words = {path.name for path in DIRECTORY.glob("*.html.j2") if not path.name.startswith("_")}

    assert set(NEEDS) == set(NoticeKind)
    assert words == {f"{kind.value}.html.j2" for kind in NoticeKind}
    for name in words:
        assert (DIRECTORY / name.replace(".html.", ".txt.")).is_file()


def test_every_template_can_be_parsed():
    for path in DIRECTORY.glob("*.j2"):
        environment().get_template(path.name)


@pytest.mark.parametrize("kind", KINDS)
def test_html_asks_for_nothing_from_outside(kind):
    html = render_notice(kind, notice_facts()).html

    assert not re.search(r"<(img|script|iframe|link|style)\b|url\(|src=", html)
    assert set(re.findall(r'href="([^"]+)"', html)) == {notice_facts()["link"]}


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same(kind):
    notice = render_notice(kind, notice_facts())

    shown = re.sub(r"\s|<[^>]+>", "", notice.html)
    for line in notice.text.splitlines():
        for piece in re.split(r"[：\s]+", line):
            assert (
                piece.strip("。；【】") in shown
                or piece.endswith("（需登录）")
                or not piece.strip("1.")
            )


def test_dates_carry_their_weekday_and_moments_are_shanghai_time():
    text = render_notice(NoticeKind.ASSIGNMENT, notice_facts()).text

    assert "办结期限：10月16日（周五）" in text
    assert "签收截止：9月29日（周二）18:00" in text


def test_midnight_is_the_end_of_the_day_before():
    text = render_notice(NoticeKind.ASSIGNMENT, notice_facts()).text

    assert "退单截止：9月29日（周二）24:00" in text


MAY_MOVE = {
    **dict.fromkeys(("due_on", "reply_by", "new_due_on", "appeal_until"), date(2027, 1, 14)),
    **dict.fromkeys(("sign_by", "return_by"), datetime(2027, 1, 14, 16, tzinfo=UTC)),
}


def provisional(facts):
    """Facts whose limits, in lists too, are all of a year without a published calendar."""
    held = {name: ToldDay(day, provisional=True) for name, day in MAY_MOVE.items() if name in facts}
    lists = {name: [provisional(one) for one in facts[name]] for name in ("items", "moves")
             if name in facts}  # fmt: skip
    return {**facts, **held, **lists}


@pytest.mark.parametrize("overdue", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_provisional_day_says_so_wherever_it_stands(kind, overdue):
    notice = render_notice(kind, provisional(notice_facts(overdue=overdue)))

    for said in (notice.subject, notice.text, notice.html):
        assert said.count("1月14日") == said.count("1月14日（周四，暂定")


def test_what_provisional_means_is_said_once_beside_the_limit():
    text = render_notice(NoticeKind.ASSIGNMENT, provisional(notice_facts())).text

    assert "办结期限：1月14日（周四，暂定，日历公布后可能调整）\n" in text
    assert "签收截止：1月14日（周四，暂定）24:00\n" in text
    assert text.count("日历公布后可能调整") == 1


def test_terms_are_shown_in_chinese():
    notice = render_notice(NoticeKind.ASSIGNMENT, notice_facts(kind=TicketKind.COMPLAINT))

    assert "类型：投诉" in notice.text


@pytest.mark.parametrize("kind", ["举报", "report", TicketKind.REPORT])
def test_a_report_is_neutral_and_must_not_be_passed_on(kind):
    notice = render_notice(NoticeKind.ASSIGNMENT, notice_facts(kind=kind, category="偷税"))

    for words in (notice.subject, notice.text, notice.html):
        assert "偷税" not in words
        assert "举报" not in words
    for words in (notice.text, notice.html):
        assert "保密工单" in words
        assert "请勿转发、不得打听诉求人信息" in words


@pytest.mark.parametrize("kind", NoticeKind)
def test_no_mail_about_a_report_says_that_it_is_one(kind):
    facts = notice_facts(kind="举报", due_how="举报承办 10 个工作日，派单次日起算")

    notice = render_notice(kind, facts)

    assert "举报" not in notice.subject + notice.text + notice.html


def test_a_confidential_complaint_is_kept_too_but_not_called_a_report():
    notice = render_notice(NoticeKind.WARNING, notice_facts(confidential=True))

    assert "请勿转发、不得打听诉求人信息" in notice.text
    assert "举报" not in notice.text + notice.html
    assert "水电气报装" not in notice.text + notice.html


def test_a_report_in_a_digest_is_not_called_one():
    item = {**notice_facts()["items"][0], "kind": "举报"}

    assert "举报" not in render_notice(NoticeKind.DIGEST, notice_facts(items=[item])).text


@pytest.mark.parametrize("number", ["1" + "3" * 10, "138 0000 0000", "4" * 17 + "X"])
@pytest.mark.parametrize("kind", [NoticeKind.RETURN_RULING, NoticeKind.REWORK, NoticeKind.DIGEST])
def test_a_personal_number_in_free_text_does_not_leave(kind, number):
    item = {**notice_facts()["items"][0], "what": f"请打{number}"}

    notice = render_notice(kind, notice_facts(reason=f"联系{number}", items=[item]))

    assert number not in notice.text + notice.html
    assert "号码已隐去" in notice.text


def test_facts_are_escaped_in_html_and_cannot_make_headers():
    notice = render_notice(
        NoticeKind.RECTIFICATION,
        notice_facts(unit="<b>样例</b>", letter_number="1号\nBcc: x@example.org"),
    )

    assert "&lt;b&gt;样例&lt;/b&gt;" in notice.html
    assert "\n" not in notice.subject
    assert "Bcc: x@example.org" in notice.subject


def test_a_refused_extension_has_no_new_date():
    notice = render_notice(
        NoticeKind.EXTENSION, notice_facts(decision="不同意延期", new_due_on=None)
    )

    assert "现定期限" not in notice.text


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        render_notice(
            NoticeKind.WARNING,
            notice_facts(due_on=datetime(2026, 9, 29, 10, tzinfo=UTC).replace(tzinfo=None)),
        )


@pytest.mark.parametrize("kind", [NoticeKind.BREACH, NoticeKind.WARNING])
def test_the_hotlines_own_limit_is_not_put_to_a_unit(kind):
    notice = render_notice(kind, notice_facts(unit="热线", limit_name="退单裁定时限"))

    assert "请热线" in notice.text
    assert "请热线" in notice.html
    assert "你单位" not in notice.text + notice.html


def test_a_callback_that_is_late_says_that_its_limit_is_over_and_calls_no_rung_a_reason():
    facts = {**notice_facts(), "overdue": True, "reason": "回访时限：超期"}
    late = render_notice(NoticeKind.CALLBACK_OWED, facts)

    assert "须人工回访，已过期限" in late.subject
    assert "回访原因" not in late.text + late.html


def test_what_is_proposed_but_is_no_letter_is_not_said_to_be_sent():
    facts = {**notice_facts(), "proposal": "约谈或者挂牌督办"}
    asked = render_notice(NoticeKind.LETTER_PROPOSED, facts)

    assert "建议约谈或者挂牌督办" in asked.subject
    assert "建议发" not in asked.subject + asked.text + asked.html
