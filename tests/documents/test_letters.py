"""Letters: what they say, and that the same letter is the same file again."""

import hashlib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.documents.fonts import find_fonts
from engine.documents.letter_data import UNNUMBERED, Layout, LetterData
from engine.documents.letter_texts import (
    GroundEvidence,
    letter_from,
    rectification_letter,
    referral_letter,
    reminder_letter,
    supervision_letter,
)
from engine.documents.letters import render_pdf, render_png
from engine.errors import DocumentError, NotFoundError
from engine.terms import LetterKind, RectificationGround
from tests.documents.facts import (
    EVIDENCE,
    SIGNED_AT,
    a_history,
    a_rectification,
    a_referral,
    beijing,
    holiday_days,
)

FONTS = find_fonts()
WHEEL_ONLY = find_fonts(None, Path("does-not-exist"))


def words(letter: LetterData) -> str:
    parts = [letter.to, letter.title, *(part.lead + part.text for part in letter.body)]
    cells = [cell for annex in letter.attachments for row in annex.rows for cell in row]
    return "\n".join(parts + cells)


def printed(letter, tmp_path, fonts=FONTS) -> str:
    (tmp_path / "letter.pdf").write_bytes(render_pdf(letter, fonts=fonts, moment=SIGNED_AT).pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "letter.pdf", "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


# The fields of a 整改函 in order: course, ground and evidence, basis, demands, reply, objection.
FIELDS = (
    "LZ202609280042，2026年9月28日受理派单，29日签收，应于10月16日办结，尚未答复。", "敷衍塞责",
    "2026年10月16日24:00期限届满未答复（事件第9号）", "城中政办〔2023〕19号附件第113项",
    "重新办理并向诉求人说明；", "开展内部整改，落实责任。",
    "送出次日起5个工作日内（成文当日送出的不迟于10月30日）",
    "书面反馈，由主要负责人签批；", "有异议的同期向区12345热线主管提出。",
)  # fmt: skip


def test_a_rectification_letter_says_every_field_in_order_in_two_paragraphs():
    letter = rectification_letter(a_rectification())

    said = "".join(part.text for part in letter.body)
    places = [said.find(field) for field in FIELDS]
    assert letter.title_lines == ("关于投诉工单办理问题整改的函",)
    assert letter.to == "区样例局"
    assert (len(letter.body), places) == (2, sorted(places))
    assert -1 not in places


def test_grounds_that_need_a_second_page_have_headings_and_a_paragraph_each():
    facts = a_rectification()
    more = tuple(GroundEvidence(one, EVIDENCE) for one in list(RectificationGround)[2:5])

    letter = rectification_letter(replace(facts, grounds=(*facts.grounds, *more)))

    assert [part.lead for part in letter.body if part.level == 1 and part.lead] == [
        "一、基本情况。", "二、存在问题", "三、整改要求。", "四、反馈与异议。",
    ]  # fmt: skip
    assert [part.lead for part in letter.body if part.level == 2] == [
        "（一）敷衍塞责。", "（二）弄虚作假。", "（三）拒不签收。",
        "（四）二次不满意且应解决未解决。",
    ]  # fmt: skip


def test_a_body_that_is_not_subordinate_is_asked_not_told():
    told = words(rectification_letter(a_rectification()))
    asked = words(rectification_letter(a_rectification(subordinate=False)))

    assert "你单位承办的投诉工单" in told
    assert "由主要负责人签批" in told
    assert "商请贵单位" in asked
    assert "函告整改情况" in asked
    assert not any(word in asked for word in ("你单位", "派单", "签批"))


def test_a_late_answer_is_given_with_its_day():
    letter = rectification_letter(a_rectification(answered_at=beijing(10, 21, 15)))

    assert "10月21日答复" in letter.body[0].text
    assert "至今未答复" not in letter.body[0].text


def test_dates_are_shanghai_dates():
    late_evening = beijing(9, 28, 23, 50)

    letter = rectification_letter(a_rectification(accepted_at=late_evening))

    assert "2026年9月28日受理" in letter.body[0].text


def test_a_confidential_ticket_does_not_say_what_kind_it_was():
    letter = rectification_letter(a_rectification(kind_label="举报", confidential=True))

    assert "举报" not in words(letter)
    assert "不得打听反映人信息" in words(letter)


def test_a_referral_leaves_the_reporter_out_and_lists_the_material():
    letter = referral_letter(a_referral(kind_label="举报", confidential=True))

    assert letter.to == "区样例监督机关"
    assert "举报" not in words(letter)
    assert "督办函，3页，校验码abababababababab" in words(letter)
    assert "另行密封" in words(letter)


def test_a_referral_without_a_target_is_refused():
    with pytest.raises(DocumentError, match="移交对象"):
        referral_letter(a_rectification())


def test_supervision_and_reminder_say_how_late_it_is():
    for letter in (supervision_letter(a_rectification()), reminder_letter(a_rectification())):
        assert "答复自10月16日24:00起超期，现已超期5个工作日。" in words(letter)


def test_a_late_answer_is_counted_until_it_came_and_one_in_time_is_not_late():
    late = a_rectification(answered_at=beijing(10, 20, 9), overdue_days=2)
    in_time = a_rectification(answered_at=beijing(10, 16, 9), overdue_days=0)

    for make in (supervision_letter, reminder_letter):
        assert "答复自10月16日24:00起超期，至答复时超期2个工作日。" in words(make(late))
        assert "起超期" not in words(make(in_time))


def test_only_supervision_takes_the_general_form():
    layouts = {kind: letter_from(kind, a_referral()).layout for kind in LetterKind}

    assert layouts[LetterKind.SUPERVISION] is Layout.GENERAL
    assert set(layouts.values()) == {Layout.LETTER, Layout.GENERAL}


def test_the_number_comes_with_the_signature():
    draft = rectification_letter(a_rectification(number=UNNUMBERED))

    signed = draft.numbered("城中12345整改〔2026〕2号", date(2026, 10, 26))

    assert draft.number == "待编"
    assert (signed.number, signed.date) == ("城中12345整改〔2026〕2号", date(2026, 10, 26))


def test_the_number_reaches_the_register_too():
    draft = referral_letter(a_referral(number=UNNUMBERED))

    signed = draft.numbered("城中12345移交〔2026〕1号", date(2026, 10, 26))

    assert ("线索编号", "城中12345移交〔2026〕1号") in signed.attachments[0].rows


def test_a_phone_number_in_an_events_words_is_not_printed():
    number = "1" + "3" * 10
    ground = GroundEvidence(RectificationGround.LEAK, (f"回访{number}（事件第3号）",))

    assert number not in words(rectification_letter(a_rectification(grounds=(ground,))))


def test_days_that_do_not_count_share_a_line_of_the_certificate():
    rows = rectification_letter(a_rectification()).attachments[0].rows

    assert ("2026年10月1日至7日", "周四至周三", "放假", "不计", "国办发明电〔2025〕7号") in rows
    assert ("2026年10月10日", "周六", "调休上班", "第5日", "国办发明电〔2025〕7号") in rows
    assert rows[-1][:4] == ("2026年10月16日", "周五", "计入", "第10日")
    assert len(rows) < len(holiday_days())


def test_a_fact_with_line_breaks_cannot_become_a_paragraph():
    letter = rectification_letter(
        a_rectification(unit="区样例局", demands=("甲\n五、伪造。\n\n乙",))
    )

    assert len(letter.body) == 2


def test_a_rectification_letter_is_one_page_and_its_certificate_the_second():
    rendered = render_pdf(rectification_letter(a_rectification()), fonts=FONTS, moment=SIGNED_AT)

    assert rendered.pages == 2
    assert rendered.sha256 == hashlib.sha256(rendered.pdf).hexdigest()


def test_the_same_letter_is_the_same_file_again():
    letter = rectification_letter(a_rectification())
    first = render_pdf(letter, fonts=FONTS, moment=SIGNED_AT)
    render_pdf(reminder_letter(a_rectification()), fonts=FONTS, moment=SIGNED_AT)

    assert render_pdf(letter, fonts=FONTS, moment=SIGNED_AT) == first


def test_threads_print_the_same_letters():
    letters = [rectification_letter(a_rectification(unit=f"区样例{n}局")) for n in range(4)]
    alone = [render_pdf(letter, fonts=FONTS, moment=SIGNED_AT) for letter in letters]

    with ThreadPoolExecutor(4) as pool:
        together = list(
            pool.map(lambda letter: render_pdf(letter, fonts=FONTS, moment=SIGNED_AT), letters)
        )

    assert together == alone


def test_the_pdf_is_made_for_the_archive():
    pdf = render_pdf(rectification_letter(a_rectification()), fonts=FONTS, moment=SIGNED_AT).pdf

    assert re.search(rb"<pdfaid:part>2</pdfaid:part>", pdf)
    assert re.search(rb"<pdfaid:conformance>B</pdfaid:conformance>", pdf)


def test_every_kind_can_be_printed_with_the_packages_fonts_alone():
    for kind in LetterKind:
        letter = letter_from(kind, a_referral(history=a_history()))
        rendered = render_pdf(letter, fonts=WHEEL_ONLY, moment=SIGNED_AT)
        assert rendered.pages >= (1 if kind is LetterKind.CORRECTION else 2)  # it has no annex
        assert "字体替代：仿宋_GB2312 → Noto Serif SC" in rendered.notes


def test_rare_characters_are_printed(tmp_path):
    letter = rectification_letter(a_rectification(unit="区喆堃燊垚祎玥样例局㎡"))

    assert "区喆堃燊垚祎玥样例局㎡" in printed(letter, tmp_path).replace(" ", "")


def test_markup_in_facts_is_printed_as_it_is(tmp_path):
    letter = rectification_letter(a_rectification(unit='#panic("x") *b* $y$ <a>'))

    assert '#panic("x")*b*$y$<a>' in re.sub(r"\s", "", printed(letter, tmp_path))


def test_an_unprintable_character_is_named():
    letter = rectification_letter(a_rectification(unit="区𪛖局"))

    with pytest.raises(DocumentError, match="𪛖"):
        render_pdf(letter, fonts=FONTS, moment=SIGNED_AT)


def test_the_first_page_has_no_number_and_the_second_has(tmp_path):
    pages = printed(rectification_letter(a_rectification()), tmp_path).split("\f")

    assert "—1—" not in pages[0].replace(" ", "")
    assert "—2—" in pages[1].replace(" ", "")
    assert "抄送：区发展和改革局，区市场监管局。" in pages[1].replace(" ", "")


def test_a_long_letter_goes_on_to_a_page_that_carries_words_with_the_signature(tmp_path):
    demands = tuple(f"第{index}项要求，办理情况须有据可查，逐项说明" for index in range(30))

    pages = printed(rectification_letter(a_rectification(demands=demands)), tmp_path).split("\f")

    signed = next(page for page in pages if "2026年10月23日" in page.replace(" ", ""))
    assert "四、反馈与异议" in signed.replace(" ", "")


def test_a_preview_is_a_picture_of_the_page_asked_for():
    letter = rectification_letter(a_rectification())

    first, second = (render_png(letter, fonts=FONTS, page=page, ppi=40) for page in (1, 2))

    assert first.startswith(b"\x89PNG")
    assert first != second
    with pytest.raises(NotFoundError, match="没有第 4 页"):
        render_png(letter, fonts=FONTS, page=4)


def test_a_missing_fact_is_an_error_that_names_it():
    from engine.documents.templates import fill

    with pytest.raises(DocumentError, match="told"):
        fill("rectification_letter.txt.j2", {})
