"""Steps of a return: sent back, ruled on, before the panel."""

from engine.actions import review, unit_work
from engine.actions.review import Ruling
from engine.store import tickets as store
from engine.terms import (
    ReturnReason,
)
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    on_ticket,
)

NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:00"


def send_back(number, now=NOW, who=MARKET, **changes):
    filled = {"reason": ReturnReason.OTHER_UNIT_LEADS, "explanation": "不是我单位事权",
              "legal_basis": "三定方案第三条", "suggested_unit": TAX, **changes}  # fmt: skip
    form = unit_work.ReturnForm(**filled)
    on_ticket(number, now, who, lambda step, ticket: unit_work.request_return(step, ticket, form))


def rule(number, now, *, upheld, lead=None, who=OPERATOR, reason="职责清单第三条"):
    def what(step, ticket):
        unit = store.unit_by_name(step.session, lead) if lead else None
        review.rule_on_return(step, ticket, Ruling(upheld, reason, unit))

    on_ticket(number, now, who, what)


def twice_returned():
    number = a_signed_ticket(NOW)
    send_back(number)
    rule(number, NOW, upheld=True, lead=TAX)
    on_ticket(number, NOW, TAX, unit_work.sign_for)
    send_back(number, who=TAX, suggested_unit=FINANCE)
    return number


def designated(to=FINANCE):
    number = twice_returned()
    on_ticket(number, NOW, SUPERVISOR, review.convene_panel)

    def what(step, ticket):
        review.designate(step, ticket, store.unit_by_name(step.session, to), (), "会商研定")

    on_ticket(number, NEXT, SUPERVISOR, what)
    return number
