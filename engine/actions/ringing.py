"""A call that comes in (来电弹屏): a form of its own for whoever picks it up, the number filled in.

The number stands in the sealed draft and nowhere else: the form's address does not hold it.
"""

from datetime import datetime

from sqlmodel import Session

from engine.actions import drafts
from engine.errors import BadInputError
from engine.store import accounts
from engine.terms import Role

LONGEST_PHONE = 64  # technical: what a switchboard may send
ANSWERING = (Role.OPERATOR, Role.SUPERVISOR)
NOBODY = "没有这个话务员或主管账号，或已停用。"


def form_for_call(session: Session, account_id: int, phone: str, now: datetime) -> str:
    """Keep a form with the number of a call for somebody, and return the form's id."""
    form_id, fields = drafts.new_call(), {"phone": [phone.strip()[:LONGEST_PHONE]]}
    drafts.save_draft(session, account_id, form_id, fields, now)
    return form_id


def ring(session: Session, operator: str, phone: str, now: datetime) -> str:
    """Keep a form for the operator of that user name, as telephone software asks.

    Raises:
        BadInputError: nobody who answers calls has that user name.
    """
    account = accounts.by_name(session, operator)
    if account is None or not account.active or account.role not in ANSWERING:
        raise BadInputError(NOBODY, fields={"operator": NOBODY})
    return form_for_call(session, account.id, phone, now)
