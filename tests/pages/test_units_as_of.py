"""单位汇总 says of when its figures are, and by which day each of them goes."""

import pytest

from engine.actions.figure_keeping import keep
from tests.builders import SUPERVISOR, TAX, a_signed_ticket, moment
from tests.pages.test_exports import export, sheet

pytestmark = pytest.mark.usefixtures("database")


def test_page_and_export_say_of_when_the_figures_are(as_):
    a_signed_ticket("Mon 2026-11-02 09:00", TAX)
    keep(moment("Tue 2026-11-24 09:57"))
    desk = as_(SUPERVISOR)

    page = desk.get("/supervise/units").text
    about, _ = sheet(export(desk, "units"))

    assert "数据截至 11-24 09:57" in page
    assert "汇总截至 2026-11-24 09:57" in about["条件"]
    assert "归到那次派单的承办到期日" in about["条件"]
    assert "“指标”的退单率按派单日归期" in page
