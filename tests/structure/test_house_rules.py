"""What the house rules say of the code itself, so that nobody has to remember them."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from engine.rules.citations import cited_by, load_clauses
from engine.terms import LetterKind, NoticeKind

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("engine", "api")
LONGEST_FILE = 300
LONGEST_FUNCTION_P90 = 25
# Read by looking something up, never from top to bottom: made tables, and the one dictionary.
LOOKED_UP = {"migrations/versions/0001_tables.py", "engine/terms.py"}


def sources(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> list[str]:
    called = (node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))
    return [one.attr for one in called if isinstance(one, ast.Attribute)]


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)]


def test_only_the_database_module_commits():
    found = [name_of(path) for path in sources(*ROOMS) if {"commit", "rollback"} & set(calls(path))]

    assert found == []


def test_only_the_clock_module_reads_the_clock():
    reads = {"now", "utcnow", "today", "time_ns"}
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources(*ROOMS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in reads and ast.unparse(node.func.value) in
        {"datetime", "date", "datetime.datetime", "datetime.date", "time"}
    ]  # fmt: skip

    assert [where for where in found if not where.startswith("engine/clock.py:")] == []


def assigned(path: Path) -> list[str]:
    targets = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Assign):
            targets += node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets.append(node.target)
    flat = [one for target in targets for one in
            (target.elts if isinstance(target, ast.Tuple) else [target])]  # fmt: skip
    return [ast.unparse(one) for one in flat]


def test_only_the_step_module_changes_a_tickets_status():
    found = [name_of(path) for path in sources(*ROOMS) if "ticket.status" in assigned(path)]

    assert found == ["engine/actions/step.py"]


@pytest.mark.parametrize("room", ["engine", "api", "tests", "migrations", "bench", "scripts"])
def test_no_file_is_longer_than_it_can_be_read(room):
    long = {
        name_of(path): count for path in sources(room)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }  # fmt: skip

    assert {name: count for name, count in long.items() if name not in LOOKED_UP} == {}


def test_nine_functions_in_ten_fit_on_a_screen():
    lengths = sorted(
        node.end_lineno - node.lineno + 1 for path in sources(*ROOMS) for node in functions(path)
    )

    assert lengths[len(lengths) * 9 // 10] <= LONGEST_FUNCTION_P90


def test_every_cited_clause_exists():
    unknown = []
    for path in sources("engine/rules"):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name, thing in vars(module).items():
            if callable(thing) and getattr(thing, "__module__", "") == module.__name__:
                unknown += [
                    f"{name}: {one}" for one in cited_by(thing) if one not in load_clauses()
                ]

    assert unknown == []


def test_the_rules_and_the_lifecycle_touch_nothing_outside():
    forbidden = {"sqlmodel", "sqlalchemy", "fastapi", "prefect", "os", "socket", "subprocess"}
    paths = [*sources("engine/rules"), *ROOT.glob("engine/lifecycle*.py"), ROOT / "engine/terms.py"]

    found = [(name_of(path), name) for path in paths for name in imported(path) & forbidden]
    assert found == []


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(tree_of(path)))
    names = [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) if node.module]
    return {name.partition(".")[0] for name in names}


TEXTS = ("*.py", "*.md", "*.j2", "*.yaml", "*.toml", "*.css", "*.js", "*.html", "*.sh", "*.typ")
OURS = ("engine", "api", "tests", "migrations", "templates", "docs", "scripts", "bench")


def texts() -> list[Path]:
    inside = [path for room in OURS for kind in TEXTS for path in (ROOT / room).rglob(kind)]
    return [*inside, *ROOT.glob("*.md"), *ROOT.glob("*.toml")]


@pytest.mark.parametrize(
    "pattern",
    [r"\b(TODO|FIXME|XXX)\b(?!\s*\(#\d+\))", r"/(home|Users)/[a-z]\w*/", r"[A-Z]:\\Users\\"],
    ids=["unfinished", "home", "windows home"],
)
def test_nothing_is_left_unfinished_or_tied_to_one_machine(pattern):
    here = Path(__file__)
    found = [
        name_of(path) for path in texts()
        if path != here and re.search(pattern, path.read_text(encoding="utf-8"))
    ]  # fmt: skip

    assert found == []


def test_every_template_is_used():
    kinds = {one.value for one in NoticeKind} | {f"{one.value}_letter" for one in LetterKind}
    templates = ROOT / "templates"
    readers = [*sources(*ROOMS), *templates.rglob("*.j2"), *templates.rglob("*.html")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in readers)
    unused = [
        name_of(path) for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file() and path.name.split(".")[0] not in kinds and not _named(path, said)
    ]  # fmt: skip

    assert unused == []


def _named(path: Path, said: str) -> bool:
    within = path.relative_to(ROOT / "templates" / path.relative_to(ROOT / "templates").parts[0])
    stem = path.name.split(".")[0]
    return path.name in said or str(within) in said or f'"{stem}"' in said


def test_no_file_of_the_engine_prints_but_the_command_line():
    shown = ("engine/cli/", "engine/demo/", "engine/serving/")
    found = [
        name_of(path) for path in sources(*ROOMS)
        if any(isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
               for node in ast.walk(tree_of(path))) and not name_of(path).startswith(shown)
    ]  # fmt: skip

    assert found == []


def test_no_test_skips_its_weekday():
    """A date written as a moment carries its weekday: the builders refuse any other."""
    naked = re.compile(r"(?:moment|day)\(\"\d{4}-\d{2}-\d{2}")
    found = [name_of(path) for path in sources("tests") if naked.search(path.read_text("utf-8"))]

    assert found == []
