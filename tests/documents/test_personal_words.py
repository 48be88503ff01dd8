"""What counts as personal in somebody's words, however typed; official numbers do not."""

import pytest

from engine.documents.personal_words import (
    personal_kinds,
    without_personal_numbers,
    without_personal_words,
)

MOBILE = "1" + "38" + "77221234"  # put together: no number of anybody stands in this file
IDENTITY = "450202" + "19900307" + "001X"


@pytest.mark.parametrize(
    "words",
    [
        MOBILE, f"+86{MOBILE}", f"+86 {MOBILE}", f"86-{MOBILE}", f"0{MOBILE}",
        "138.7722.1234", "138-7722-1234", "138 7722 1234", "138 772 21234",
        "1 3 8 7 7 2 2 1 2 3 4", "13 87 72 21 23 4", "１３８７７２２１２３４", "138　7722　1234",
        f"{MOBILE}元旦后在",
    ],
)  # fmt: skip
def test_a_mobile_number_is_found_however_it_is_typed(words):
    assert personal_kinds(f"请与张先生{words}联系") == ["手机号"]
    left = without_personal_numbers(f"请与{words}联系")
    assert left.startswith("请与（号码已隐去）")
    assert "7722" not in left


@pytest.mark.parametrize(
    "words",
    ["0772-2828282", "0772 2828282", "07722828282", "(0772)2828282", "（0772）2828282",
     "０７７２－２８２８２８２", "010-65432100", "+86 772 2828282"],
)  # fmt: skip
def test_a_landline_with_its_area_code_is_found(words):
    assert personal_kinds(f"电话{words}。") == ["固定电话"]
    assert "282" not in without_personal_numbers(f"电话{words}。").replace("010", "")


@pytest.mark.parametrize(
    "words",
    [IDENTITY, "450202 19900307 001X", "450202 1990 0307 0012", "450202-19900307-0012",
     "４５０２０２１９９００３０７００１２", "450202900307001", "450202 900307 001"],
)  # fmt: skip
def test_an_identity_number_is_found_with_blanks_and_in_the_old_length(words):
    assert personal_kinds(f"证件{words}，") == ["证件号"]
    assert without_personal_numbers(f"证件{words}，") == "证件（号码已隐去），"


def test_a_mail_address_is_found():
    assert personal_kinds("发到zhang.san@example.com。") == ["邮箱地址"]
    assert without_personal_words("发到zhang.san@example.com。") == "发到（邮箱已隐去）。"


@pytest.mark.parametrize(
    "words",
    [
        "桂营商〔2023〕19号", "工单LZ2611230001", "LZ2611230001、LZ2611230002",
        "2026年11月23日9:00",
        "2026-11-23 09:00", "2026-11-23 09:00 2026-11-24 10:30", "13.5 2026-11-23",
        "余款15000000000元", "合同价款 1,380,000.00 元", "12345热线",
        "城中热线〔2026〕12号", "（事件第10号）", "第138页至第7722页", "20261123 10:00",
        "校验码1a3877221234567890",
    ],
)  # fmt: skip
def test_official_numbers_dates_and_money_are_not_personal(words):
    assert personal_kinds(words) == []
    assert without_personal_words(words) == words
