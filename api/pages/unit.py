"""A handling unit's desk (承办单位), made for a telephone: what is late comes first."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.files import choice_facts, uploads_of
from api.pages.forms import EMPTY, Form, Posted
from api.pages.kept_forms import as_left, drop_kept, kept_among, not_shown
from api.pages.reply_limits import reply_limit
from api.pages.visit import UNIT, Visit, attempt, reading
from engine.actions.letter_replies import answer_letter
from engine.errors import EngineError, NotFoundError
from engine.models import Letter
from engine.rules.findings import exclusion_grounds
from engine.rules.letter_life import GONE_OUT, OPEN_REPLY
from engine.rules.reply_words import reply_words
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store import attachments, desk_unit, findings, letters, promises
from engine.terms import LetterKind

router = APIRouter(include_in_schema=False)
GROUPS = (
    ("overdue", "已超期"), ("today", "今天到期"), ("to_sign", "待签收"), ("in_hand", "待办"),
    ("assisting", "协办"), ("returned", "已退单，等裁定"), ("answered", "已答复，等审核或回访"),
)  # fmt: skip


@router.get("/unit")
def unit_desk(request: Request, after: str = "") -> Response:
    """Show the unit's own work, and nobody else's; a page of it from a key on."""
    with reading(request, *UNIT) as visit:
        unit_id = visit.account.unit_id or 0
        ends = end_of_day(shanghai_date(visit.now))
        cards, more = desk_unit.cards(visit.session, unit_id, after)
        named = [(one.group(visit.now, ends), one) for one in cards]
        groups = [(key, label, [one for name, one in named if name == key])
                  for key, label in GROUPS]  # fmt: skip
        owed = desk_unit.letters_to_answer(visit.session, unit_id)
        facts = {
            "groups": [one for one in groups if one[2]],
            "todo": sum(len(one[2]) for one in groups[:5]), "letters": owed,
            "reply_clocks": desk_unit.reply_clocks(visit.session, owed),
            "more": more, "first": not after,
            "promises": promises.rows(visit.session, "unit", unit_id=unit_id)[0],
            "findings": findings.to_appeal(visit.session, unit_id, shanghai_date(visit.now)),
            "grounds": exclusion_grounds(visit.rules, shanghai_date(visit.now)),
            "last_closed": desk_unit.last_closed(visit.session, unit_id),
        }  # fmt: skip
        return visit.page("unit.html", facts)


def _own_letter(visit: Visit, letter_id: int, *, lock: bool = False) -> Letter:
    letter = letters.letter(visit.session, letter_id, lock=lock)
    if letter.unit_id != visit.account.unit_id or letter.status not in GONE_OUT:
        message = f"没有函件 {letter_id}。"
        raise NotFoundError(message)
    return letter


@router.get("/unit/letters/{letter_id}")
def letter_page(request: Request, letter_id: int) -> Response:
    """Show a letter sent to this unit, with the form to reply to it."""
    with reading(request, *UNIT) as visit:
        return _letter_page(visit, _own_letter(visit, letter_id), EMPTY)


def _letter_page(
    visit: Visit, letter: Letter, form: Form, error: EngineError | None = None
) -> Response:
    open_ = letter.status in OPEN_REPLY and letter.kind is not LetterKind.CORRECTION
    kept, shown = kept_among(visit, letter.id, "reply"), ("reply",) if open_ else ()
    facts = {
        "letter": letter, "form": as_left(form, kept, shown), "error": error,
        "open": open_, "kept": kept, "left": not_shown(kept, shown),
        **reply_limit(visit, letter),
        "reply_files": attachments.of_letter(visit.session, letter.id),
        "apart": letter.restricted, **choice_facts(visit),
        "corrections": [one for one in letters.corrections_of(visit.session, letter.id)
                        if one.status in GONE_OUT],
    }  # fmt: skip
    return visit.page("unit_letter.html", facts, error.status if error else 200)


@router.post("/unit/letters/{letter_id}")
def reply(request: Request, letter_id: int, form: Posted) -> Response:
    """File the unit's reply to a letter (函件回复)."""

    def do(visit: Visit) -> Response:
        letter = _own_letter(visit, letter_id, lock=True)
        answer_letter(visit.step, letter, form.text("text"), uploads_of(form))
        drop_kept(visit, form)
        said = reply_words(letter.kind)
        after = "等主管认定" if said.judged else "热线已收悉"
        return visit.go("/unit", f"{letter.number} 的{said.about}已回复，{after}。")

    def again(visit: Visit, error: EngineError) -> Response:
        return _letter_page(visit, _own_letter(visit, letter_id), form, error)

    return attempt(request, form, do, again, *UNIT)
