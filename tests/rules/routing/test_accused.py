"""A report never reaches whom it accuses, and nobody is left alone with a complaint of himself."""

import pytest

from engine.rules.routing import load_router
from engine.terms import RoutingDecision, TicketKind

WATCHDOG = "区纪委监委"


def reached(routing):
    return {name for one in routing.candidates for name in (one.unit, *one.supports)}


def report(text, title=""):
    return load_router().route(text, title=title, kind=TicketKind.REPORT)


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ("住建局局长给熟人的工地违规发施工许可证", "区住房和城乡建设局"),
        ("税务局几个执法人员上门查发票，吃饭都是我们买单", "区税务局"),
        ("合同案的法官私下约对方律师喝茶，执行款迟迟不划", "区人民法院"),
        ("辖区民警给赌场通风报信", "市公安局城中分局"),
        ("专管员让我们找他亲戚代开发票", "区税务局"),
        ("排污口整改，生态环境局每次检查前都提前通知那家厂", "城中生态环境局"),
        ("教体局把食堂采购给了自己人", "区教育局"),
        ("人社局窗口人员办社保要好处", "区人力资源和社会保障局"),
        ("施工许可证加急收钱，住建局个别工作人员参与", "区住房和城乡建设局"),
        ("请区纪委监委查查住建局局长，施工许可证都卖钱", "区住房和城乡建设局"),
        ("请纪委和检察院查税务局，发票定额想调就调", "区税务局"),
        ("教育的领导把营养餐包给亲戚", "区教育局"),
        ("工商所长和批发部合伙卖过期奶粉", "区市场监管局"),
        ("食药监的人提前通知酒楼检查", "区市场监管局"),
        ("市场监管局查处不力，假酒店照开", "区市场监管局"),
    ],
)
def test_whoever_a_report_names_without_asking_it_to_act_never_gets_it(text, accused):
    routing = report(text)

    assert accused not in reached(routing)
    assert routing.decision in (RoutingDecision.CONFLICT, RoutingDecision.CHOOSE)


def test_a_unit_named_in_the_middle_of_a_long_report_is_seen_too():
    long = "施工许可证问题。" + "事情经过很长，慢慢说来。" * 120
    text = f"{long}住建局的科长收了钱。{'经过如此，恳请查明。' * 60}"

    assert "区住房和城乡建设局" not in reached(report(text))


@pytest.mark.parametrize(
    "text",
    [
        "楼下小作坊卖过期食品，请市场监管局查处",
        "楼下小作坊卖过期食品，希望市场监管局尽快查处",
        "楼下小作坊卖过期食品，已经向市场监管局举报过",
        "楼下小作坊卖过期食品，应由市场监管局依法查处",
        "市场监管局：您好，楼下小作坊卖过期食品",
    ],
)
def test_a_unit_that_a_report_asks_to_act_stays_its_first_candidate(text):
    assert report(text).lead == "区市场监管局"


@pytest.mark.parametrize(
    "text",
    [
        "区纪委监委干部收受红包，审批都打招呼",
        "纪委的人和审批的干部一起吃拿卡要",
        "举报纪委书记受贿",
    ],
)
def test_a_report_of_the_watchdog_goes_to_another_watchdog(text):
    routing = report(text)

    assert WATCHDOG not in reached(routing)
    assert routing.decision is RoutingDecision.CONFLICT
    assert routing.lead == "区委区政府督查和绩效考评办公室"


def test_a_report_that_greets_the_leaders_is_still_sure():
    routing = report("尊敬的领导，举报一家公司虚开增值税发票偷税，请领导查处")

    assert (routing.lead, routing.decision) == ("区税务局", RoutingDecision.DISPATCH)


def test_a_report_of_every_watchdog_is_left_to_a_supervisor():
    routing = report("纪委的干部和督查室的领导都收受红包，审批打招呼")

    assert not {WATCHDOG, "区委区政府督查和绩效考评办公室"} & reached(routing)
    assert routing.decision is RoutingDecision.CONFLICT
    assert "主管" in routing.reason


