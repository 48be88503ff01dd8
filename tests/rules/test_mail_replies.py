"""H-84: what a mail that came in may become."""

from dataclasses import replace

import pytest

from engine.rules.mail_replies import ReplyFacts, reply_refusal

GOOD = ReplyFacts(
    marked=True, looks_marked=True, from_unit=True, in_hand=True, confidential=False, empty=False
)


def test_a_marked_mail_from_the_units_address_about_its_ticket_is_a_proposed_answer():
    assert reply_refusal(GOOD) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"marked": False}, "不是本系统签发"),
        ({"marked": False, "looks_marked": False}, "没有回信标记"),
        ({"from_unit": False}, "不是该单位登记的邮箱"),
        ({"confidential": True}, "保密工单不收"),
        ({"in_hand": False}, "已不在该单位手里"),
        ({"empty": True}, "没有正文"),
        ({"only_quoted": True}, "只有转发或引用的邮件"),
        ({"seems_automatic": True}, "像是自动回复"),
    ],
)
def test_anything_else_is_kept_for_a_person_with_the_reason(changed, why):
    assert why in reply_refusal(replace(GOOD, **changed))
