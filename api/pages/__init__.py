"""The HTML desks: server-rendered, own stylesheet and script, usable without JavaScript."""

from fastapi import APIRouter

from api.pages import (
    admin,
    api_keys,
    approvals,
    assets,
    audit,
    breaches,
    bulk,
    calendar,
    calendar_import,
    desk,
    evaluate,
    exports,
    letters,
    new_ticket,
    online,
    overseen,
    own_account,
    routing,
    rule_changes,
    rules,
    sign_in,
    supervise,
    ticket,
    unit,
    units_compared,
    webhooks,
)

router = APIRouter(include_in_schema=False)
# One a line, so that two people may add theirs; `admin` and `ticket` take what is left of
# their addresses, so they come after those with pages of their own there.
for room in (
    online,
    api_keys,
    webhooks,
    admin,
    approvals,
    assets,
    audit,
    breaches,
    bulk,
    calendar,
    calendar_import,
    desk,
    evaluate,
    exports,
    letters,
    new_ticket,
    overseen,
    own_account,
    routing,
    rule_changes,
    rules,
    sign_in,
    supervise,
    unit,
    units_compared,
    ticket,
):
    router.include_router(room.router)

__all__ = ["router"]
