"""Promises on which a matter is closed (承诺): what they must say, who verifies them, and how."""

from dataclasses import dataclass
from datetime import date, timedelta

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import spoken_date
from engine.terms import VerificationWay

SHORTEST = 6
LONGEST = 300


@cites("house/H-86", "chengzhong-2023-19/101/persistence")
def missing_in_promise(
    text: str, due_on: date | None, made_on: date, rules: RuleSet
) -> dict[str, str]:
    """Return what a promise lacks, by field: words that can be checked, and a day within reach."""
    fields = {}
    if not SHORTEST <= len(text.strip()) <= LONGEST:
        fields["promise"] = f"承诺写 {SHORTEST} 至 {LONGEST} 个字，写清做成什么算兑现。"
    if due_on is None:
        fields["promised_on"] = "请写承诺办结日期。"
    elif due_on <= made_on:
        fields["promised_on"] = "承诺办结日期须在今天之后；今天就能办好的，办好再答复。"
    elif due_on > (last := last_day(made_on, rules)):
        fields["promised_on"] = f"承诺办结日期最远到{last.year}年{spoken_date(last)}。"
    return fields


@cites("house/H-86")
def last_day(made_on: date, rules: RuleSet) -> date:
    """Return the last day that may be promised on a day."""
    days: int = rules.parameters["promise.limit"].on(made_on).value
    return made_on + timedelta(days=days)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A verification as typed, as far as rules look at it: how, when, where, with how many."""

    way: VerificationWay
    done_on: date | None
    place: str
    evidence: str
    persons: int


@cites("chengzhong-2023-19/91/field-verification", "house/H-86")
def missing_in_verification(
    visit: Visit, made_on: date, today: date, rules: RuleSet
) -> dict[str, str]:
    """Return what a verification lacks: evidence; in the field also the place and two persons."""
    fields = {}
    if visit.way.value not in rules.parameters["promise.ways"].on(today).value:
        fields["way"] = "请选核查方式。"
    if visit.done_on is None or not made_on <= visit.done_on <= today:
        fields["done_on"] = "请写核查日期，在作出承诺之后、今天以前。"
    if not visit.evidence.strip():
        fields["evidence"] = "请写证据：看到什么、谁说的、哪份材料。"
    if visit.way is VerificationWay.FIELD:
        fields |= _missing_in_field(visit, today, rules)
    return fields


def _missing_in_field(visit: Visit, today: date, rules: RuleSet) -> dict[str, str]:
    wanted: int = rules.parameters["promise.field_persons"].on(today).value
    fields = {} if visit.place.strip() else {"place": "实地核查请写地点。"}
    if visit.persons < wanted:
        fields["companion"] = f"实地核查须 {wanted} 人到场，请选同去的另一人。"
    return fields
