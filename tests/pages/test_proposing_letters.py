"""提议发函: what is refused says why beside its field, and what was typed stays."""

from engine.terms import RectificationGround
from tests.builders import SUPERVISOR, a_signed_ticket
from tests.looking import letters_of
from tests.pages.conftest import NOW

PAGE = "/tickets/{}/propose-letter"


def propose(desk, number, **fields):
    wish = {"kind": "rectification", "grounds": RectificationGround.BAD_ATTITUDE.value}
    return desk.submit(PAGE.format(number), **{**wish, **fields})


def test_a_reason_with_the_requesters_name_is_refused_and_stays_in_the_field(database, as_):
    number = a_signed_ticket(NOW, contact_name="演示人")

    answer = propose(as_(SUPERVISOR), number, reason="承办人对演示人恶语相向")

    assert answer.status_code == 422
    assert 'id="reason-e"' in answer.text
    assert "理由里有诉求人姓名“演示人”，函件不写诉求人信息，请删去" in answer.text
    assert "承办人对演示人恶语相向</textarea>" in answer.text
    assert letters_of(number) == []


def test_a_ground_no_event_proves_is_refused_beside_the_grounds(database, as_):
    number = a_signed_ticket(NOW)

    answer = propose(
        as_(SUPERVISOR), number, reason="一直没有办",
        grounds=RectificationGround.DUTY_NOT_PERFORMED.value,
    )  # fmt: skip

    assert answer.status_code == 422
    assert 'id="grounds-e"' in answer.text
    assert "“未依法履行职能”要有时限届满未办或逾期未签收的记录" in answer.text
    assert "一直没有办</textarea>" in answer.text
    assert letters_of(number) == []
