"""The generated pages say what the code says."""

from typer import Typer
from typer.testing import CliRunner

from engine.cli.docs import lifecycle_page, register, stale_pages, write_pages
from engine.lifecycle import TRANSITIONS
from engine.terms import TicketStatus


def test_the_generated_pages_are_up_to_date():
    assert stale_pages() == [], "run `hotline docs --write`"


def test_a_page_changed_by_hand_is_noticed(tmp_path):
    write_pages(tmp_path)
    page = tmp_path / "lifecycle.md"
    page.write_text(page.read_text(encoding="utf-8") + "手改", encoding="utf-8")

    assert stale_pages(tmp_path) == ["lifecycle.md"]


def test_the_page_shows_every_status_and_every_row():
    page = lifecycle_page()

    assert all(status.label in page for status in TicketStatus)
    assert all(f"`{row.event.value}`" in page for row in TRANSITIONS)


def test_the_command_says_whether_the_pages_are_up_to_date():
    app = Typer()
    app.callback()(lambda: None)
    register(app)

    shown = CliRunner().invoke(app, ["docs", "--check"])

    assert (shown.exit_code, shown.stdout.strip()) == (0, "文档页与代码一致。")
