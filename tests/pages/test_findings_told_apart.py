"""What was found is named wherever it is decided or read: indicator, ground, how it stands."""

import pytest

from engine.actions import exclusions, findings
from engine.actions.exclusions import ExclusionForm
from engine.actions.finding_evidence import FindingForm
from engine.store.database import work
from tests.builders import MARKET, SECOND_SUPERVISOR, SUPERVISOR, a_signed_ticket, doing
from tests.looking import breaches_of, sweep

AUDITOR = "zhidu"
ACCEPTED, OVER = "Mon 2026-11-02 09:00", "Mon 2026-11-23 09:00"
MADE, LATER = "Mon 2026-11-23 10:00", "Mon 2026-11-09 10:00"
SAID = ("诉求响应及时率", "不可抗力")


@pytest.fixture
def late(database):
    """A ticket whose answer is late, and the breach of it."""
    number = a_signed_ticket(ACCEPTED)
    sweep(OVER)
    (breach,) = [one for one in breaches_of(number) if one.kind.value == "handling"]
    return number, breach


def excluded(number, now=MADE):
    form = ExclusionForm(number=number, indicator="responded_on_time", ground="force_majeure",
                         reason="全区停电两日", evidence="《停电公告》")  # fmt: skip
    return doing(now, SUPERVISOR, lambda step: exclusions.exclude(step, form).id)


def agreed(finding, now=MADE, *, yes=True):
    doing(now, SECOND_SUPERVISOR, lambda step: findings.decide(
        step, finding, agreed=yes, reason="" if yes else "记录对不上"))  # fmt: skip


def excused(breach, now=MADE):
    form = FindingForm(kind="excused", reason="系统停机一日", evidence="《停机记录》")
    return doing(now, SUPERVISOR, lambda step: findings.judge_breach(step, breach.id, form).id)


@pytest.mark.parametrize("path", ["/supervise/approvals", "/findings/{}", "/supervise/exclusions"])
def test_who_decides_an_exclusion_reads_its_indicator_and_ground(as_, late, path):
    found = excluded(late[0])

    page = as_(SECOND_SUPERVISOR).get(path.format(found)).text

    assert all(word in page for word in SAID)


@pytest.mark.parametrize("path", ["/unit", "/findings/{}"])
def test_the_unit_reads_from_which_indicator_its_ticket_is_left_out_and_why(as_, late, path):
    found = excluded(late[0])
    agreed(found)

    page = as_(MARKET).get(path.format(found)).text

    assert all(word in page for word in SAID)


@pytest.mark.parametrize("path", ["/unit", "/findings/{}"])
def test_a_refused_excuse_is_not_shown_to_the_unit_as_one_in_force(as_, late, path):
    found = excused(late[1])
    agreed(found, yes=False)

    page = as_(MARKET).get(path.format(found)).text

    assert "不同意免责" in page


def test_the_last_day_of_an_appeal_is_said_to_count(as_, late):
    found = excused(late[1])
    agreed(found, yes=False)
    unit = as_(MARKET)

    for path in ("/unit", f"/findings/{found}"):
        assert "至 11月26日（周四），含当日" in unit.get(path).text
    assert "提交申诉" in unit.get(f"/findings/{found}").text


def test_once_the_window_is_over_there_is_no_form_to_appeal_and_it_is_said(as_, database):
    number = a_signed_ticket("Mon 2026-10-12 09:00")
    sweep("Mon 2026-11-09 09:00")
    (breach,) = [one for one in breaches_of(number) if one.kind.value == "handling"]
    found = excused(breach, LATER)
    agreed(found, LATER, yes=False)

    page = as_(MARKET).get(f"/findings/{found}").text

    assert "提交申诉" not in page
    assert "申诉期已过" in page


def test_an_appeal_waits_on_the_units_desk_until_somebody_has_ruled(as_, late):
    found = excused(late[1])
    agreed(found, yes=False)
    unit = as_(MARKET)

    unit.get(f"/findings/{found}")
    unit.post(f"/findings/{found}/appeal", reason="另有停机记录，见附件")

    assert "已申诉，等主管裁定" in unit.get("/unit").text
    assert "已申诉，等没有参与这条认定的主管裁定" in unit.get(f"/findings/{found}").text


def test_an_appeal_of_five_thousand_characters_is_kept_whole(as_, late):
    found, long = excused(late[1]), "停机记录在附件里。" * 500
    agreed(found, yes=False)
    unit = as_(MARKET)
    unit.get(f"/findings/{found}")

    unit.post(f"/findings/{found}/appeal", reason=long)

    with work() as session:
        assert findings.store.one(session, found).appeal_reason == long
    assert as_(SUPERVISOR).get(f"/findings/{found}").text.count("停机记录在附件里。") == 500


def test_a_long_appeal_that_is_evidence_of_an_excuse_is_folded_there_and_open_where_it_was_made(
    as_, late
):
    form = FindingForm(kind="confirmed", reason="查实逾期没有答复，也没有说明")
    found = doing(MADE, SUPERVISOR, lambda s: findings.judge_breach(s, late[1].id, form).id)
    doing(MADE, MARKET, lambda s: findings.appeal(s, found, "停机记录在附件里。" * 100))
    doing(MADE, SECOND_SUPERVISOR, lambda s: findings.rule_on_appeal(
        s, found, changed=True, reason="停机属实，改为免责"))  # fmt: skip

    page = as_(SUPERVISOR).get(f"/supervise/breaches/{late[1].id}").text

    _, _, folded = page.partition("<details><summary>证据：事件第")
    assert folded.partition("</details>")[0].count("停机记录在附件里。") >= 100
    assert page.count("停机记录在附件里。" * 100) == 2


def test_a_reason_that_is_too_long_is_refused_with_its_limit_and_stays_typed(as_, late):
    long, desk = "全区停电，系统停机。" * 60, as_(SUPERVISOR)
    path = f"/supervise/breaches/{late[1].id}"
    desk.get(path)

    answer = desk.post(path, judgement="excused", reason=long, evidence="《停电公告》",
                       seen=desk.hidden("seen"))  # fmt: skip

    assert answer.status_code == 422
    assert "写了 600 字，最多 500 字" in answer.text
    assert long in answer.text


def test_an_exclusion_takes_a_number_however_it_is_typed(as_, late):
    desk = as_(SUPERVISOR)
    desk.get("/supervise/exclusions")

    page = desk.post("/supervise/exclusions", number=f" {late[0].lower()} ",
                     indicator="responded_on_time", ground="force_majeure", reason="全区停电两日",
                     evidence="《停电公告》").text  # fmt: skip

    assert "已提出剔除" in page


def test_who_only_looks_is_offered_no_ruling(as_, late):
    found = excused(late[1])

    page = as_(AUDITOR).get(f"/supervise/breaches/{late[1].id}").text

    assert f'<a class="btn" href="/findings/{found}">查看</a>' in page
    assert ">复核</a>" not in page
