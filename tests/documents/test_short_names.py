"""Short names (简称): found however people call somebody, and nothing else is taken for one."""

import pytest

from engine.documents.short_names import called_firm, called_person, without_short_names

FIRM = "柳州市鹅山机械制造有限公司"


@pytest.mark.parametrize(
    ("name", "words", "found"),
    [
        ("覃小明", "请与覃先生联系", "覃先生"), ("覃小明", "已告知覃女士。", "覃女士"),
        ("覃小明", "覃老板多次来电", "覃老板"), ("覃小明", "请向覃总说明", "覃总"),
        ("覃小明", "请向覃总当面说明", "覃总"), ("覃小明", "请联系覃总，说明原因", "覃总"),
        ("覃小明", "覃总反映的问题", "覃总"), ("覃小明", "覃经理要求退款", "覃经理"),
        ("覃小明", "覃某称未收到退款", "覃某"), ("欧阳明", "请与欧阳女士联系", "欧阳女士"),
        ("高明", "请向高女士说明", "高女士"), ("于洋", "诉求人于先生来电", "于先生"),
        ("覃先生", "请覃女士补正材料", "覃女士"),
        ("黄华", "已答复黄经理", "黄经理"), ("黄华", "黄姐多次来电", "黄姐"),
        ("黄华", "小黄反映窗口退件", "小黄"), ("黄华", "请联系老黄。", "老黄"),
        ("黄华", "请向黄董说明", "黄董"), ("程明", "请与程经理联系", "程经理"),
        ("于洋", "请联系于会计", "于会计"), ("何平", "请向何经理说明", "何经理"),
    ],
)  # fmt: skip
def test_a_surname_with_a_title_is_a_name(name, words, found):
    assert called_person(name, words) == [found]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("方明", "请双方经理协商解决"),
        ("金鑫", "核实资金总额，与基金经理无关"),
        ("高明", "提高总体效率，提高某项指标"), ("成明", "完成总结后报送"),
        ("安明", "请治安总队协助"),
        ("覃小明", "请覃局长签批整改情况"), ("王明", "请黄先生所在科室办理"),
        ("关明", "送海关总署备案"),
        ("于洋", "关于先生产后付款的问题"), ("林明", "按造林某些规定办理"), ("", "请王先生办理"),
        ("程明", "工程会计已核对，由工程经理负责"), ("于洋", "由于会计资料未齐"),
        ("何平", "不得要求任何经理、任何女士到场"),
        ("区明", "社区老师已上门，小区大姐反映，小区反映的问题"),
        ("段明", "请路段经理核实"), ("单明", "订单老师、联系单会计另行通知"),
        ("黄华", "老黄历、小黄车占道、黄董事会决议"), ("方明", "请对方经理到场"),
    ],
)  # fmt: skip
def test_words_of_an_office_are_nobodys_name(name, words):
    assert called_person(name, words) == []


@pytest.mark.parametrize(
    ("enterprise", "words", "found"),
    [
        (FIRM, "请向鹅山机械说明", "鹅山机械"),
        (FIRM, "鹅山机械制造公司的执照", "鹅山机械制造公司"),
        (FIRM, "鹅山公司的变更登记", "鹅山公司"), (FIRM, "向鹅山退还保证金", "鹅山"),
        (FIRM, "柳州市鹅山机械制造的执照", "柳州市鹅山机械制造"),
        ("鹅山（柳州）机械有限公司", "请与鹅山机械联系", "鹅山机械"),
        ("柳州市城中区覃姐螺蛳粉店", "到覃姐店里核实", "覃姐店"),
        ("柳州市诚信劳务有限公司", "向诚信劳务付清余款", "诚信劳务"),
        ("柳州鱼峰水泥股份有限公司", "鱼峰水泥的用地", "鱼峰水泥"),
        ("广西柳州市鑫机械有限公司", "向鑫机械说明", "鑫机械"),
        ("柳州市鹅山机械有限公司柳南分公司", "鹅山机械来电", "鹅山机械"),
        ("柳州市城建投资发展有限公司", "城建投资公司来电", "城建投资公司"),
    ],
)  # fmt: skip
def test_what_is_an_enterprises_own_is_its_name_without_region_and_legal_form(
    enterprise, words, found
):
    assert called_firm(enterprise, words) == [found]


