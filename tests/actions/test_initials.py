"""Names are found by the first letters of their pinyin, odd readings included."""

import pytest

from engine.actions.initials import initials
from scripts.pinyin_initials import THERE, text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("区市场监管局", "qscjgj"),
        ("重庆小面", "cqxm"),
        ("柳州重工机械", "lzzgjx"),
        ("中国银行", "zgyh"),
        ("行政审批局", "xzspj"),
        ("长沙A1科技（柳州）有限公司", "csa1kjlzyxgs"),
        ("喆堃燊垚", "zksy"),
        ("  Café 乐队 ", "cafyd"),
        ("", ""),
    ],
)
def test_initials_of_a_name(name: str, said: str) -> None:
    assert initials(name) == said


def test_the_file_is_what_the_dictionary_says() -> None:
    assert THERE.read_text(encoding="utf-8") == text()
