"""通报 on the desk: one supervisor drafts it, another reviews, signs and sends it."""

import pytest

from engine.actions.figure_keeping import keep
from engine.models import Bulletin
from engine.store.database import work
from tests.builders import OPERATOR, SECOND_SUPERVISOR, SUPERVISOR, moment
from tests.pages.conftest import NOW

PERIOD = {"since": "2026-10-01", "until": "2026-10-31"}
DRAFT = "/supervise/bulletin?since=2026-10-01&until=2026-10-31"


@pytest.fixture
def drafted(database, in_earnest, as_):
    keep(moment(NOW))
    desk = as_(SUPERVISOR)
    desk.get(DRAFT)
    desk.post("/supervise/bulletin", **PERIOD)
    with work() as session:
        return session.query(Bulletin).one().id


def test_a_draft_waits_for_another_supervisor_on_the_approvals_page(drafted, as_):
    mine = as_(SUPERVISOR).get(f"/bulletins/{drafted}").text
    waits = as_(SECOND_SUPERVISOR).get("/supervise/approvals").text

    assert "须由另一位主管核稿和签发" in mine
    assert f'href="/bulletins/{drafted}"' in waits
    assert "2026年10月通报" in waits


def test_it_is_reviewed_signed_sent_and_then_downloaded(drafted, as_):
    desk = as_(SECOND_SUPERVISOR)
    said = []
    for what in ("review", "approve", "send"):
        desk.get(f"/bulletins/{drafted}")
        said.append(desk.post(f"/bulletins/{drafted}/{what}").text)

    assert "已核稿" in said[0]
    assert "已签发，编号 城中热线〔2026〕1号" in said[1]
    assert "已发 城中热线〔2026〕1号，共" in said[2]
    assert desk.get(f"/bulletins/{drafted}/file.pdf").content.startswith(b"%PDF")
    assert desk.get(f"/bulletins/{drafted}/page-2.png").content.startswith(b"\x89PNG")


def test_a_reason_is_asked_for_beside_its_field(drafted, as_):
    desk = as_(SECOND_SUPERVISOR)
    desk.get(f"/bulletins/{drafted}")

    answer = desk.post(f"/bulletins/{drafted}/reject", opinion=" ")

    assert answer.status_code == 422
    assert "请写明退回修改的理由" in answer.text


def test_an_operator_sees_no_bulletin(drafted, as_):
    assert as_(OPERATOR).get(f"/bulletins/{drafted}").status_code == 403


def test_a_draft_has_its_pages_before_it_is_signed(drafted, as_):
    desk = as_(SUPERVISOR)

    assert desk.get(f"/bulletins/{drafted}/page-1.png").content.startswith(b"\x89PNG")
    assert desk.get(f"/bulletins/{drafted}/file.pdf").status_code == 404


def test_a_period_that_is_not_over_can_be_looked_at_and_not_kept(database, as_):
    keep(moment(NOW))
    desk = as_(SUPERVISOR)

    shown, over = desk.get("/supervise/bulletin").text, desk.get(DRAFT).text
    refused = desk.post("/supervise/bulletin", since="2026-11-01", until="2026-11-30")

    assert "这里只能看，不能拟稿送核" in shown
    assert "按上面的草稿拟稿送核" not in shown
    assert "按上面的草稿拟稿送核" in over
    assert (refused.status_code, "才过完" in refused.text) == (409, True)


def test_a_draft_as_of_a_past_day_is_kept_as_of_that_day(database, as_):
    desk = as_(SUPERVISOR)

    page = desk.get(f"{DRAFT}&on=2026-11-02").text
    desk.post("/supervise/bulletin", **PERIOD, on="2026-11-02")
    with work() as session:
        kept = session.query(Bulletin).one()

    assert "数据截至2026年11月2日24:00" in page
    assert "/supervise/bulletin.pdf?since=2026-10-01&amp;until=2026-10-31&amp;on=2026-11-02" in page
    assert kept.facts["at"].startswith("2026-11-02T16:00")


def test_a_quarters_report_is_drafted_by_one_and_signed_and_sent_by_another(
    database, as_, in_earnest
):
    keep(moment(NOW))
    desk = as_(SUPERVISOR)
    desk.get("/supervise/monitoring?quarter=2026-3")
    kept = desk.post("/supervise/monitoring", quarter="2026-3").text
    with work() as session:
        (report,) = session.query(Bulletin).all()
    other = as_(SECOND_SUPERVISOR)
    waits = other.get("/supervise/approvals").text
    said = []
    for what in ("review", "approve", "send"):
        other.get(f"/bulletins/{report.id}")
        said.append(other.post(f"/bulletins/{report.id}/{what}").text)

    assert "须由另一位主管核稿和签发" in kept
    assert "2026年第3季度监测报告" in waits
    assert "已签发，编号 城中热线〔2026〕1号" in said[1]
    assert "请把用印的一份送区优化营商环境工作协调小组办公室" in said[2]
    assert "2026年第3季度监测报告" in desk.get("/supervise/monitoring?quarter=2026-3").text


def test_a_quarter_that_runs_is_looked_at_and_not_kept(database, as_):
    keep(moment(NOW))
    desk = as_(SUPERVISOR)

    shown = desk.get("/supervise/monitoring").text
    refused = desk.post("/supervise/monitoring", quarter="2026-4")

    assert "不能拟稿送核" in shown
    assert refused.status_code == 409


def test_a_report_of_demonstration_data_has_no_button_to_sign_it_and_says_why(database, as_):
    keep(moment(NOW))
    desk, other = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    desk.get(DRAFT)
    desk.post("/supervise/bulletin", **PERIOD)
    with work() as session:
        kept = session.query(Bulletin).one().id
    other.get(f"/bulletins/{kept}")
    page = other.post(f"/bulletins/{kept}/review").text

    refused = other.post(f"/bulletins/{kept}/approve")

    assert "是演示数据，不编号、不签发" in page
    assert "签发并编号" not in page
    assert refused.status_code == 409
