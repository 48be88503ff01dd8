"""Each page is filled before the next one begins; the signature has words of the body with it."""

import re
import subprocess
from dataclasses import replace

import pytest

from engine.documents.fonts import find_fonts
from engine.documents.letter_texts import (
    GroundEvidence,
    letter_from,
    rectification_letter,
    reminder_letter,
    supervision_letter,
)
from engine.documents.letters import render_pdf
from engine.terms import LetterKind, RectificationGround
from tests.documents.facts import SIGNED_AT, a_history, a_rectification

LINES = (
    "11月3日24:00承办时限届满未办（事件第9号）",
    "11月4日红牌催办，截至11月5日未答复（事件第11号）",
)
DEMANDS = (
    "于11月10日前办结该工单并书面答复诉求人", "向诉求人说明未按期办结的原因，取得谅解",
    "对照“首问负责、限时办结”制度开展内部整改，明确责任人和整改时限",
    "核查承办科室工作流程，完善材料一次性告知清单",
    "将整改情况和责任落实情况一并书面报送，附相关佐证材料", "由主要负责人约谈承办科室负责人",
)  # fmt: skip
LINE_MM, FOOT_MM = 225 / 22, 37 + 225
LONG_UNIT = (
    "柳州市城中区住房和城乡建设局（柳州市城中区人民防空办公室、柳州市城中区房屋征收补偿管理中心）"
)
# 附件 in two lines, issuer and day, two blank lines, and the line of text that goes with them
SIGNATURE_LINES = 7


def facts_of(grounds, demands, **changes):
    found = tuple(GroundEvidence(one, LINES) for one in list(RectificationGround)[:grounds])
    return a_rectification(grounds=found, demands=demands, history=a_history(), **changes)


def pages_of(letter, tmp_path):
    """Return each page of the letter before its annexes: its lines, and where the last one ends."""
    file = tmp_path / "letter.pdf"
    file.write_bytes(render_pdf(letter, fonts=find_fonts(), moment=SIGNED_AT).pdf)
    done = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, check=True)
    pages = [_page(one) for one in done.stdout.decode().split("<page ")[1:]]
    annex = next(at for at, (words, _) in enumerate(pages) if re.match(r"附件\d?期限计算书", words))
    return pages[:annex]


def _page(said):
    words = re.findall(r'yMax="([\d.]+)">(.*?)</word>', said)
    placed = [(float(y) * 25.4 / 72, word) for y, word in words]
    inside = [(y, word) for y, word in placed if y < FOOT_MM + 1]
    return "".join(word for _, word in inside), max(y for y, _ in inside)


@pytest.mark.parametrize("demands", range(1, 7))
@pytest.mark.parametrize("grounds", range(1, 5))
@pytest.mark.parametrize("kind", [LetterKind.SUPERVISION, LetterKind.RECTIFICATION])
def test_a_page_ends_early_only_for_the_signature(kind, grounds, demands, tmp_path):
    pages = pages_of(letter_from(kind, facts_of(grounds, DEMANDS[:demands])), tmp_path)

    *full, before_last = [FOOT_MM - end for _, end in pages[:-1]] or [0]
    assert all(left < 2 * LINE_MM for left in full)
    assert before_last < SIGNATURE_LINES * LINE_MM


def test_short_demands_go_on_below_the_grounds(tmp_path):
    first, second = pages_of(supervision_letter(facts_of(2, DEMANDS[:5])), tmp_path)

    assert "（一）未依法履行职能" in first[0]
    assert "（五）将整改情况" in second[0]
    assert "四、反馈时限" in second[0]


def test_demands_are_parted_by_a_page_where_it_ends(tmp_path):
    said = tuple(f"{one}，{one}" for one in DEMANDS + DEMANDS[:4])

    _, second, third = pages_of(supervision_letter(facts_of(2, said)), tmp_path)

    assert FOOT_MM - second[1] < LINE_MM
    assert "（八）" in second[0]
    assert "（十）" in third[0]


@pytest.mark.parametrize("more", range(0, 45, 3))
def test_words_of_the_body_stand_above_the_signature(more, tmp_path):
    letter = supervision_letter(a_rectification(cc=""))
    *body, last = letter.body
    body[0] = replace(body[0], text=body[0].text + "办" * 28 * more)

    *_, (signed, _) = pages_of(replace(letter, body=(*body, last)), tmp_path)

    above, _, _ = signed.partition("附件：")
    assert len(above) >= 2
    assert last.text.endswith(above) or above.endswith(last.text)


@pytest.mark.parametrize(
    "words", ["特此函告。", "请于收到本函之日起五个工作日内书面反馈整改情况并附佐证材料。"]
)
def test_a_last_paragraph_of_one_or_two_lines_is_not_parted_from_the_signature(words, tmp_path):
    letter = supervision_letter(a_rectification(cc=""))
    for more in range(23):
        body = (
            replace(letter.body[0], text="办" * 28 * more),
            replace(letter.body[-1], lead="", text=words),
        )

        *_, (signed, _) = pages_of(replace(letter, body=body), tmp_path)

        assert f"{words}附件：期限计算书" in signed


@pytest.mark.parametrize("subordinate", [True, False])
def test_an_ordinary_reminder_is_one_page(subordinate, tmp_path):
    facts = a_rectification(history=a_history(), subordinate=subordinate)

    pages = pages_of(reminder_letter(facts), tmp_path)

    assert len(pages) == 1 + (not subordinate)


def test_one_that_has_room_says_the_whole_course():
    facts = a_rectification(overdue_days=0, overdue_since=None, demands=("重新办理",))

    assert "12345优化营商环境专线" in reminder_letter(facts).body[0].text
    assert (
        "12345优化营商环境专线"
        not in reminder_letter(a_rectification(history=a_history())).body[0].text
    )


def test_a_long_name_takes_its_lines_where_a_letter_is_fitted_to_a_page(tmp_path):
    letter = rectification_letter(a_rectification(unit=LONG_UNIT))

    assert letter.body[0].lead == "一、基本情况。"
    assert len(pages_of(letter, tmp_path)) == 2


def test_each_page_of_a_table_has_its_head(tmp_path):
    copied = "，".join(f"区示例{one}局" for one in range(60))
    letter = rectification_letter(a_rectification(cc=copied))
    file = tmp_path / "letter.pdf"
    file.write_bytes(render_pdf(letter, fonts=find_fonts(), moment=SIGNED_AT).pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)

    tables = [page for page in done.stdout.decode().split("\f") if "周" in page]

    assert len(tables) == 2
    assert all(re.search(r"日期\s+星期\s+性质\s+计入\s+依据", page) for page in tables)
