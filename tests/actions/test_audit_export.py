"""The exported audit log: verified without this system, by ours and by the outsider's script."""

import importlib.util
import json
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from engine.actions import audit, auditing
from engine.actions.actor import SYSTEM
from engine.actions.audit_export import export
from engine.actions.audit_file import check_file
from engine.actions.audit_key import signing_key
from engine.errors import BadInputError
from engine.store.database import work
from tests.builders import LICENCE, a_signed_ticket, moment

NOON = moment("Wed 2026-11-25 12:00")
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "verify_audit.py"
LONGEST, WIDEST = 40, 100


@pytest.fixture
def outsider():
    """Return the check of the script that outsiders get."""
    spec = importlib.util.spec_from_file_location("verify_audit", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check


@pytest.fixture
def lines(database, tmp_path):
    """Return the lines of an export of one ticket and one entry, sealed."""
    a_signed_ticket("Wed 2026-11-25 09:00")
    with work() as session:
        audit.note(session, SYSTEM, NOON, audit.Note("key:1", "create", {"name": "城市热线"}))
    auditing.seal(NOON)
    auditing.seal(NOON)
    with work() as session:
        export(session, tmp_path / "audit.jsonl", NOON)
    return (tmp_path / "audit.jsonl").read_bytes().splitlines(keepends=True)


def test_an_export_is_verified_by_us_and_by_an_outsider(lines, outsider):
    rows = sum(json.loads(line)["type"] == "row" for line in lines)

    assert check_file(lines)[:2] == (rows, "")
    assert sum(map(len, outsider(lines).values())) == rows


def test_the_outsiders_script_is_short_enough_to_be_read():
    written = SCRIPT.read_text().splitlines()

    assert len(written) <= LONGEST
    assert max(map(len, written)) <= WIDEST


def altered(lines, kind, **changes):
    """Return the lines with the first of a kind changed."""
    at = next(n for n, line in enumerate(lines) if json.loads(line)["type"] == kind)
    one = {**json.loads(lines[at]), **changes}
    text = json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return [*lines[:at], text.encode() + b"\n", *lines[at + 1 :]]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [("row", {"facts": {}}), ("row", {"words_digest": "00" * 32}), ("seal", {"rows": 1}),
     ("seal", {"signature": "00" * 64}), ("header", {"public_key": "11" * 32}),
     ("signature", {"signature": "00" * 64})],
)  # fmt: skip
def test_an_altered_export_is_refused_by_both(lines, outsider, kind, changes):
    forged = altered(lines, kind, **changes)

    assert check_file(forged)[1] != ""
    with pytest.raises(Exception, match=r".*"):
        outsider(forged)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [("row", {"facts": {}}), ("row", {"words_digest": "00" * 32}), ("row", {"link": "00" * 32}),
     ("row", {"stream": "ticket:LZ0"}), ("row", None), ("seal", {"from": 2}),
     ("seal", {"link": "00" * 32}), ("seal", {"signature": "00" * 64}),
     ("seal", {"key": "00" * 32})],
)  # fmt: skip
def test_an_outsider_finds_it_though_the_end_were_signed_anew(lines, outsider, kind, changes):
    forged = altered(lines, kind, **(changes or {}))[:-1]
    if changes is None:
        forged = [one for one in lines[:-1] if one != lines[1]]
    whole = sha256(b"".join(forged)).digest()
    end = {"type": "signature", "signature": signing_key().sign(whole).hex()}

    with pytest.raises((AssertionError, InvalidSignature, KeyError)):
        outsider([*forged, json.dumps(end).encode()])


def test_an_export_without_its_end_or_its_middle_is_refused_by_both(lines, outsider):
    for forged in (lines[:-1], [*lines[:2], *lines[3:]]):
        assert check_file(forged)[1] != ""
        with pytest.raises(AssertionError):
            outsider(forged)


@pytest.mark.parametrize("more", [1, b"hello\n", b"\n", -1])
def test_what_stands_after_the_signature_is_refused_by_both(lines, outsider, more):
    forged = [*lines, more if isinstance(more, bytes) else lines[more]]

    assert "签名之后还有内容" in check_file(forged).fault
    with pytest.raises(AssertionError, match="after the signature"):
        outsider(forged)


def test_an_outsider_who_knows_the_key_takes_no_other(lines, outsider):
    with pytest.raises(AssertionError, match="another key"):
        outsider(lines, "22" * 32)


def test_no_word_of_a_requester_leaves_with_an_export(lines):
    said = b"".join(lines).decode()

    assert LICENCE[:8] not in said
    assert "0772-0000000" not in said
    assert "演示企业甲" not in said


def test_something_else_is_refused_with_a_clear_word():
    with pytest.raises(BadInputError, match="不是审计导出文件"):
        check_file([b"hello\n"])
