"""What people set for themselves (个人设置): keys, the undo window, views kept under a name."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, func, select

from engine.actions.step import Step
from engine.errors import BadInputError
from engine.models import Account, SavedView
from engine.terms import Role

# Technical limits of this system.
LONGEST_NAME, LONGEST_PATH, LONGEST_QUERY, MOST = 30, 80, 500, 30
PLACE = "after"  # where in a list somebody was is no part of its conditions


@dataclass(frozen=True, kw_only=True)
class View:
    """A list as somebody has it before them: its page, its conditions, the name to keep it by."""

    name: str
    path: str
    query: str = ""
    shared: bool = False


def save_view(step: Step, account: Account, view: View) -> SavedView:
    """Keep a list under a name (常用视图); the same name on the same page is kept anew.

    Raises:
        BadInputError: no name, one too long, or too many views already.
    """
    name, query = view.name.strip(), conditions(view.query)
    _check(step, account, view, name, query)
    shared = view.shared and account.role is Role.SUPERVISOR
    values = {"query": query, "shared": shared, "created_at": step.now}
    statement = insert(SavedView).values(account_id=account.id, path=view.path, name=name, **values)
    kept = statement.on_conflict_do_update(
        index_elements=["account_id", "path", "name"], set_=values
    )
    made = step.session.exec(kept.returning(col(SavedView.id))).scalar_one()
    return step.session.get_one(SavedView, made)


def _check(step: Step, account: Account, view: View, name: str, query: str) -> None:
    words = ""
    if not name or len(name) > LONGEST_NAME:
        words = f"请给视图起个名字，最多 {LONGEST_NAME} 字，如“餐饮类待审核”。"
    elif len(view.path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        words = "条件太长，存不下。请减少几个条件。"
    elif _count(step, account) >= MOST:
        words = f"常用视图最多 {MOST} 个，请先在“我的设置”里删几个。"
    if words:
        raise BadInputError(words, fields={"name": words})


def _count(step: Step, account: Account) -> int:
    query = select(func.count()).where(SavedView.account_id == account.id)
    return step.session.exec(query).one()


def conditions(query: str) -> str:
    """Return a query string without what is empty and without the place in the list."""
    pairs = parse_qsl(query.removeprefix("?"))
    return urlencode([(name, value) for name, value in pairs if name != PLACE])


def drop_view(step: Step, account: Account, view_id: int) -> None:
    """Forget one of a person's own views."""
    own = (col(SavedView.id) == view_id) & (col(SavedView.account_id) == account.id)
    step.session.exec(delete(SavedView).where(own))
