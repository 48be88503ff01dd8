"""Every rule names its clause, every clause has somebody who answers for it."""

import importlib
import inspect
from pathlib import Path

import pytest

import engine.rules
from engine.errors import RuleError
from engine.rules.citations import Citation, cited_by, clause, load_clauses
from engine.rules.clause_page import clause_page

ROOT = Path(__file__).resolve().parents[2]
RULES = Path(engine.rules.__file__).parent
# What reads, carries or shows the rules decides nothing and so cites nothing.
MACHINERY = {
    "adjustments", "calendar_amendment", "calendar_book", "calendar_bytes", "calendar_files",
    "calendar_import", "calendar_reading", "calendar_years", "certificate_words", "citations",
    "clause_page", "located_yaml", "parameter_keys", "parameter_tables", "parameter_values",
    "parameter_words", "parameters", "early_sight",
    "references", "rehearsal", "rehearsal_lives", "rule_set", "shanghai",
    "working_days", "__init__",
}  # fmt: skip


def rule_functions():
    for path in sorted(RULES.glob("*.py")):
        if path.stem in MACHINERY:
            continue
        module = importlib.import_module(f"engine.rules.{path.stem}")
        for name, found in inspect.getmembers(module, inspect.isfunction):
            if found.__module__ == module.__name__ and not name.startswith("_"):
                yield pytest.param(found, id=f"{path.stem}.{name}")


@pytest.mark.parametrize("function", rule_functions())
def test_every_public_rule_cites_clauses_that_exist(function):
    assert cited_by(function), f"{function.__name__} 没有 @cites"
    for anchor in cited_by(function):
        assert clause(anchor).words


def test_every_clause_that_is_modelled_names_a_file_that_exists():
    for found in load_clauses().values():
        if found.modelled:
            for path in found.answered_by.split("、"):
                assert (ROOT / path).exists(), f"{found.citation.label}：{path}"


def test_every_modelled_clause_is_cited_by_the_file_that_answers_for_it():
    for anchor, found in load_clauses().items():
        if not found.modelled:
            continue
        files = [ROOT / path for path in found.answered_by.split("、")]
        said = "".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
        if all(file.is_file() for file in files):
            assert anchor in said or found.citation.clause in said, anchor


def test_what_is_not_modelled_says_why():
    left_out = [found for found in load_clauses().values() if not found.modelled]

    assert len(left_out) >= 8
    assert all(len(found.answered_by) > 12 for found in left_out)


def test_all_rows_that_bind_the_hotline_are_cut_into_anchors():
    clauses = {found.citation.clause for found in load_clauses().values()}

    for row in (73, 75, 91, 101, 102, 104, 113, 130, 131, 132, 133, 134):
        assert f"附件第{row}项" in clauses
    assert {
        "正文三（四）",
        "第二百零一条",
        "第二百零二条",
        "第二百零三条",
        "第二百零四条",
    } <= clauses


def test_house_decisions_look_like_house_decisions():
    for anchor, found in load_clauses().items():
        assert found.citation.house == anchor.startswith("house/")
    assert clause("house/H-03").label == "本区设定 H-03"
    assert clause("chengzhong-2023-19/113/callback").label == "城中政办〔2023〕19号 附件第113项"


def test_every_house_decision_has_a_reason_and_the_practice_it_follows():
    text = (RULES / "sources" / "house.md").read_text(encoding="utf-8")

    assert text.count("## H-") == text.count("理由：") == text.count("参照：") >= 50


def test_an_unknown_clause_names_the_file_to_mend():
    with pytest.raises(RuleError, match=r"engine/rules/sources/house\.md"):
        clause("house/H-99")


def test_a_section_without_an_answer_is_refused(tmp_path):
    (tmp_path / "law.md").write_text("# 某法\n\n## 1 | 第一条 | 标题\n> 原文\n", encoding="utf-8")

    with pytest.raises(RuleError, match=r"law\.md.*modelled in"):
        load_clauses(tmp_path)


def test_an_anchor_used_twice_is_refused(tmp_path):
    section = "## 1 | 第一条 | 标题\n> 原文\n\nmodelled in a.py\n\n"
    (tmp_path / "law.md").write_text(f"# 某法\n\n{section}{section}", encoding="utf-8")

    with pytest.raises(RuleError, match="写了两次"):
        load_clauses(tmp_path)


def test_a_citation_survives_being_stored():
    found = clause("civil-code/201")

    assert Citation.from_json(found.to_json()) == found


def test_the_page_of_clauses_is_up_to_date():
    page = (ROOT / "docs" / "clauses.md").read_text(encoding="utf-8")

    assert page == clause_page(), "请运行 hotline rules clauses > docs/clauses.md"


def test_no_file_of_the_rules_is_longer_than_three_hundred_lines():
    for path in RULES.glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name
