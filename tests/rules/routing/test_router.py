import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.routing import load_router
from engine.terms import AssignmentRole, RoutingDecision, TicketKind

ODD = {
    "empty": "",
    "spaces": " \n\t",
    "one character": "税",
    "100 kB": "发票开不出来，" * 15_000,
    "English": "The power went out three times this week and nobody answers the phone.",
    "emoji": "😀🔥💰" * 50,
    "a phone number": "13812345678",
    "SQL": "'; DROP TABLE tickets; -- 1=1",
    "markup": "<script>alert(1)</script>",
    "null and controls": "\x00\x01\u202e\ufeff发票",
    "lone surrogate": "\ud800发票",
    "five units": "区财政局、区税务局、区商务局、区司法局、区教育局都找过了，没有人管",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_any_text_gets_a_sane_proposal(text):
    routing = load_router().route(text)

    assert 0 <= routing.confidence <= 1
    assert len(routing.candidates) >= 5
    assert routing.reason
    json.dumps(routing.to_json())


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), title=st.text(max_size=40))
def test_no_text_at_all_raises(text, title):
    load_router().route(text, title=title, kind=TicketKind.REPORT)


def test_nothing_said_is_never_dispatched():
    routing = load_router().route("13812345678")

    assert routing.decision is RoutingDecision.CHOOSE
    assert routing.confidence == 0
    assert "补充" in routing.reason


def test_a_router_is_built_once_however_it_is_asked_for():
    named = load_router("2023-19")

    assert named is load_router("2023-19", ())
    assert named is load_router(version="2023-19")


def test_the_same_text_gets_the_same_proposal():
    text = "给镇政府修路的工程款拖欠三年了"

    assert load_router().route(text) == load_router().route(text)


@pytest.mark.parametrize(
    ("text", "unit", "row"),
    [
        ("包工头拖欠我们二十个工人的工资，一直不发", "区人力资源和社会保障局", 11),
        ("给镇政府修的路通车三年了，工程款一直不付", "区工业和信息化局", 91),
        ("财采计〔2022〕17号项目验收半年了，货款没给", "区财政局", 32),
        ("参加施工投标，招标文件要求本地业绩，排斥外地企业", "区政务服务监督管理办公室", 37),
        ("商场物业收电费每度加价五毛", "区市场监管局", 45),
        ("厂里这个月停电六次，变压器一直跳闸", "区工业和信息化局", 41),
        ("自来水水压太低，供水公司不来修", "区住房和城乡建设局", 46),
        ("法院判决生效一年了，执行没有一点进展", "区人民法院", 83),
        ("饭店吃饭不给开发票", "区税务局", 74),
        ("新厂房要不要修人防地下室，易地建设费怎么交", "区国动办", 15),
    ],
)
def test_who_owes_and_what_it_is_about_decide(text, unit, row):
    routing = load_router().route(text)

    assert routing.lead == unit
    assert row in routing.candidates[0].tasks[:3]
    assert routing.rule


def test_wages_that_depend_on_unpaid_work_are_an_arrears_case():
    text = "区政府平台公司拖欠我司工程款两百万，导致农民工工资发不出来"

    assert load_router().route(text).lead == "区工业和信息化局"


def test_units_that_never_lead_a_row_are_candidates():
    router = load_router()

    assert router.route("货车营运证年审，道路运输许可怎么换").lead == "区交通运输局"
    assert router.route("养猪场要办动物防疫条件合格证").lead == "区农业农村局"
    assert router.route("仓库违规堆放危险化学品，安全生产许可证也没有").lead == "区应急管理局"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("门头招牌被城管拆了，没有提前通知", "城市管理"),
        ("单位公积金账户怎么开户", "公积金"),
        ("烟草证怎么办，小店想卖烟", "烟草"),
        ("厂房被划入拆迁范围，补偿款一直没有给", "征收"),
        ("写字楼的宽带只能用一家运营商", "通信"),
    ],
)
def test_bodies_outside_the_list_are_named_with_where_to_turn(text, body):
    routing = load_router().route(text)

    assert routing.decision is RoutingDecision.NOT_OURS
    assert body in (routing.not_ours or "")
    assert routing.reason


