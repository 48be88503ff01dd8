"""What an administrator does with API keys (接口密钥): made, replaced, revoked; shown once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from ipaddress import ip_network

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from engine.actions import audit
from engine.actions.audit import Note
from engine.actions.people import KeyLimits, create_api_key, new_key_secret
from engine.actions.sessions import digest
from engine.actions.setup import SCOPES
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, NotFoundError
from engine.models import ApiKey, ApiKeyDay
from engine.rules import access
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.store import api_views

LONGEST_NAME = 80
MOST_NETWORKS = 50


@dataclass(frozen=True, kw_only=True)
class KeyForm:
    """What a key is to be: for whom, what it may do, from where, until the end of which day."""

    name: str
    scopes: Sequence[str]
    networks: Sequence[str] = ()
    expires_on: date | None = None
    calls_per_minute: int | None = None


def make_key(step: Step, form: KeyForm) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which is never shown again.

    Raises:
        BadInputError: names every field that is wrong.
        ConflictError: a key of that name is in use: mostly a form sent twice.
    """
    _check(step, form)
    name = form.name.strip()
    _refuse_twin(step.session, name)
    limits = KeyLimits(
        networks=tuple(str(ip_network(one.strip())) for one in form.networks),
        expires_at=_end_of(form.expires_on), calls_per_minute=form.calls_per_minute,
    )  # fmt: skip
    scopes = [one for one in SCOPES if one in form.scopes]
    key, secret = create_api_key(step.session, name, scopes, step.now, limits)
    _note(step, key, "made", scopes=scopes, networks=key.networks)
    return key, secret


def _check(step: Step, form: KeyForm) -> None:
    fields: dict[str, str] = {}
    if not form.name.strip() or len(form.name.strip()) > LONGEST_NAME:
        fields["name"] = f"请写这个密钥给谁用，最多 {LONGEST_NAME} 字。"
    if not form.scopes or set(form.scopes) - set(SCOPES):
        fields["scopes"] = (
            "请至少选一项权限。" if not form.scopes else f"权限只有：{'、'.join(SCOPES)}。"
        )
    if wrong := [one for one in form.networks if not _is_network(one)]:
        fields["networks"] = f"“{wrong[0]}”不是网段；应如 10.20.0.0/16 或 10.20.3.4。"
    elif len(form.networks) > MOST_NETWORKS:
        fields["networks"] = f"最多 {MOST_NETWORKS} 个网段。"
    if form.expires_on is not None and form.expires_on < shanghai_date(step.now):
        fields["expires_on"] = "有效期不能在今天以前。"
    most = access.calls_per_minute(None, step.now, step.rules)
    if form.calls_per_minute is not None and not 1 <= form.calls_per_minute <= most:
        fields["calls_per_minute"] = f"每分钟 1 到 {most} 次；不写为 {most} 次。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _is_network(text: str) -> bool:
    try:
        return ip_network(text.strip()) is not None
    except ValueError:
        return False


def _end_of(day: date | None) -> datetime | None:
    return shanghai_moment(day + timedelta(days=1), time(0)) if day else None


def _refuse_twin(session: Session, name: str) -> None:
    api_views.lock_names(session, [f"api-key:{name}"])
    query = select(ApiKey.id).where(ApiKey.name == name, col(ApiKey.revoked_at).is_(None))
    if session.exec(query).first() is not None:
        words = f"已有在用的密钥“{name}”。没看到密钥的，请更换它；或换个名称。"
        raise ConflictError(words, fields={"name": words})


def rotate_key(step: Step, key_id: int) -> tuple[ApiKey, str]:
    """Give a key another secret; the old one works beside it for the set days.

    Raises:
        ConflictError: it is revoked, or a change is under way: two secrets work already.
    """
    key = _key(step, key_id)
    if key.revoked_at is not None:
        message = f"密钥“{key.name}”已停用，请另建一个。"
        raise ConflictError(message)
    if key.old_until is not None and step.now < key.old_until:
        message = "刚更换过，新旧两个密钥都有效。没看到新密钥的，请先停用旧密钥，再更换一次。"
        raise ConflictError(message)
    secret = new_key_secret()
    key.old_hash, key.old_until = key.secret_hash, access.old_key_ends(step.now, step.rules)
    key.secret_hash, key.prefix = digest(secret), secret[:10]
    _note(step, key, "replaced", old_until=key.old_until.isoformat())
    return key, secret


def end_old_key(step: Step, key_id: int) -> ApiKey:
    """Let the replaced secret of a key work no more, at once."""
    key = _key(step, key_id)
    key.old_hash = key.old_until = None
    _note(step, key, "old_ended")
    return key


def revoke_key(step: Step, key_id: int) -> ApiKey:
    """Revoke a key; it stops working at once, its old secret too."""
    key = _key(step, key_id)
    key.revoked_at = key.revoked_at or step.now
    _note(step, key, "revoked")
    return key


def _key(step: Step, key_id: int) -> ApiKey:
    key = step.session.get(ApiKey, key_id, with_for_update=True, populate_existing=True)
    if key is None:
        message = "没有这个密钥。"
        raise NotFoundError(message)
    return key


def _note(step: Step, key: ApiKey, action: str, **more: object) -> None:
    details = {"name": key.name, **more}
    audit.note(step.session, step.actor, step.now, Note(f"api_key:{key.id}", action, details))


def add_calls(session: Session, calls: Mapping[int, int], now: datetime) -> None:
    """Add to how often keys were used today (当日调用次数)."""
    for key_id, count in sorted(calls.items()):
        values = {"api_key_id": key_id, "on": shanghai_date(now), "calls": count}
        statement = insert(ApiKeyDay).values(**values)
        more = {"calls": col(ApiKeyDay.calls) + statement.excluded.calls}
        session.exec(
            statement.on_conflict_do_update(index_elements=["api_key_id", "on"], set_=more)
        )
