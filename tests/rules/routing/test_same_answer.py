"""The same text gets the same answer in every process, whatever its hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
STORY = "这里说的是经过，一件接着一件，慢慢说来。" * 9
DEBT = f"{STORY}那年镇政府拖欠过我工程款三十万元。{STORY}请把营业执照换了。"
ASK = """
import json, sys
from engine.rules.routing import load_router
router = load_router()
print(json.dumps([repr(router.route(text)) for text in json.load(sys.stdin)]))
"""


def answers(texts, *, seed):
    """The whole routing of every text, words and scores, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps(texts),
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_two_processes_answer_alike_to_the_last_digit():
    lines = (HERE / "fresh_cases.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [DEBT, *(json.loads(line)["text"] for line in lines)]

    first, *others = [answers(texts, seed=seed) for seed in (1, 2, 3)]

    assert all(other == first for other in others)
