"""Who may open which page: the one table, asked of every route by tests/pages/test_roles.py.

O 话务员, H 承办人, L 承办单位负责人, S 主管, A 管理员, R 只读审计: all six for everybody who is
signed in. `-` is a page that needs no sign-in.
"""

from engine.terms import Role

LETTERS = {
    "O": Role.OPERATOR, "H": Role.HANDLER, "L": Role.UNIT_LEADER, "S": Role.SUPERVISOR,
    "A": Role.ADMINISTRATOR, "R": Role.AUDITOR,
}  # fmt: skip
ALL = "OHLSAR"
OPEN = "-"
PAGES = {
    "GET /static/{name}": OPEN,
    "GET /favicon.ico": OPEN,
    "GET /login": OPEN,
    "POST /login": OPEN,
    "GET /evaluate/{secret}": OPEN,
    "POST /evaluate/{secret}": OPEN,
    "GET /api/docs": OPEN,
    "GET /": ALL,
    "POST /logout": ALL,
    "GET /me": ALL,
    "POST /me/sessions/end": ALL,
    "GET /password": ALL,
    "POST /password": ALL,
    "GET /keys": ALL,
    "GET /rules": ALL,
    "GET /rules/tasks": ALL,
    "GET /rules/p/{key}": ALL,
    "POST /rules/p/{key}": "SA",
    "GET /rules/changes/{number}": ALL,
    "POST /rules/changes/{number}/{what}": "SA",
    "GET /calendar": ALL,
    "GET /calendar/import": "SA",
    "POST /calendar/import": "SA",
    "GET /calendar/changes/{number}": ALL,
    "POST /calendar/changes/{number}/{what}": "SA",
    "POST /search": "OHLSR",
    "GET /tickets/{number}": "OHLSR",
    "GET /tickets/{number}/{name}": "OHLS",
    "POST /tickets/{number}/{name}": "OHLS",
    "POST /tickets/{number}/unmask": "OHLS",
    "GET /tickets/new": "OS",
    "POST /tickets/new": "OS",
    "POST /tickets/suggest": "OS",
    "POST /tickets/caller": "OS",
    "POST /drafts/{form_id}": "OHLS",
    "GET /desk": "OS",
    "GET /unit": "HL",
    "GET /unit/letters/{letter_id}": "HL",
    "POST /unit/letters/{letter_id}": "HL",
    "GET /supervise": "SR",
    "GET /supervise/overdue": "SR",
    "GET /supervise/today": "SR",
    "GET /supervise/callbacks": "SR",
    "GET /supervise/tickets": "SR",
    "POST /supervise/bulk": "S",
    "POST /supervise/bulk/send": "S",
    "GET /supervise/bulk/{number}": "SR",
    "GET /supervise/approvals": "SR",
    "GET /supervise/export/{name}.xlsx": "SR",
    "GET /supervise/units": "SR",
    "GET /supervise/breaches": "SR",
    "GET /supervise/breaches/{breach_id}": "SR",
    "POST /supervise/breaches/{breach_id}": "S",
    "GET /supervise/extensions/{request_id}": "SR",
    "POST /supervise/extensions/{request_id}": "S",
    "GET /letters": "SR",
    "GET /letters/{letter_id}": "SR",
    "GET /letters/{letter_id}/page-{page}.png": "SR",
    "GET /letters/{letter_id}/file.{kind}": "HLSR",
    "POST /letters/{letter_id}/{what}": "S",
    "GET /routing": "SAR",
    "POST /routing/words": "SA",
    "POST /routing/restore": "SA",
    "GET /audit": "SAR",
    "GET /audit/state": "SAR",
    "POST /audit/check": "SAR",
    "POST /audit/export": "SAR",
    "GET /admin": "A",
    "GET /admin/mailbox": "A",
    "GET /admin/mailbox/{name}": "A",
    "GET /admin/outbox": "A",
    "GET /admin/{page}": "A",
    "POST /admin/{page}/{what}": "A",
    "GET /admin/sessions": "A",
    "POST /admin/sessions/end": "A",
}


def roles(page: str) -> set[Role]:
    """Return who may open a page."""
    return {LETTERS[one] for one in PAGES[page].replace(OPEN, ALL)}
