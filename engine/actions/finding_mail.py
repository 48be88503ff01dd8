"""Tells a unit what was found about it (认定告知), until when it may appeal, and what was ruled."""

from collections.abc import Mapping

from engine.actions import post
from engine.actions.post import Mail
from engine.actions.step import Step
from engine.actions.told_days import told_by_calendar
from engine.models import Breach, Finding, Ticket, Unit
from engine.rules.findings import favours_the_unit, said_of
from engine.settings import load_settings
from engine.terms import FindingKind, Indicator, NoticeKind, Recipient

TOLD = (Recipient.UNIT, Recipient.UNIT_LEADER)


def tell_decided(step: Step, ticket: Ticket, finding: Finding) -> None:
    """Owe the unit a mail about a decision it may want to appeal; one in its favour needs none."""
    if favours_the_unit(finding.kind, finding.state):
        return
    word = said_of(finding.kind, finding.state)
    until = finding.appeal_until
    facts = {"finding": word, "appeal_until": until and told_by_calendar(step, until)}
    _tell(step, ticket, finding, NoticeKind.FINDING, facts)


def tell_ruled(step: Step, ticket: Ticket, finding: Finding) -> None:
    """Owe the unit a mail about the ruling on its appeal."""
    waits = finding.kind is FindingKind.CONFIRMED  # the excuse takes another supervisor
    changed = "改变认定，待另一位主管复核" if waits else "改变认定"
    ruling = changed if finding.appeal_changed else "维持认定"
    facts = {"finding": finding.kind.label, "ruling": ruling}
    _tell(step, ticket, finding, NoticeKind.APPEAL_RULED, facts)


def _tell(
    step: Step, ticket: Ticket, finding: Finding, kind: NoticeKind, facts: Mapping[str, object]
) -> None:
    unit = step.session.get(Unit, finding.unit_id) if finding.unit_id else None
    if unit is None:
        return
    link = f"{load_settings().link_base}/findings/{finding.id}"
    said = {"unit": unit.name, "about": _about(step, finding), "link": link, **facts}
    mail = Mail(key=f"finding:{finding.id}:{kind.value}", kind=kind, facts=said, unit=unit)
    post.post(step, ticket, mail, post.addresses(step.session, unit, TOLD))


def _about(step: Step, finding: Finding) -> str:
    if finding.breach_id is None:
        return f"{Indicator.parse(finding.indicator).label}统计"
    return step.session.get_one(Breach, finding.breach_id).kind.label
