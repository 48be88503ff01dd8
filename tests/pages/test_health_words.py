"""The page of the system's state speaks of its jobs in words."""

from api.pages import health_words
from engine.actions.background import beat
from engine.models import ReferenceData
from engine.scheduler import JOBS
from engine.store.database import work
from tests.builders import moment
from tests.pages.conftest import NOW


def test_every_job_has_a_name_in_words():
    assert {one.name for one in JOBS} == set(health_words.JOBS)


def test_jobs_and_their_last_runs_are_told_in_words(as_):
    plain = {"mode": "plain", "found": 1, "counts": {"alarms": 1}, "truncated": False}
    beat("alarm", moment(NOW), True, plain)
    beat("route", moment(NOW), True, {"mode": "idle"})

    page = as_("guanli").get("/admin").text

    assert "日历提醒" in page
    assert "处理 1 项" in page
    assert "没有待办的事" in page
    assert not [raw for raw in ("alarm", "mode ", "alarms", "truncated", "idle") if raw in page]


def test_a_long_version_can_be_broken_on_a_narrow_screen(as_):
    with work() as session:
        session.add(ReferenceData(name="personal-keys", version="0123456789abcdef" * 2, rows=1,
                                  loaded_at=moment(NOW)))  # fmt: skip

    page = as_("guanli").get("/admin").text

    assert "个人信息密钥" in page
    assert "01234567<wbr>89abcdef<wbr>" in page
