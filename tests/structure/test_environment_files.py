"""Examples of environment files mean the same to systemd, docker compose, shells and us."""

import subprocess
from pathlib import Path

import pytest

from engine.delivery.messages import address_of
from tests.environment_files import by_compose, by_dotenv, by_shell, by_systemd, every_block

EXAMPLES = every_block()
SHELLS = ("dash", "bash")
RECEIVE = (Path(__file__).resolve().parents[2] / "deploy" / "receive").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", EXAMPLES)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_every_example_as_systemd_does(place, shell, tmp_path):
    assert by_shell(shell, EXAMPLES[place], tmp_path) == by_systemd(EXAMPLES[place])


@pytest.mark.parametrize("place", EXAMPLES)
def test_compose_and_the_program_read_every_example_as_systemd_does(place):
    wanted = by_systemd(EXAMPLES[place])

    assert by_compose(EXAMPLES[place]) == wanted
    assert by_dotenv(EXAMPLES[place]) == wanted


def test_the_examples_of_deploy_and_of_three_pages_at_least_are_looked_at():
    assert {"hotline.env.example", "prefect.env.example", "deployment.md-0",
            "operations.md-0"} <= set(EXAMPLES)  # fmt: skip


def test_a_remark_behind_a_value_and_a_bare_sender_would_be_found(tmp_path):
    remark, sender = "A=b   # why\n", "A=12345专线 <a@example.org>\n"

    assert by_shell("dash", remark, tmp_path) != by_systemd(remark)
    with pytest.raises((subprocess.CalledProcessError, AssertionError)):
        by_shell("dash", sender, tmp_path)


def test_a_password_with_every_sign_a_shell_knows_may_stand_in_single_quotes(tmp_path):
    text = "A='a b$c`d\"e\\f#g;h&i<j>|k!'\n"
    wanted = {"A": 'a b$c`d"e\\f#g;h&i<j>|k!'}

    assert by_systemd(text) == by_compose(text) == by_dotenv(text) == wanted
    assert [by_shell(shell, text, tmp_path) for shell in SHELLS] == [wanted, wanted]


def test_the_senders_of_the_examples_are_addresses():
    senders = [by_systemd(one).get("HOTLINE_MAIL_FROM") for one in EXAMPLES.values()]

    assert len([address_of(one) for one in senders if one]) > 1


def handed_over(shell, tmp_path, environment, program):
    """Hand a mail to deploy/receive with these files in the places that it names."""
    script, env, hotline = (tmp_path / name for name in ("receive", "hotline.env", "hotline"))
    words = RECEIVE.replace("sh -ec", f"{shell} -ec").replace("/etc/hotline/hotline.env", str(env))
    script.write_text(words.replace("/opt/hotline/.venv/bin/hotline", str(hotline)))
    if environment is not None:
        env.write_text(environment)
    if program is not None:
        hotline.write_text(f"#!/bin/sh\n{program}\n")
        hotline.chmod(0o755)
    return subprocess.run([shell, script], input=b"mail", capture_output=True, timeout=30)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("environment", "program", "code"),
    [("A='b'\n", 'test "$(cat)" = mail && test "$A" = b && test "$*" = "mail receive"', 0),
     ("A=b <c@example.org>\n", "exit 0", 75), (None, "exit 0", 75), ("A='b\n", "exit 0", 75),
     ("A=b no-such-command\nB=c\n", "exit 0", 75), ("A=b\n", None, 75), ("A=b\n", "exit 1", 75),
     ("A=b\n", "exit 2", 75), ("A=b\n", "exit 75", 75), ("A=b\n", "kill -9 $$", 75)],
)  # fmt: skip
def test_a_mail_that_was_not_filed_is_asked_for_again_whatever_went_wrong(
    shell, tmp_path, environment, program, code
):
    assert handed_over(shell, tmp_path, environment, program).returncode == code
