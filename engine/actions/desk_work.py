"""What people do at the desks besides moving tickets: see a number, judge a breach."""

from engine.actions.step import Step, Why, take
from engine.errors import BadInputError, NotFoundError
from engine.models import Breach, Requester, Ticket
from engine.store import tickets as store
from engine.terms import BreachJudgement, TicketEvent

FINDINGS = (BreachJudgement.CONFIRMED, BreachJudgement.EXCUSED)


def unmask(step: Step, ticket: Ticket, reason: str) -> Requester:
    """Show who brought a locked ticket and leave a trace of it (查看号码).

    Raises:
        BadInputError: no reason was given.
    """
    if not reason.strip():
        words = "请写明为什么要看号码，例如“回访”“首次联系”。"
        raise BadInputError(words, fields={"reason": words})
    take(step, ticket, TicketEvent.UNMASK, Why(f"查看号码：{reason.strip()[:100]}"))
    return store.requester_of(step.session, ticket)


def judge_breach(step: Step, breach_id: int, judgement: str, reason: str) -> Breach:
    """Write a supervisor's judgement beside a breach; the breach itself stays (超期认定).

    Raises:
        NotFoundError: there is no such breach.
        BadInputError: no judgement or no reason was given.
    """
    fields = {}
    if judgement not in FINDINGS:
        fields["judgement"] = "请选“确认超期”或“免责”。"
    if not reason.strip():
        fields["reason"] = "请写明理由和依据。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    breach = step.session.get(Breach, breach_id)
    if breach is None:
        msg = "没有这条超期记录。"
        raise NotFoundError(msg)
    ticket = store.lock_ticket(step.session, breach.ticket_id)
    finding = BreachJudgement.parse(judgement).label
    words = f"超期认定（{breach.kind.label}）：{finding}。{reason.strip()}"
    details = {"breach": breach.id, "judgement": judgement}
    take(step, ticket, TicketEvent.JUDGE_BREACH, Why(words[:600], details=details))
    breach.judgement, breach.judgement_reason = judgement, reason.strip()[:500]
    breach.judged_by_id, breach.judged_at = step.actor.account_id, step.now
    return breach
