"""Who does something: a signed-in person, the hotline system, or the engine itself."""

from dataclasses import dataclass

from engine.errors import NotPermittedError
from engine.models import Account
from engine.terms import ActorKind, Role


@dataclass(frozen=True)
class Actor:
    """The author of an event (行为主体); `role` is empty for the engine and the API."""

    kind: ActorKind
    name: str
    role: Role | None = None
    account_id: int | None = None
    unit_id: int | None = None

    @classmethod
    def of(cls, account: Account) -> "Actor":
        """Return the actor that a signed-in account is."""
        return cls(ActorKind.USER, account.name, account.role, account.id, account.unit_id)


SYSTEM = Actor(ActorKind.SYSTEM, "系统")


def require_role(actor: Actor, *roles: Role) -> None:
    """Refuse an actor who is not the engine itself and has none of `roles`.

    Raises:
        NotPermittedError: says which role it takes.
    """
    if actor.role is None or actor.role in roles:
        return
    wanted = "、".join(role.label for role in roles)
    message = f"您没有这项权限。需要的角色：{wanted}。"
    raise NotPermittedError(message)
