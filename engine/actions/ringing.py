"""A call that comes in (来电弹屏): a form of its own for whoever picks it up, the number filled in.

The number stands in the sealed draft and nowhere else: the form's address does not hold it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine import keyring
from engine.actions import drafts
from engine.errors import BadInputError, ConflictError
from engine.store import accounts, api_views, tickets
from engine.terms import Role

DESK = "desk"  # the source of what people take in at a desk
MARKED = 20  # hexadecimal digits of a mark
LONGEST_PHONE = 64  # technical: what a switchboard may send
ANSWERING = (Role.OPERATOR, Role.SUPERVISOR)
USED = "这个幂等键已用于另一个来电，而这次的内容不同，什么也没有写入。新的来电请用新的幂等键。"
NOBODY = "没有这个话务员或主管账号，或已停用。"


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A call as telephone software tells of it; with a name it has one form, however often told."""

    operator: str
    phone: str
    name: str = ""

    @property
    def call(self) -> str:
        """Return what the form ids of this name begin with; no number is read from them."""
        return drafts.CALL + _mark(self.name)

    @property
    def form_id(self) -> str:
        """Return the form's id: by it the same call is known, and another of the same name."""
        return self.call + _mark(f"{self.operator}:{self.phone}") if self.name else ""


def _mark(text: str) -> str:
    return keyring.ring().mark("ring", text).hex()[:MARKED]


def form_for_call(
    session: Session, account_id: int, phone: str, now: datetime, form_id: str = ""
) -> str:
    """Keep a form with the number of a call for somebody, and return the form's id."""
    form_id = form_id or drafts.new_call()
    fields = {"phone": [phone.strip()[:LONGEST_PHONE]]}
    drafts.save_draft(session, account_id, form_id, fields, now)
    return form_id


def ring(session: Session, asked: Ring, now: datetime) -> tuple[str, bool]:
    """Keep a form for an operator, as telephone software asks; return its id, and whether it was.

    Raises:
        BadInputError: nobody who answers calls has that user name.
        ConflictError: the call's name was used for another.
    """
    account = accounts.by_name(session, asked.operator)
    if account is None or not account.active or account.role not in ANSWERING:
        raise BadInputError(NOBODY, fields={"operator": NOBODY})
    if asked.name and _rung_before(session, asked):
        return asked.form_id, True
    return form_for_call(session, account.id, asked.phone, now, asked.form_id), False


def _rung_before(session: Session, asked: Ring) -> bool:
    api_views.lock_names(session, [asked.call])
    there = drafts.calls_that_begin(session, asked.call)
    if any(one != asked.form_id for one in there):
        raise ConflictError(USED, fields={"Idempotency-Key": USED})
    taken_in = tickets.number_by_external_id(session, DESK, asked.form_id)
    return bool(there) or taken_in is not None
