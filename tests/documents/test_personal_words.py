"""What counts as personal in somebody's words, however typed; official numbers do not."""

import re
from time import process_time

import pytest

from engine.documents.personal_words import (
    personal_kinds,
    without_personal_numbers,
    without_personal_words,
)

MOBILE = "1" + "38" + "77221234"  # put together: no number of anybody stands in this file
IDENTITY = "450202" + "19900307" + "001X"
RIGHT = "450202" + "19900307" + "0011"  # with the check digit that its form asks for


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
    ["一三八零零零零一二三四", "壹叁捌零零零零壹贰叁肆", "幺三八〇〇〇〇幺二三四",
     "138零零零零1234", "一三八 零零零零 一二三四"],
)  # fmt: skip
def test_a_mobile_number_said_in_chinese_is_found(words):
    assert personal_kinds(f"请与张先生{words}联系") == ["手机号"]
    assert without_personal_numbers(f"打{words}。") == "打（号码已隐去）。"


def test_a_sign_before_a_number_that_may_be_a_digit_hides_no_number():
    assert without_personal_numbers(f"其中之一{MOBILE}") == "其中之一（号码已隐去）"


@pytest.mark.parametrize(
    "words",
    ["6222021234567890123", "6222 0212 3456 7890 123", "６２２２０２１２３４５６７８９０",
     "4502-0201-2345-6789"],
)  # fmt: skip
def test_a_bank_card_is_found(words):
    assert personal_kinds(f"退款转到{words}，") == ["银行卡号"]
    assert without_personal_numbers(f"退款转到{words}，") == "退款转到（号码已隐去），"


def test_an_account_of_another_length_is_found_by_the_word_before_it():
    assert without_personal_numbers("账号：2004 5678 9012") == "账号：（号码已隐去）"


@pytest.mark.parametrize(
    "words",
    ["电话2828282", "座机：282-8282", "请联系 28282828", "可致电2828282", "拨打 282 8282",
     "回电二八二八二八二", "２８２８２８２（座机）", "2828282是我电话"],
)  # fmt: skip
def test_a_landline_without_its_area_code_is_found_by_a_word_beside_it(words):
    assert personal_kinds(words) == ["固定电话"]
    assert not re.search("[28２８二八]", without_personal_numbers(words))


def test_long_words_before_a_mail_sign_take_no_long_time():
    letters = "a" * 200_000  # would take half a minute, if every letter were tried as the first

    began = process_time()
    assert without_personal_words(f"{letters}@") == f"{letters}@"
    assert without_personal_words(f"{letters}@example.com") == "（邮箱已隐去）"
    assert process_time() - began < 5


def test_an_address_in_full_width_is_found_and_the_offices_own_line_stays():
    assert without_personal_words("写到ａｂｃ＠ｄｅ．ｃｎ") == "写到（邮箱已隐去）"
    own = "企服中心电话2828282"
    words = f"可打{own}，或找经办人座机2828283"
    assert without_personal_words(words, own=own) == f"可打{own}，或找经办人座机（号码已隐去）"


@pytest.mark.parametrize(
    "words",
    [
        "电话联系后支付2828282元", "已联系并退费 2,828,282.50 元", "联系时间20261123",
        "电话回访2026-11-23", "电话12345", "请拨打12345热线", "致电 0772-12345",
        "联系单编号2828282", "查询电话费单号：28282828",
        "占地2828282平方米", "增长2828282%", "第一百二十三条第四项", "二〇二六年十一月二十三日",
        "一、二、三、四、五、六、七", "壹佰叁拾捌万元整", "三千五百四十二万三千四百五十六元",
        "发票号码28282828", "投资项目2311-450202-04-01-123456", "共 1234567890123456 元",
    ],
)  # fmt: skip
def test_what_is_no_number_of_a_person_stays(words):
    assert personal_kinds(words) == []
    assert without_personal_words(words) == words


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


