"""Mail that needs a person (邮件): what did not arrive, unit by unit, and what came in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.visit import Visit, attempt, reading
from engine.actions import bounces, incoming_mail, mail_trouble
from engine.actions.actor import require_role
from engine.actions.mail_rows import unread
from engine.errors import EngineError, NotFoundError
from engine.settings import load_settings
from engine.store import mail_replies
from engine.store import mail_trouble as store
from engine.store.files import has_mail
from engine.store.mail_names import mail_names, name_of
from engine.terms import MailReplyStatus, Role

router = APIRouter(include_in_schema=False)
WHO = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)


@router.get("/mails")
def mails(request: Request) -> Response:
    """List what did not arrive by unit, what is put off, and the replies kept aside."""
    with reading(request, *WHO) as visit:
        return _page(visit, EMPTY)


def _page(visit: Visit, form: Form, error: EngineError | None = None, about: str = "") -> Response:
    # What units wrote is the supervisors' affair; the administrator mends addresses.
    reads = visit.role is Role.SUPERVISOR
    failures = store.failures_by_unit(visit.session)
    late = store.long_tried(visit.session, visit.now)
    listed = [*late, *(one for group in failures for one in group.mails)]
    replies = mail_replies.aside(visit.session) if reads else ()
    machines = mail_replies.by_machines(visit.session) if reads else ()
    facts = {
        "failures": failures, "late": late, "names": mail_names(visit.session, listed),
        "replies": replies, "machines": machines,
        "machine_acts": {f"give-{one.id}" for one in machines},
        "originals": {one.id for one in (*replies, *machines) if has_mail(one.digest)},
        "asks_person": bounces.asks_person, "is_unread": unread,
        "waiting": mail_replies.count_aside(visit.session),
        "fetches": load_settings().takes_replies, "reads": reads,
        "acts": visit.role in mail_trouble.WHO, "form": form, "error": error, "about": about,
    }  # fmt: skip
    return visit.page("mails.html", facts, error.status if error else 200)


@router.post("/mails/{what}/{row}")
def act(request: Request, what: str, row: int, form: Posted) -> Response:
    """Send a mail again or let it be; give a reply to its ticket or put it away."""

    def do(visit: Visit) -> Response:
        require_role(visit.step.actor, *mail_trouble.WHO)
        if what not in DOINGS:
            message = "没有这个操作。"
            raise NotFoundError(message)
        return visit.go("/mails", DOINGS[what](visit, row, form))

    def again(visit: Visit, error: EngineError) -> Response:
        require_role(visit.step.actor, *mail_trouble.WHO)
        return _page(visit, form, error, f"{what}-{row}")

    return attempt(request, form, do, again)


def _again(visit: Visit, row: int, form: Form) -> str:
    message = mail_trouble.send_again(visit.step, row)
    return f"{name_of(visit.session, message)}将重新发往 {message.recipient}。"


def _let_be(visit: Visit, row: int, form: Form) -> str:
    mail_trouble.let_be(visit.step, row, form.text("reason"))
    return "不再发，理由已留痕。"


def _give(visit: Visit, row: int, form: Form) -> str:
    require_role(visit.step.actor, Role.SUPERVISOR)
    reply = incoming_mail.give_to_ticket(visit.step, row, form.text("number"))
    if reply.status is MailReplyStatus.USED:
        return "来信出自移交函的接收机关，已归入该函作为回复，承办单位看不到。"
    return "已归入工单，列为拟答复；单位登录提交才算答复。"


def _put_away(visit: Visit, row: int, form: Form) -> str:
    require_role(visit.step.actor, Role.SUPERVISOR)
    incoming_mail.settle(visit.step, row, used=False)
    return "来信已处理，文字仍保存。"


def _bounced(visit: Visit, row: int, _form: Form) -> str:
    require_role(visit.step.actor, Role.SUPERVISOR)
    message = bounces.believe(visit.step, row)
    return f"{name_of(visit.session, message)}认定没有送达，已列入“没有送达”。"


DOINGS = {"again": _again, "let-be": _let_be, "give": _give, "put-away": _put_away,
          "bounced": _bounced}  # fmt: skip
