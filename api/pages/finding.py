"""Which ticket a page is about, and how much of it this person may see."""

import re

from api.pages.visit import HOTLINE, Visit
from engine.actions.sheets import kept_notices
from engine.errors import NotFoundError, NotPermittedError
from engine.models import Ticket
from engine.settings import load_settings
from engine.store import desk_ticket
from engine.store.search import half_width
from engine.terms import Role


def number_meant(text: str) -> str:
    """Return the ticket's number that was typed, however it was typed: lz 2611 230002; or none."""
    plain = "".join(half_width(text).split()).upper()
    return plain if re.fullmatch(rf"{re.escape(load_settings().number_prefix)}\d+", plain) else ""


def find(visit: Visit, number: str, *, lock: bool = False) -> Ticket:
    """Return the ticket if this person may see it; a unit sees only its own.

    Raises:
        NotFoundError: there is none, or it is not theirs to know of.
        NotPermittedError: the role sees no tickets at all.
    """
    if visit.role is Role.ADMINISTRATOR:
        message = "管理员不看工单内容。需要的角色：话务员、主管、承办单位。"
        raise NotPermittedError(message)
    return desk_ticket.visible_ticket(
        visit.session, visit.account, number_meant(number) or number, kept_since=visit.kept_since,
        lock=lock,
    )  # fmt: skip


def gone_of(visit: Visit, number: str) -> str:
    """Return that a ticket this person's unit had went elsewhere; nothing where it did not."""
    try:
        find(visit, number)
    except NotFoundError:
        return desk_ticket.gone_elsewhere(visit.session, visit.account.unit_id or 0, number)
    return ""


def kept_mails(visit: Visit, number: str) -> list[tuple[int, str]]:
    """Return the notices that this person's unit had of a ticket that left it: id, and name."""
    if visit.account.unit_id is None:
        return []
    kept = kept_notices(visit.step, number_meant(number))
    return [(mail_id, sheet.title) for mail_id, sheet in kept.items()]


def reads_content(visit: Visit, ticket: Ticket) -> bool:
    """Return whether the person may read the words of the ticket (保密工单只给经办人看)."""
    if not ticket.confidential:
        return True
    return visit.role in HOTLINE or desk_ticket.leads(visit.session, visit.account, ticket)


def may_unmask(visit: Visit, ticket: Ticket) -> bool:
    """Return whether the person may see the number: the hotline, and the unit that must call."""
    return visit.role in HOTLINE or desk_ticket.leads(visit.session, visit.account, ticket)
