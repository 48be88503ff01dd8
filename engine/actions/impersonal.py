"""Keeps the requester out of official words (函件不写诉求人信息): letters go to other bodies."""

from engine.actions.event_feed import is_secret
from engine.actions.step import Step
from engine.documents.personal_words import personal_kinds
from engine.documents.short_names import (
    FIRM,
    PERSON,
    called_firm,
    called_person,
    without_short_names,
)
from engine.errors import BadInputError
from engine.models import Requester, Ticket
from engine.settings import load_settings

SHORTEST_NAME = 2
ENTERPRISE, CODE, NAME = "诉求人企业名称", "企业信用代码", "诉求人姓名"
INSTEAD = {ENTERPRISE: FIRM, CODE: "（代码已隐去）", NAME: PERSON}
CALLED = {ENTERPRISE: called_firm, NAME: called_person}
# What stands where nobody is named: no name, and a word that letters need.
NOBODY = frozenset(["个人", "本人", "匿名", "未知", "不详", "企业", "公司", "单位", "诉求人"])
READ_INSIDE = "登录后查看"
HINTS = ("举报", "检举", "控告", "揭发")


def personal_problem(step: Step, ticket_id: int, words: str, what: str) -> str:
    """Return why `words` can't stand in a letter about a ticket; empty when they can.

    `what` is the field's name in Chinese. The hotline's own contact is not personal. What hints at
    a report (举报) has no place in a letter about one.
    """
    own = words.replace(load_settings().contact, "")
    if hint := _hint(step, ticket_id, words):
        return f"{what}里有“{hint}”，保密件不写事项性质，请删去：称“该工单”或“该事项”。"
    found = [*personal_kinds(own), *_of_requester(step, ticket_id, own)]
    if not found:
        return ""
    return (f"{what}里有{'、'.join(found)}，函件不写诉求人信息，请删去："
            "称“诉求人”“该企业”，需要查找时写工单编号。")  # fmt: skip


def refuse_requester(step: Step, ticket: Ticket, field: str, words: str, what: str) -> None:
    """Refuse words of a mail that name the requester, in full or short (覃先生, 鹅山机械).

    Raises:
        BadInputError: names the field, what was found and what to write instead.
    """
    found = _of_requester(step, ticket.id, words)
    if found:
        problem = (f"{what}里有{'、'.join(found)}，会写进邮件，请删去："
                   "称“诉求人”“该企业”。")  # fmt: skip
        raise BadInputError(problem, fields={field: problem})


def _hint(step: Step, ticket_id: int, words: str) -> str:
    secret = is_secret(step.session.get_one(Ticket, ticket_id))
    return next((word for word in HINTS if secret and word in words), "")


def refuse_personal(step: Step, ticket: Ticket, field: str, words: str, what: str) -> None:
    """Refuse words that tell who the requester is.

    Raises:
        BadInputError: names the field and what to write instead.
    """
    if problem := personal_problem(step, ticket.id, words, what):
        raise BadInputError(problem, fields={field: problem})


def without_requester(step: Step, ticket_id: int, words: str) -> str:
    """Return somebody's words without the requester's name, enterprise or credit code.

    Short names are names too: 覃先生, 鹅山机械.
    """
    sayings = _sayings(step, ticket_id)
    for name, value in sayings.items():
        if len(value) >= SHORTEST_NAME:
            words = words.replace(value, INSTEAD[name])
    if not sayings:
        return words
    return without_short_names(words, sayings[NAME], sayings[ENTERPRISE])


def _of_requester(step: Step, ticket_id: int, words: str) -> list[str]:
    """Return what of the requester stands in `words`, each with the words it was found by."""
    found = []
    for kind, value in _sayings(step, ticket_id).items():
        whole = len(value) >= SHORTEST_NAME and value in words
        left = words.replace(value, "") if whole else words
        called = CALLED[kind](value, left) if kind in CALLED else []
        said = [*([value] if whole else []), *called]
        found += [f"{kind}{''.join(f'“{one}”' for one in dict.fromkeys(said))}"] if said else []
    return found


def _sayings(step: Step, ticket_id: int) -> dict[str, str]:
    one = step.session.get(Requester, ticket_id)
    if one is None:
        return {}
    name = "" if one.trouble else one.contact_name
    said = (one.enterprise or "", one.credit_code or "", name or "")
    return dict(zip(INSTEAD, ("" if value in NOBODY else value for value in said), strict=True))
