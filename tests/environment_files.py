"""How those who read an environment file understand it: systemd, docker compose, shells, ours."""

import io
import os
import re
import subprocess
from pathlib import Path

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def by_systemd(text: str) -> dict[str, str]:
    """Read as EnvironmentFile= does: a # within a line is no remark, and nothing is expanded."""
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.partition("=") for line in lines if line and line[0] not in "#;"]
    return {name.strip(): _systemd_value(value.strip()) for name, _, value in pairs}


def _systemd_value(value: str) -> str:
    if value[:1] == "'":
        inside, _, rest = value[1:].partition("'")
        return inside + rest
    if value[:1] == '"':
        inside, _, rest = value[1:].partition('"')
        return re.sub(r'\\(["\\`$])', r"\1", inside) + rest
    return re.sub(r"\\(.)", r"\1", value)


def by_compose(text: str) -> dict[str, str]:
    """Read as an env_file of docker compose: $NAME is filled in, but not in single quotes."""
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.partition("=") for line in lines if line and line[0] != "#"]
    return {name: _compose_value(value) for name, _, value in pairs}


def _compose_value(value: str) -> str:
    if value[:1] == "'":
        return value[1:].partition("'")[0]
    inside = value[1:].partition('"')[0] if value[:1] == '"' else re.split(r"\s#", value)[0].strip()
    return re.sub(r"\$\{?\w+\}?", "", inside)


def by_shell(shell: str, text: str, tmp_path: Path) -> dict[str, str]:
    """Read as the documented commands do; what a shell refuses is an error here too."""
    file = tmp_path / "hotline.env"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [shell, "-c", "set -e; set -a; . \"$1\"; set +a; env -0", "-", str(file)],
        capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.stderr == ""
    found = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    return {name: value for name, value in found.items() if name in by_systemd(text)}


def by_dotenv(text: str) -> dict[str, str | None]:
    """Read as the program itself reads a file named .env."""
    return dict(dotenv_values(stream=io.StringIO(text)))


def blocks(path: Path) -> list[str]:
    """Return the fenced blocks of a page that are lines of an environment file."""
    return [one for one in FENCE.findall(path.read_text(encoding="utf-8")) if _is_environment(one)]


def _is_environment(block: str) -> bool:
    lines = [line for line in block.splitlines() if line and line[0] != "#"]
    whole = [found for line in lines if (found := LINE.fullmatch(line))]
    commands = [one for one in whole if re.match(r"[^'\"\s]+ +(hotline|python)\b", one[2])]
    return bool(lines) and len(whole) == len(lines) and not commands


def every_block() -> dict[str, str]:
    """Return each example file of deploy/ and each such block of the documents, by its place."""
    found = {one.name: one.read_text(encoding="utf-8") for one in ROOT.glob("deploy/*.env.example")}
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        found |= {f"{page.name}-{n}": block for n, block in enumerate(blocks(page))}
    return found
