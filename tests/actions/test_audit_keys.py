"""The key that signs the audit log is changed: what was signed stays good, all of it verifies."""

import json

import pytest

from engine.actions import audit, audit_succession, auditing, personal
from engine.actions.actor import SYSTEM
from engine.actions.audit_export import export
from engine.actions.audit_file import check_file
from engine.actions.audit_key import key_file, make_first, public_key, signing_key
from engine.actions.audit_verify import verify
from engine.errors import BadInputError, ConflictError
from engine.models import AuditSeal
from engine.store import audit as store
from engine.store.database import work
from tests.actions.audit_forger import forged
from tests.actions.test_audit_export import NOON, outsider  # noqa: F401
from tests.builders import a_signed_ticket

pytestmark = pytest.mark.usefixtures("database")


def noted(name):
    with work() as session:
        audit.note(session, SYSTEM, NOON, audit.Note("key:1", "create", {"name": name}))
    auditing.seal(NOON)
    auditing.seal(NOON)


def exported(path):
    with work() as session:
        export(session, path, NOON)
    return path.read_bytes().splitlines(keepends=True)


@pytest.fixture
def changed(tmp_path):
    """Return the old public key and an export made with it, after the key was changed twice."""
    a_signed_ticket("Wed 2026-11-25 09:00")
    noted("一")
    old, lines = public_key(), exported(tmp_path / "old.jsonl")
    audit_succession.rotate(NOON)
    noted("二")
    audit_succession.rotate(NOON)
    noted("三")
    return old, lines


def test_after_a_change_the_whole_log_verifies_and_the_old_export_too(changed, tmp_path, outsider):  # noqa: F811
    old, lines = changed
    new_lines = exported(tmp_path / "new.jsonl")

    with work() as session:
        assert verify(session).fault == ""
    for written, keys in ((lines, [old]), (new_lines, [old, public_key()])):
        assert check_file(written)[1] == ""
        for key in keys:
            assert outsider(written, key.hex())
    with pytest.raises(AssertionError, match="another key"):
        outsider(lines, public_key().hex())


def test_what_the_old_key_signs_after_its_time_is_found(changed, monkeypatch):
    kept = signing_key()
    audit_succession.rotate(NOON)
    monkeypatch.setattr(auditing, "signing_key", lambda: kept)
    noted("四")

    with work() as session:
        assert "签名不对" in verify(session).fault


def test_a_key_that_nobody_vouched_for_is_found(changed):
    key_file().unlink()
    make_first()

    with work() as session:
        assert "签名不对" in verify(session).fault


@pytest.mark.parametrize("act", [
    lambda _session, _path: auditing.seal(NOON), lambda session, _path: verify(session),
    lambda session, path: export(session, path / "new.jsonl", NOON),
    lambda _session, _path: audit_succession.rotate(NOON), lambda _session, _path: public_key(),
])  # fmt: skip
def test_a_lost_key_is_never_made_anew_where_the_log_was_sealed(changed, tmp_path, act):
    key_file().unlink()

    with work() as session, pytest.raises(BadInputError, match="从备份放回"):
        act(session, tmp_path)

    assert not key_file().exists()
    assert "从备份放回" in personal.settle_keys(NOON)
    assert not key_file().exists()


def test_the_first_key_is_made_where_nothing_was_sealed():
    assert not key_file().exists()

    assert personal.settle_keys(NOON) == ""

    assert key_file().exists()


def test_the_check_of_the_day_says_that_the_key_is_lost(changed):
    key_file().unlink()
    with work() as session:
        asked = store.ask(session, "演示审计员", NOON).id

    assert auditing.carry_out_check(asked, NOON) == "broken"
    with work() as session:
        assert "从备份放回" in store.last_check(session).fault


def test_a_machine_with_the_old_file_seals_nothing_and_says_so(changed):
    old_file = key_file().read_bytes()
    audit_succession.rotate(NOON)
    key_file().write_bytes(old_file)

    with pytest.raises(ConflictError, match=r"audit\.pem"):
        auditing.seal(NOON)


def test_a_change_that_was_cut_off_is_finished_by_running_it_again(changed, monkeypatch):
    def away(_following):
        raise OSError

    with monkeypatch.context() as cut:
        cut.setattr(audit_succession, "finish_change", away)
        with pytest.raises(OSError):  # noqa: PT011
            audit_succession.rotate(NOON)

    new = audit_succession.rotate(NOON)

    assert public_key() == new
    noted("五")
    with work() as session:
        assert verify(session).fault == ""
        assert session.get_one(AuditSeal, 1)


def test_an_export_whose_line_of_keys_was_altered_is_refused(changed, tmp_path, outsider):  # noqa: F811
    lines = exported(tmp_path / "new.jsonl")
    head = json.loads(lines[0])
    head["successions"][0]["last_seal"] = 10**6
    lines[0] = json.dumps(head).encode() + b"\n"

    assert check_file(lines)[1]
    with pytest.raises(Exception, match=r".*"):
        outsider(lines)


def test_a_forger_who_keeps_the_successions_passes_for_none_of_them(changed, tmp_path, outsider):  # noqa: F811
    old, _ = changed
    lines = exported(tmp_path / "new.jsonl")
    line = [one["public_key"] for one in json.loads(lines[0])["successions"]]
    false = forged(lines)

    assert outsider(false)  # whole in itself: only the key tells
    assert check_file(false).line.isdisjoint(map(bytes.fromhex, line))
    assert (line[0], len(line)) == (old.hex(), 2)
    for key in (*line, public_key().hex()):
        assert outsider(lines, key)
        with pytest.raises(AssertionError, match="another key"):
            outsider(false, key)
