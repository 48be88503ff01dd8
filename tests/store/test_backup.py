"""A dump taken while work goes on is restored elsewhere, whole and provable."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from engine.actions import audit_witness, auditing, verify
from engine.rules.rule_set import load_rules
from engine.store.database import connect, use, work
from engine.store.migrate import migrate
from engine.store.postgres_wheel import wheel
from tests.builders import a_signed_ticket, a_ticket, a_ticket_to_call_back, moment, status_of

pytestmark = pytest.mark.slow
NOW = "Mon 2026-11-23 09:00"


def run(name, *words):
    binaries = max(Path(wheel().__file__).parent.glob("pginstall*/bin"))
    subprocess.run([binaries / name, *words], check=True, capture_output=True, text=True)


@pytest.fixture
def elsewhere(server):
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS hotline_restored WITH (FORCE)")
        connection.execute("CREATE DATABASE hotline_restored")
    return server.format(name="hotline_restored")


def test_what_was_dumped_is_restored_and_its_log_and_deadlines_are_proved_again(
    database, elsewhere, tmp_path
):
    numbers = [a_ticket(NOW), a_signed_ticket(NOW), a_ticket_to_call_back(NOW)]
    for _ in range(2):
        auditing.seal(moment(NOW))
    before = [status_of(number) for number in numbers]
    file = str(tmp_path / "hotline.dump")

    run("pg_dump", "--format=custom", f"--file={file}", database.url)
    later = a_ticket("Mon 2026-11-23 10:00")
    for _ in range(2):
        auditing.seal(moment(NOW))
    run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={elsewhere}", file)

    restored = use(connect(elsewhere, pool_size=1))
    try:
        migrate(restored)
        assert [status_of(number) for number in numbers] == before
        with work() as session:
            assert verify.verify(session, load_rules("CN-GX")).difference is None
        found = audit_witness.read_through()
        assert (found.verdict.fault, "库里没有了" in found.gone) == ("", True)
        audit_witness.accept("演练：从备份恢复", moment(NOW))
        assert audit_witness.read_through().gone == ""
        assert a_ticket("Mon 2026-11-23 10:00") == later  # the series goes on where it stood
    finally:
        restored.dispose()
        use(database)