def test_an_accused_unit_is_never_left_alone_with_the_complaint():
    text = "税务局工作人员态度恶劣，故意刁难我们开发票"

    routing = load_router().route(text, kind=TicketKind.COMPLAINT)

    assert routing.decision is RoutingDecision.CONFLICT
    assert routing.candidates[0].unit == "区税务局"
    assert routing.candidates[1].unit == "区纪委监委"


def test_a_report_never_reaches_the_accused_unit():
    text = "举报住建局领导收受贿赂，施工许可只批给熟人"

    routing = load_router().route(text, kind=TicketKind.REPORT)

    named = {name for one in routing.candidates for name in (one.unit, *one.supports)}
    assert "区住房和城乡建设局" not in named
    assert routing.candidates[0].unit == "区纪委监委"


@pytest.mark.parametrize(
    "text",
    ["某公司偷税漏税，请税务局不要包庇", "税务局要严查这家勾结会计虚开发票的公司"],
)
def test_a_unit_asked_to_act_is_not_accused(text):
    routing = load_router().route(text, kind=TicketKind.COMPLAINT)

    assert routing.decision is not RoutingDecision.CONFLICT


def test_the_hotline_itself_can_be_accused():
    routing = load_router().route("12345热线敷衍了事，没有解决就办结", kind=TicketKind.COMPLAINT)

    assert routing.lead == "区政务网络服务中心"
    assert routing.decision is RoutingDecision.CONFLICT


def test_there_is_one_lead_and_it_comes_first():
    for text in ("公司变更法人", "环评报告表批不下来", "养猪场防疫证"):
        first = load_router().route(text).candidates[0]

        assert first.role is AssignmentRole.LEAD


def test_each_candidate_says_why_it_beats_the_next():
    routing = load_router().route("申请不动产抵押登记一周没办好，银行放不了款")

    first, second = routing.candidates[:2]
    assert "不动产抵押" in "".join(first.evidence)
    assert second.unit in first.why


def test_scores_fall_and_stay_between_0_and_100():
    scores = [one.score for one in load_router().route("排污许可证和安全生产许可证到期").candidates]

    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)


@pytest.mark.parametrize(
    ("slip", "right"),
    [
        ("營業執照變更怎麼辦理", "营业执照变更怎么办理"),
        ("营业直照丢了怎么补", "营业执照丢了怎么补"),
        ("公司帐户 发 漂 开不出来", "公司账户发票开不出来"),
        ("申请ＣＡ证书", "申请CA证书"),
    ],
)
def test_slips_and_traditional_characters_do_not_change_the_unit(slip, right):
    router = load_router()

    assert router.route(slip).lead == router.route(right).lead


def test_corrections_tip_a_close_call_and_no_more():
    router = load_router()
    close = "园区的标准厂房租金"
    leader, second = (one.unit for one in router.route(close).candidates[:2])

    strong = router.route("增值税发票开不出来", corrections={"区税务局": -99.0})
    bounded = router.route(close, corrections={leader: -99.0, second: 99.0})

    assert strong.lead == "区税务局"
    limit = router.tuning.correction_limit
    same = router.route(close, corrections={leader: -limit, second: limit})
    assert bounded.candidates == same.candidates


def test_a_routing_names_the_versions_that_made_it():
    routing = load_router().route("开公司")

    assert routing.catalogue_version == "2023-19"
    assert routing.lexicon_version == load_router().lexicon.version


def test_below_the_gate_the_operator_chooses():
    router = load_router()
    routing = router.route("公司变更法人，窗口说材料不全")

    confident = routing.confidence >= router.tuning.gate

    assert (routing.decision is RoutingDecision.DISPATCH) == confident
