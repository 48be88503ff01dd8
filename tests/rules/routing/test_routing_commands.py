import json
import shutil
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from engine.cli import catalogue, route
from engine.rules.routing import catalogue_versions, files
from engine.rules.routing.catalogue import load_catalogue, version_in_force
from engine.rules.routing.catalogue_import import compare

runner = CliRunner()


@pytest.fixture
def app():
    made = typer.Typer()
    route.register(made)
    catalogue.register(made)
    return made


def test_route_says_who_and_why(app):
    result = runner.invoke(app, ["route", "饭店不给开发票"])

    assert result.exit_code == 0
    assert "区税务局" in result.output


def test_route_gives_json(app):
    result = runner.invoke(app, ["route", "饭店不给开发票", "--kind", "投诉", "--json"])

    content = json.loads(result.output)
    assert content["candidates"][0]["unit"] == "区税务局"
    assert len(content["candidates"]) >= 5


@pytest.mark.parametrize("arguments", [["route"], ["route", "发票", "--kind", "胡说"]])
def test_bad_input_ends_with_2_and_one_line(app, arguments):
    result = runner.invoke(app, arguments)

    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_batch_routes_good_lines_and_marks_bad_ones(app, tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        '{"id": "1", "title": "", "text": "饭店不给开发票", "kind": "投诉"}',
        "不是 JSON",
        '{"id": "3", "text": 5}',
        "",
        '{"id": "5", "text": "停电", "kind": "胡说"}',
        "[1]",
        '{"id": "7"}',
    ]
    source.write_text("\n".join(lines), encoding="utf-8")

    result = runner.invoke(app, ["route", "--batch", str(source), str(target)])

    assert result.exit_code == 0
    out = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert len(out) == 6
    assert out[0]["id"] == "1"
    assert set(out[0]["candidates"][0]) == {"unit", "role", "score", "tasks", "evidence"}
    assert ["error" in one for one in out] == [False, True, True, True, True, False]


def test_a_missing_batch_file_ends_with_2(app, tmp_path):
    result = runner.invoke(
        app, ["route", "--batch", str(tmp_path / "no.jsonl"), str(tmp_path / "out.jsonl")]
    )

    assert result.exit_code == 2
    assert "没有这个文件" in result.stderr


def test_catalogue_gives_every_row_as_json(app):
    content = json.loads(runner.invoke(app, ["catalogue", "--json"]).output)

    assert len(content["tasks"]) == 135
    assert len(content["units"]) == 35


def test_catalogue_prints_a_table(app):
    result = runner.invoke(app, ["catalogue"])

    assert result.exit_code == 0
    assert "2023-12-31" in result.output


def test_an_import_without_a_day_changes_nothing(app, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text(
        "序号,指标,改革方向,任务举措,完成时限,牵头单位,配合单位\n"
        "1,纳税,方向,举措,2024-12-31,区税务局,\n",
        encoding="gb18030",
    )

    result = runner.invoke(app, ["catalogue", "import", str(file)])

    assert result.exit_code == 0
    assert "读出 1 项" in result.output
    assert len(json.loads(runner.invoke(app, ["catalogue", "--json"]).output)["tasks"]) == 135


def test_an_import_reports_what_it_could_not_read(app, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text(
        "序号,指标,改革方向,任务举措,完成时限,牵头单位,配合单位\n1,纳税,方向,举措,年底,区税物局,\n",
        encoding="utf-8",
    )

    result = runner.invoke(app, ["catalogue", "import", str(file), "--apply-from", "2024-01-01"])

    assert result.exit_code == 2
    assert "完成时限" in result.output


def test_a_list_applied_from_a_day_leaves_the_older_one_as_it_was(app, tmp_path, monkeypatch):
    shutil.copytree(files.DATA, tmp_path / "catalogue")
    monkeypatch.setattr(files, "DATA", tmp_path / "catalogue")
    monkeypatch.setattr(catalogue_versions, "DATA", tmp_path / "catalogue")
    source = str(tmp_path / "catalogue" / "tasks-2023.csv")

    arguments = ["--apply-from", "2024-03-01", "--reference", "城中政办〔2024〕3号"]
    result = runner.invoke(app, ["catalogue", "import", source, *arguments])

    assert result.exit_code == 0, result.output
    assert version_in_force(date(2024, 2, 29)) == "2023-19"
    assert version_in_force(date(2024, 3, 1)) == "2024-3"
    assert compare(load_catalogue("2023-19").tasks, load_catalogue("2024-3").tasks) == ()
    monkeypatch.undo()


def test_a_lone_surrogate_does_not_end_a_batch(app, tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"text": "\\ud800"}\n{"text": "饭店不给开发票"}\n', encoding="utf-8")

    result = runner.invoke(app, ["route", "--batch", str(source), str(target)])

    assert result.exit_code == 0, result.output
    first, second = (json.loads(line) for line in target.read_text("utf-8").splitlines())
    assert first["text"] == "\ud800"
    assert second["candidates"][0]["unit"] == "区税务局"


def test_a_lone_surrogate_on_the_command_line_is_answered(app):
    for extra in ([], ["--json"]):
        result = runner.invoke(app, ["route", "税务局\ud800态度恶劣，发票", *extra])

        assert result.exit_code == 0, result.exception


@pytest.mark.parametrize("on", ["2023-11-08", "2022-01-01"])
def test_a_list_cannot_begin_before_or_with_an_older_one(app, on):
    source = str(files.DATA / "tasks-2023.csv")

    result = runner.invoke(app, ["catalogue", "import", source, "--apply-from", on])

    assert result.exit_code == 2
    assert "生效日" in result.stderr


def test_a_list_without_most_rows_is_refused_unless_forced(app, tmp_path, monkeypatch):
    shutil.copytree(files.DATA, tmp_path / "catalogue")
    monkeypatch.setattr(files, "DATA", tmp_path / "catalogue")
    monkeypatch.setattr(catalogue_versions, "DATA", tmp_path / "catalogue")
    file = tmp_path / "new.csv"
    file.write_text(
        "序号,指标,改革方向,任务举措,完成时限,牵头单位,配合单位\n"
        "1,纳税,方向,举措,2024-12-31,区税务局,\n",
        encoding="utf-8",
    )
    arguments = ["catalogue", "import", str(file), "--apply-from", "2024-03-01"]

    refused = runner.invoke(app, arguments)
    forced = runner.invoke(app, [*arguments, "--force"])

    assert refused.exit_code == 2
    assert "134 项不见了" in refused.stderr
    assert forced.exit_code == 0, forced.output
    monkeypatch.undo()