SUMS = [
    "联系后支付工资 28000000 元", "账户余额123456789.00元", "账户余额123456789万元",
    "账户余额123456789元整", "账户转入123456789人民币", "账户余额 1234 5678 901 2345 元",
    "账户余额12345678901.50", "电话2800-3500 元", "电话28000000至35000000元",
    "电话说每平方米 2800 3500 元", f"{MOBILE}.56元", "138 7722 1234 元", "打款28282828元",
    "拨款2828282.00元", "咨询后支付 2828282 元", "联系人李四，2800000元",
    f"¥{MOBILE}", f"￥{MOBILE}", f"人民币{MOBILE}", "账户余额：123456789", "账户入账￥1234567890",
    "联系后退还2828282", "电话：面积2828282㎡", "咨询 2828282 人", "咨询：3456789人次",
    "电话2000-3000个", "联系 2000 3000 家企业",
]  # fmt: skip
DAYS = [
    "退款于账户2026-11-23 10:30入账3000元", "银行卡 2026-11-23 10:30 到账",
    "账户20261123 10:30到账", "开户行工行，2026-11-23到账", "联系2023-2024年度",
    "联系2023-2024学年",
]  # fmt: skip
LONG = "450202202311230001"
OFFICIAL = [
    f"办件编号{LONG}", f"合同编号：{LONG}", f"合同编号HT-{LONG}", f"订单号{LONG}",
    f"受理编号 {LONG}", f"流水号{LONG}", f"工单号为{LONG}", f"许可证号{LONG}", f"文号{LONG}",
    f"案号{LONG}", f"快递单号：{MOBILE}", f"订单号{MOBILE}", f"办件编号{RIGHT}",
    "发票号码28282828", "电话查询发票代码045002000111，发票号码28282828",
    "统一社会信用代码914502001234567890", "纳税人识别号914502001234567890", "热线12345",
    "打印28282828份", f"统一社会信用代码({LONG})", f"统一社会信用代码「{LONG}」",
    f"编号（{LONG}）", f"编号为“{LONG}”", f"订单编号#{LONG}", f"编号＃{LONG}",
    f"缴款书号码{MOBILE}", "缴款书号3450201234567890", "非税票据号3450201234567890",
    "护照20261123到期", "居住证办理量1234567件", "居住证已发12345678张", "通行证办理1234567人次",
    "居住证累计办理1234567", "护照1234567本", "台胞证受理点12345678", "居住证12345678万",
    "通行证号牌桂B12345", "护照有效期10年，费用12345678元", "许可证号12345678",
    f"单号HT-{LONG}、HT-{LONG}", f"信用代码{LONG}、{LONG}", "电话户号28282828", f"发票号码{MOBILE}",
    *(f"编号{LONG}{mark}{LONG}" for mark in "、，和及与"),
    *(f"{word}{LONG}" for word in ("申报号", "业务号", "公告号", "准考证号", "缴款书号码",
                                   "交易流水", "户号", "电话户号")),
]  # fmt: skip


@pytest.mark.parametrize("words", [*SUMS, *DAYS, *OFFICIAL])
def test_sums_days_and_official_numbers_stay_whole(words):
    assert personal_kinds(words) == []
    assert without_personal_words(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "传真{2828284}", "热线{2828285}", "tel {2828282}", "Tel:{2828282}", "TEL：{2828282}",
        "打{2828282}找我", "拨{2828282}", "咨询{2828282}", "联系人李四，{2345678}",
        "{0772-2828282}、{2828283}、{2828284}", "{一三八零零零零一二三四}、{2828283}",
        "开户行：工行柳州分行，{2105408009100123456}", "{138/7722/1234}", "{138*7722*1234}",
        "{0772/2828282}", "电话{2828282}元旦后在", "账户编号{1234567890}",
        f"身份证编号{{{RIGHT}}}", f"证件编号{{{RIGHT}}}", f"纳税人识别号{{{RIGHT}}}",
        f"办件编号{LONG}，身份证{{{RIGHT}}}", f"工单号联系电话{{{MOBILE}}}",
        f"订单号12345，电话{{{MOBILE}}}", f"合同编号2023001（手机{{{MOBILE}}}）",
        "传真（{2828282}）", "传真号{2828282}", "传真号码：{2828282}", "传真至{2828282}",
        "热线（{2828282}）", "FAX {2828282}", "拨号{2828282}", "打到{2828282}",
        "咨询李科长 {2828282}", "联系方式：李科长，{2828282}", "{2828282转801}（电话）",
        "电话{2828282转801}", "拨打{2828282}人工服务", "账户到账{6222021234567890123}",
        *(f"{word}{{{RIGHT}}}" for word in ("信用代码", "统一社会信用代码", "注册号", "识别号码")),
        f"信用代码（{{{RIGHT}}}）", f"登记号码{{{MOBILE}}}", f"备案号码{{{MOBILE}}}",
        f"编号{LONG}，{{{MOBILE}}}", f"工单号LZ2611230001，{{{LONG}}}", f"（{{{MOBILE}}}）",
        "{(138)77221234}", "{138（7722）1234}",
        "护照号码{G12345678}", "护照：{EA1234567}", "法定代表人持护照{P1234567A}入境",
        "台胞证{01234567}的投资人", "港澳通行证{C12345678}", "往来港澳通行证号：{CA1234567}",
        "台湾居民来往大陆通行证（{12345678}）", "回乡证{H0123456789}", "护照编号{E12345678}",
        "军官证号：南字第{12345678}号", "居住证编号{830000199001010019}",
        "护照No.{E12345678}", "护照 No：{E12345678}", "护照号{E 12345678}", "passport {E12345678}",
        "Passport No. {E12345678}", "护照正在办理{G12345678}", "台胞证{12345678}张三先生",
        *(f"{{138{gap}7722{gap}1234}}" for gap in "_\t\n\u200b\u2003\u202f"),
    ],
)  # fmt: skip
def test_a_number_of_a_person_is_hidden_and_nothing_beside_it(words):
    typed = words.replace("{", "").replace("}", "")

    assert without_personal_numbers(typed) == re.sub(r"\{[^}]*\}", "（号码已隐去）", words)