def test_officers_of_no_named_unit_are_not_dispatched_to_the_unit_of_the_matter():
    routing = report("局长的亲戚包揽施工许可证代办，不找他就办不下来施工许可")

    assert routing.decision is not RoutingDecision.DISPATCH or routing.lead == WATCHDOG


@pytest.mark.parametrize(
    "text",
    [
        "税务局办税厅的人骂我，发票也没有开成",
        "法院判决不公，合同案子证据都不看",
        "教育局拿了培训机构的办学保证金不退",
        "被市场监管局罚款两万，营业执照也扣了",
    ],
)
def test_a_complaint_of_a_units_own_conduct_is_not_dispatched_to_it_unseen(text):
    routing = load_router().route(text, kind=TicketKind.COMPLAINT)

    assert routing.decision in (RoutingDecision.CHOOSE, RoutingDecision.CONFLICT)


def test_several_units_named_are_for_a_person_to_choose_from():
    text = "施工许可证的事，住建局说找自然资源局，自然资源局说归住建局"

    assert load_router().route(text).decision is RoutingDecision.CHOOSE


def test_a_units_bare_name_fires_no_hard_rule():
    for text in ("税务局旁边的停车场", "医保局老板公司", "问过法院，说不归他们执行局"):
        assert load_router().route(text).rule in ("", "court")
    assert load_router().route("税务局那件事怎么样了").rule == ""


@pytest.mark.parametrize("text", ["供货商不讲信用", "职工", "住宅"])
def test_one_ordinary_word_is_never_enough_to_dispatch(text):
    routing = load_router().route(text)

    assert routing.decision is not RoutingDecision.DISPATCH
    assert routing.confidence <= load_router().tuning.unbacked_confidence


def test_an_outside_body_outweighs_a_passing_word_of_ours():
    for text in ("河堤被挖沙的挖塌了，河道采砂没人管", "拆迁办的征收补偿按住宅算"):
        assert load_router().route(text).decision is RoutingDecision.NOT_OURS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电表不准，供电所要追补电费", RoutingDecision.NOT_OURS),
        ("提取公积金被退回", RoutingDecision.NOT_OURS),
    ],
)
def test_the_meter_and_the_provident_fund_are_outside_the_list(text, expected):
    assert load_router().route(text).decision is expected


def test_supply_price_and_fire_permits_go_where_the_list_says():
    route = load_router().route

    assert route("厂里一个月停电五次，变压器老跳闸").lead == "区工业和信息化局"
    assert route("自来水报装两个月没人来接水管").lead == "区住房和城乡建设局"
    assert route("商场收电费每度加价五毛").lead == "区市场监管局"
    assert route("新厂房的消防验收申请一个月没有结果").lead == "区住房和城乡建设局"
    assert route("消防大队来检查，说灭火器过期").decision is RoutingDecision.NOT_OURS


@pytest.mark.parametrize(
    "text",
    [
        "有人冒充我注册公司当法定代表人，身份证丢过，在派出所补办过",
        "同行仿冒我的注册商标，我去市场监管所问过，工作人员态度很好",
    ],
)
def test_a_unit_a_report_only_passes_by_is_not_the_accused(text):
    routing = report(text)

    assert routing.lead == "区市场监管局"
    assert routing.decision is not RoutingDecision.CONFLICT


def test_a_unit_with_the_matter_that_a_report_passes_by_is_for_a_person_to_confirm():
    text = "同行仿冒我的注册商标，包装一模一样，我去市场监管所问过，工作人员很客气"

    assert report(text).decision is RoutingDecision.CHOOSE


def test_a_report_of_another_unit_leaves_the_matters_own_unit_first_and_a_watchdog_second():
    routing = report(
        "地痞堵住工地大门强揽工程打伤工人，派出所民警收了他的红包，请住建局也来看看施工许可"
    )

    assert "市公安局城中分局" not in reached(routing)
    assert WATCHDOG in {one.unit for one in routing.candidates[:2]}
