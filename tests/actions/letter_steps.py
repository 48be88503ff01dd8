"""Steps of a letter's life, each by the one who does it."""

from engine.actions import letter_replies, letter_signing, letters
from engine.actions.letters import Draft, Proposal
from engine.models import Letter, Ticket
from engine.store import letters as store
from engine.store.database import work
from engine.terms import (
    LetterKind,
    RectificationGround,
)
from tests.builders import (
    MARKET,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    doing,
    on_ticket,
)
from tests.looking import letters_of, send_mails

NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:00"
# A person's judgement: the others need events that prove them.
GROUNDS = (RectificationGround.BAD_ATTITUDE,)
FOUND = "11月20日回听来电录音，承办人三次打断并挂断电话。"


def proposed(number, now=NOW, kind=LetterKind.RECTIFICATION):
    wanted = Proposal(kind, GROUNDS, "测试")
    on_ticket(number, now, SUPERVISOR, lambda s, t: letters.propose_letter(s, t, wanted))
    return letters_of(number)[-1].id


def on_letter(letter_id, now, who, what):
    return doing(now, who, lambda s: what(s, store.letter(s.session, letter_id, lock=True)))


def draft(letter_id, now=NOW, who=SUPERVISOR, grounds=GROUNDS, demands=("限期办结并说明原因",)):
    on_letter(
        letter_id,
        now,
        who,
        lambda s, one: letters.draft_letter(s, one, Draft(grounds, demands, found=FOUND)),
    )


def review(letter_id, now=NEXT, who=SECOND_SUPERVISOR):
    on_letter(letter_id, now, who, letters.review_letter)


def sign(letter_id, now=NEXT, who=SECOND_SUPERVISOR):
    on_letter(letter_id, now, who, letter_signing.sign_letter)


def send(letter_id, now=NEXT, who=SECOND_SUPERVISOR):
    on_letter(letter_id, now, who, letter_signing.send_letter)


def approve(letter_id, now=NEXT, who=SECOND_SUPERVISOR):
    """Review, sign and send a letter, as a second supervisor does on a quiet day; it arrives."""
    review(letter_id, now, who)
    sign(letter_id, now, who)
    send(letter_id, now, who)
    send_mails(now)


def a_drafted_letter(**changes):
    letter_id = proposed(a_signed_ticket(NOW, **changes))
    draft(letter_id)
    return letter_id


def a_reviewed_letter(**changes):
    letter_id = a_drafted_letter(**changes)
    review(letter_id)
    return letter_id


def a_signed_letter():
    letter_id = a_reviewed_letter()
    sign(letter_id)
    return letter_id


def a_sent_letter():
    letter_id = a_drafted_letter()
    approve(letter_id)
    return letter_id


def the(letter_id) -> Letter:
    with work() as session:
        return store.letter(session, letter_id)


def number_of(letter_id) -> str:
    with work() as session:
        return session.get_one(Ticket, store.letter(session, letter_id).ticket_id).number


def reply(
    letter_id, who=MARKET, text="已整改：完成办理并向诉求人说明。", now="Wed 2026-11-25 09:00"
):
    on_letter(letter_id, now, who, lambda s, one: letter_replies.answer_letter(s, one, text))
