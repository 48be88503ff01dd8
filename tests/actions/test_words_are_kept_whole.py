"""What people type is kept whole or refused with the limit: nothing is cut without a word."""

import pytest

from engine.actions.stated import stated, within
from engine.errors import BadInputError


def test_words_up_to_the_limit_are_kept_and_one_more_is_refused_with_both_numbers():
    assert within(f" {'停' * 500}\n", "reason", 500) == "停" * 500

    with pytest.raises(BadInputError, match="写了 501 字，最多 500 字") as refused:
        stated("停" * 501, "reason", "请写明理由。", 500)
    assert list(refused.value.fields) == ["reason"]


def test_no_action_cuts_typed_words_to_their_limit(request):
    """Slices by a limit's name, in the modules that take reasons, are how they were cut."""
    rooms = request.config.rootpath / "engine" / "actions"
    cutting = [path.name for path in sorted(rooms.glob("*.py"))
               if ".strip()[:" in path.read_text(encoding="utf-8")]  # fmt: skip

    assert cutting == ["ringing.py"]  # a number as a switchboard sends it