@pytest.mark.parametrize(
    ("enterprise", "words"),
    [
        (FIRM, "到鹅山路12号窗口办理，机械设备另行检查"), (FIRM, "鹅山公园周边占道"),
        ("柳州市诚信劳务有限公司", "诚信经营、诚信服务，付清劳务费"),
        ("柳州市建设投资有限公司", "加快项目建设，落实投资计划"),
        ("柳州鱼峰水泥股份有限公司", "会同鱼峰区市场监管局办理"),
        ("柳州市市场物业有限公司", "请市场监管部门核实"), ("柳州银行股份有限公司", "请到银行开户"),
        ("柳州市发展商贸有限公司", "重新办理该工单，并向诉求人作出说明"), ("", "重新办理"),
        ("柳州市城建投资发展有限公司", "移交城建档案，落实城建投资计划"),
        ("广西企业管理有限公司", "规范企业管理"),
    ],
)  # fmt: skip
def test_places_duties_and_common_words_are_no_enterprises_name(enterprise, words):
    assert called_firm(enterprise, words) == []


def test_what_goes_out_says_the_requester_and_the_enterprise_instead():
    words = "请鹅山机械的覃先生到鹅山路窗口"

    assert without_short_names(words, "覃小明", FIRM) == "请该企业的诉求人到鹅山路窗口"


@pytest.mark.parametrize(
    ("name", "words", "found"),
    [
        ("覃祎玥", "公司姓覃的财务", ["姓覃"]), ("覃祎玥", "财务（祎玥）多次说明", ["祎玥"]),
        ("覃祎玥", "负责人祎玥", ["祎玥"]), ("覃祎玥", "覃姓业主称", ["覃姓"]),
        ("覃祎玥", "覃律师来电", ["覃律师"]), ("覃小明", "负责人小明称", ["小明"]),
        ("John Smith", "Smith先生来电", ["Smith"]),
        ("John Smith", "联系ＳＭＩＴＨ", ["ＳＭＩＴＨ"]),
        ("覃文明", "文明服务，规范用语", []), ("覃小明", "小明路口施工", []),
        ("覃小明", "请写明姓名", []), ("何平", "百姓何时能办成", []),
        ("于洋", "员工诉求人于本月来访", []), ("John Smith", "Goldsmith路口", []),
    ],
)  # fmt: skip
def test_a_given_name_alone_or_a_mere_surname_is_a_name_too(name, words, found):
    assert called_person(name, words) == found


@pytest.mark.parametrize(
    ("enterprise", "words", "found"),
    [
        ("Sunrise（柳州）科技有限公司", "sunrise公司的财务", ["sunrise公司"]),
        ("Sunrise（柳州）科技有限公司", "ＳＵＮＲＩＳＥ来电", ["ＳＵＮＲＩＳＥ"]),
        ("柳州鹅山犇犇机械厂", "犇犇机厂负责人", ["犇犇"]),
        ("柳州鹅山犇犇机械厂", "犇犇机械厂来电", ["犇犇机械厂"]),
        ("柳州鹅山犇犇机械厂", "到鹅山路办理机械登记", []),
        ("喆堃燊贸易有限公司", "喆堃贸易来电", ["喆堃贸易"]),
        ("柳州市鹏飞宏达商贸有限公司", "宏达商贸称", ["宏达商贸"]),
        ("柳州市城市发展商贸有限公司", "重新办理，落实城市发展规划", []),
        ("柳州市诚信安全劳务有限公司", "安全劳务用工，诚信经营", []),
    ],
)  # fmt: skip
def test_a_part_of_a_firms_own_name_and_any_case_of_it_is_its_name(enterprise, words, found):
    assert called_firm(enterprise, words) == found


def test_names_of_full_width_letters_are_taken_out_whole():
    words = "请ＳＵＮＲＩＳＥ的Smith先生，到窗口"

    assert without_short_names(words, "John Smith", "Sunrise科技有限公司") == (
        "请该企业的诉求人先生，到窗口")  # fmt: skip
