"""A unit whose mail (派单通知) never arrived did not refuse to sign (拒不签收)."""

import pytest

from engine.actions import letters, unit_work
from engine.actions.evidence import evidence_for
from engine.actions.ground_evidence import proved
from engine.actions.letter_facts import letter_data
from engine.actions.letters import Proposal
from engine.actions.proofs import proofs_of
from engine.actions.told_units import deemed_though_told
from engine.errors import BadInputError
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterKind, MessageStatus, NoticeKind, RectificationGround
from tests.actions.letter_steps import proposed
from tests.actions.test_incoming_mail import a_bounce, file
from tests.builders import MARKET, SUPERVISOR, a_dispatched_ticket, a_step, on_ticket
from tests.looking import assignments_of, letters_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
G = RectificationGround
NOW, LIMIT_OVER = "Mon 2026-11-23 09:00", "Wed 2026-11-25 00:00"
AFTER = "Wed 2026-11-25 09:00"


def shown(number, now=AFTER):
    def what(step, ticket):
        lines = evidence_for(step, ticket, ticket.lead_unit_id or 0)
        return proved(lines, proofs_of(step, ticket)), [one for one in lines if "视为签收" in one]

    return on_ticket(number, now, SUPERVISOR, what)


def bounced(number):
    send_mails(NOW)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    assert file(a_bounce(mail), NOW) == "bounced"


def test_a_unit_that_was_told_and_did_not_sign_is_shown_to_have_refused():
    number = a_dispatched_ticket(NOW)
    send_mails(NOW)
    sweep(LIMIT_OVER)

    grounds, lines = shown(number)

    assert grounds == {G.REFUSED_TO_SIGN, G.DUTY_NOT_PERFORMED}
    assert len(lines) == 1


def test_one_whose_mail_bounced_is_not_and_no_letter_may_say_so():
    number = a_dispatched_ticket(NOW)
    bounced(number)
    sweep(LIMIT_OVER)
    wish = Proposal(LetterKind.RECTIFICATION, (G.REFUSED_TO_SIGN,), "没有签收")

    assert shown(number) == (set(), [])
    with pytest.raises(BadInputError, match="没有可作依据的事件：“拒不签收”"):
        on_ticket(number, AFTER, SUPERVISOR, lambda s, t: letters.propose_by_hand(s, t, wish))
    assert letters_of(number) == []


def test_nor_is_one_whose_mail_still_waits_when_the_limit_ends():
    number = a_dispatched_ticket(NOW)
    sweep(LIMIT_OVER)
    send_mails(LIMIT_OVER)  # the mail server came back too late

    assert mails_of(number, NoticeKind.ASSIGNMENT)[0].status is MessageStatus.SENT
    assert shown(number) == (set(), [])


@pytest.mark.parametrize(("told", "grounds"), [(True, {G.DUTY_NOT_PERFORMED}), (False, set())])
def test_a_late_signature_speaks_against_a_unit_only_if_it_was_told(told, grounds):
    number = a_dispatched_ticket(NOW)
    if told:
        send_mails(NOW)
    on_ticket(number, LIMIT_OVER, MARKET, unit_work.sign_for)

    assert shown(number)[0] == grounds


@pytest.mark.parametrize("told", [True, False])
def test_the_engine_counts_only_signatures_of_units_that_were_told(told):
    number = a_dispatched_ticket(NOW)
    if told:
        send_mails(NOW)
    sweep(LIMIT_OVER)
    (lead,) = assignments_of(number)

    assert lead.deemed_signed
    counts = on_ticket(number, AFTER, SUPERVISOR, lambda s, _: deemed_though_told(s, lead))
    assert counts is told


def test_a_letter_tells_a_deemed_signature_as_deemed():
    number = a_dispatched_ticket(NOW)
    sweep(LIMIT_OVER)
    letter_id = proposed(number, AFTER)

    with work() as session:
        data = letter_data(a_step(session, AFTER), store.letter(session, letter_id), number=None)

    assert "，11月24日24:00视为签收，" in "".join(part.text for part in data.body)
