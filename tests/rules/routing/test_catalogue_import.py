import pytest

from engine.rules.routing.catalogue import load_catalogue
from engine.rules.routing.catalogue_import import compare, read_table
from engine.rules.routing.files import read_text

HEAD = "序号,指标,改革方向,任务举措,完成时限,牵头单位,配合单位\n"


def row(number="1", deadline="2024年12月31日", lead="区财政局", support=""):
    return f'{number},政府采购,方向,举措,{deadline},"{lead}","{support}"\n'


def test_a_row_of_csv_becomes_a_task():
    table = read_table(
        HEAD + row(lead="区财政局，区商务局按职责分工负责", support="区税务局, 区司法局")
    )

    (task,) = table.tasks
    assert table.problems == ()
    assert task.leads == ("区财政局", "区商务局")
    assert task.joint_by_duty
    assert task.supports == ("区税务局", "区司法局")
    assert task.deadline.isoformat() == "2024-12-31"


def test_the_documents_text_with_page_breaks_is_read_like_its_csv():
    text = (
        "前言，不是表格\n序号\t指标\t改革方向\t任务举措\t完成时限\t牵头单位\t配合单位\n"
        "1\t纳税\t方向\t前半句，\t2024 年 6 月 30 日\t区税务局\t\n\n"
        "序号\t指标\t改革方向\t任务举措\t完成时限\t牵头单位\t配合单位\n"
        "\t\t\t<p>后半句。</p>\t\t\t\n"
        "2\t纳税\t方向\t举措\t2024-12-31\t区税务局\t区财政局\n"
    )

    first, second = read_table(text).tasks

    assert first.measure == "前半句，后半句。"
    assert first.deadline.isoformat() == "2024-06-30"
    assert second.supports == ("区财政局",)


def test_misspelt_units_are_folded_and_noted():
    (task,) = read_table(HEAD + row(lead="区自然资源")).tasks

    assert task.leads == ("区自然资源局",)
    assert "区自然资源局" in task.notes[0]


def test_groups_without_a_unit_are_kept_apart():
    (task,) = read_table(HEAD + row(support="区商务局、各有关单位")).tasks

    assert task.supports == ("区商务局",)
    assert [(group.name, group.role) for group in task.open_groups] == [("各有关单位", "support")]


def test_an_unknown_unit_is_reported_with_its_row_and_a_guess():
    table = read_table(HEAD + row(number="7", lead="区财政居"))

    (problem,) = table.problems
    assert (problem.row, problem.column) == ("7", "牵头单位")
    assert "区财政局" in problem.message


def test_an_unreadable_date_is_reported_and_the_other_rows_are_read():
    table = read_table(HEAD + row(number="1", deadline="年底前") + row(number="2"))

    assert [task.number for task in table.tasks] == [2]
    assert [(p.row, p.column) for p in table.problems] == [("1", "完成时限")]


def test_a_number_that_comes_twice_is_reported():
    table = read_table(HEAD + row() + row())

    assert [problem.column for problem in table.problems] == ["序号"]


def test_a_text_without_the_table_is_reported_as_such():
    assert "表头" in str(read_table("你好\n世界").problems[0])
    assert "表头" in str(read_table("").problems[0])


def test_comparing_a_list_with_itself_finds_nothing():
    tasks = load_catalogue().tasks

    assert compare(tasks, read_table(read_text("tasks-2023.csv")).tasks) == ()


def test_comparing_tells_what_was_added_removed_and_changed():
    old = read_table(HEAD + row("1") + row("2")).tasks
    new = read_table(HEAD + row("2", lead="区商务局") + row("3")).tasks

    changes = compare(old, new)

    assert [(c.number, c.kind) for c in changes] == [(1, "removed"), (2, "changed"), (3, "added")]
    assert (changes[1].field, changes[1].before, changes[1].after) == (
        "leads",
        "区财政局",
        "区商务局",
    )


def test_a_bad_row_is_named_with_its_line_in_the_file():
    first = row(lead="区财政局").replace("举措", '"两行\n举措"')
    (problem,) = read_table(HEAD + first + row(number="2", deadline="年底")).problems

    assert problem.line == 4
    assert "文件第 4 行" in str(problem)


def test_markup_in_the_cells_of_a_csv_is_dropped():
    (task,) = read_table(HEAD + row().replace("举措", '"<p class=""a"">举措</p><br/>"')).tasks

    assert task.measure == "举措"


def test_columns_are_known_by_their_headings_in_any_order_and_by_other_names():
    text = (
        "配合部门,牵头部门,完成时间,举措,改革事项,指标,编号,备注\n"
        "区商务局,区财政局,2024年6月30日,举措,方向,政府采购,7,附注\n"
    )

    (task,) = read_table(text).tasks

    assert (task.number, task.leads, task.supports) == (7, ("区财政局",), ("区商务局",))
    assert task.deadline.isoformat() == "2024-06-30"


@pytest.mark.parametrize("delimiter", [";", "|", "\t", ","])
def test_the_separator_between_cells_is_the_one_the_headings_use(delimiter):
    cells = ["7", "政府采购", "方向", "举措", "2024-06-30", "区财政局、区商务局", "区税务局"]
    text = "\n".join(delimiter.join(line) for line in (HEAD.strip().split(","), cells))

    table = read_table(text)

    assert table.problems == ()
    assert table.tasks[0].leads == ("区财政局", "区商务局")


def test_a_table_drawn_with_bars_is_read():
    head, rule = "| " + HEAD.strip().replace(",", " | ") + " |", "|---" * 7 + "|"
    text = f"{head}\n{rule}\n| 7 | 纳税 | 方向 | 举措 | 2024-06-30 | 区税务局 | |\n"

    table = read_table(text)

    assert table.problems == ()
    assert table.tasks[0].leads == ("区税务局",)


def test_merged_cells_take_what_stands_above_and_say_so():
    second = '2,,,第二条举措,,"区税务局",\n'

    first, merged = read_table(HEAD + row() + second).tasks

    assert (merged.indicator, merged.direction) == (first.indicator, first.direction)
    assert merged.deadline == first.deadline
    assert "指标空着，沿用上一项" in merged.notes
    assert first.notes == ()


def test_a_blank_lead_is_reported_and_never_taken_from_above():
    (problem,) = read_table(HEAD + row() + row(number="2", lead="")).problems

    assert (problem.row, problem.column) == ("2", "牵头单位")


def test_a_column_the_headings_lack_is_reported():
    text = "序号,指标,任务举措,完成时限,牵头单位\n1,纳税,举措,2024-06-30,区税务局\n"

    problems = read_table(text).problems

    assert {problem.column for problem in problems} == {"改革方向", "配合单位"}
    assert "没有这一栏" in str(problems[0])
