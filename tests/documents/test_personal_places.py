"""Where a person lives or is written to is found in somebody's words; a business's door is not."""

import re

import pytest

from engine.documents.personal_words import personal_kinds, without_personal_words


@pytest.mark.parametrize(
    "words",
    [
        "家住柳州市城中区东环大道228号{3栋2单元501室}的张三",
        "住在东环大道228号{三栋二单元五楼501}",
        "住址：演示小区{3-2-501}", "住所 演示小区{A座1201室}", "家住{３栋５０１}，夜里有噪声",
        "住址东环大道228号{501室}", "租住东环大道228号{501室}", "现住址为演示小区{3栋501室}",
        *(f"{word}演示小区{{3栋501室}}" for word in (
            "居住地址", "居住地", "户籍地址", "户籍所在地", "住处", "现居", "家在", "我家在",
            "住")),
        "我住{3栋501室}", "家住演示小区，{3栋501室}", "家庭住址{3-501}", "家住演示小区{3#501}",
        "家住演示小区{三栋五〇一室}", "李先生住演示小区{3栋501室}",
        "家庭住址：静兰新村{15号}，请上门", "其本人家住弯塘路北二巷{12号}", "家住河东村{12号}",
        "住址：柳州市公园路{58号}", "户口所在地：柳北区雅儒路{86号}", "户口地址雅儒路{86号}",
        "身份证上的地址：雅儒路{８６号}", "家住公园路{五十八号之一}", "家住公园路{58号3楼}",
        "家住柳石路四区{ 8 号}", "家住演示小区{12-1号}", "我住公园路{58号}附近",
        "现居住地址：柳州市潭中东路17号演示国际{B座1805}",
    ],
)  # fmt: skip
def test_where_somebody_lives_is_hidden_from_the_house_on(words):
    typed = words.replace("{", "").replace("}", "")

    assert personal_kinds(typed) == ["住址"]
    assert without_personal_words(typed) == re.sub(r"\{.*?\}", "（住址已隐去）", words)


@pytest.mark.parametrize(
    "words",
    [
        "东环大道228号一楼门面", "公司住所东环大道228号一楼门面",
        "经营地址东环大道228号3栋2单元501室",
        "公司住所东环大道228号3栋101室", "住所变更登记：东环大道228号3栋101室",
        "公司住址3栋501室", "公司住址：公园路58号", "注册地址公园路58号", "经营地址：公园路58号",
        "住所：公园路58号", "该店住址公园路58号", "企业的住址：公园路58号", "单位住址公园路58号",
        "家住柳州，11月23号来电", "家住附近的村民23号反映", "住在地铁道3号线旁",
        "国家住建局12号文", "住址变更登记：公园路58号", "请到公园路58号现场核查",
        "住在一座山下", "大家在3栋101室", "发现居民3栋101室漏水", "遮住3栋101室",
        *(f"{word}东环大道228号3栋101室" for word in (
            "市场主体住所（经营场所）为", "公司的住所为", "登记的住所", "法定住所",
            "住所（经营场所）", "个体户住所", "企业住所")),
    ],
)  # fmt: skip
def test_where_a_business_has_its_door_stays(words):
    assert personal_kinds(words) == []
    assert without_personal_words(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "微信号{abc123}", "微信：{lz_zhang2020}", "加微信{abcdef1}", "微信 {12345678}",
        "wx:{lz-zhang88}",
        "WeChat {lz_zhang2020}", "V信{abc12345}", "微信ID：{zhangsan}", "微信号为{_zhangsan}",
        "ＷＸ：{zhang2020}", "QQ {12345678}", "QQ{12345678}", "qq号：{1234567890}",
        "ＱＱ号码{１２３４５}", "加扣扣：{12345678}", "WeChat ID: {abc_1234}", "微信“{zhangsan1}”",
        "微信「{zhangsan1}」", "微信:{zhang san1}", "微信号：{zhang san1}", "微信号 {zhang san1}",
        "QQ {1234 5678}", "QQ：{123 456 789}", "Q Q {12345678}", "wx{1234567890}",
        "微信 ID{abc_1234}", "微信：{zhangwei san1}",
    ],
)  # fmt: skip
def test_an_account_by_which_somebody_is_written_to_is_hidden(words):
    typed = words.replace("{", "").replace("}", "")

    assert personal_kinds(typed) == ["微信或QQ号"]
    assert without_personal_words(typed) == re.sub(r"\{.*?\}", "（号码已隐去）", words)


def test_letters_before_a_telephone_in_such_an_account_go_with_it():
    typed = "（微信zs" + "1" + "3800000000）"  # put together: no number of anybody

    assert without_personal_words(typed) == "（微信（号码已隐去））"


@pytest.mark.parametrize(
    "words",
    ["微信公众号liuzhou12345", "微信小程序wx123", "微信支付2828282元", "微信版本v8.0.40",
     "微信Android版",     "在微信群里说明", "QQ群通知", "QQ1234", "BQQ12345", "Vx", "已加微信",
     "缴费单号wx1234567890", "订单wx1234567890", "订单号：wx1234567890", "缴费 wx1234567890",
     "流水号wx1234567890", "微信:open Windows系统", "QQ 1234 5678元",
     "QQ 2023 2024年", "微信“扫一扫”", "IQ Q 12345678"],
)  # fmt: skip
def test_what_only_speaks_of_such_a_service_stays(words):
    assert personal_kinds(words) == []
    assert without_personal_words(words) == words
