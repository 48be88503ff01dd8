"""Who is signed in now (在线用户), for the administrator to see and to end."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import Form, Posted
from api.pages.visit import Visit, posting, reading
from engine.actions.sessions import end_session, live_sessions
from engine.errors import BadInputError
from engine.store import desk_views
from engine.terms import Role

router = APIRouter(include_in_schema=False)
ADMIN = (Role.ADMINISTRATOR,)


@router.get("/admin/sessions")
def online(request: Request) -> Response:
    """List the open sessions, those seen last first."""
    with reading(request, *ADMIN) as visit:
        found = live_sessions(visit.session, visit.now)
        units = desk_views.units_by_id(visit.session, [one.unit_id for _, one in found])
        return visit.page("sessions.html", {"sessions": found, "units": units})


@router.post("/admin/sessions/end")
def end(request: Request, form: Posted) -> Response:
    """End one session; its next request is sent to sign in."""
    with posting(request, form, *ADMIN) as visit:
        return visit.go("/admin/sessions", _end(visit, form))


def _end(visit: Visit, form: Form) -> str:
    session_id = form.number("id")
    if session_id is None:
        message = "请从列表里选。"
        raise BadInputError(message)
    ended = end_session(visit.session, visit.step.actor, session_id, visit.now)
    return "已退出这处登录。" if ended else "这处登录已经退出了。"
