"""The draft of rules that a rehearsal tries (规则草案): values as typed, year files as written."""

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from engine.actions.rules_in_force import year_files
from engine.errors import BadInputError
from engine.rules.calendar_book import laid_over as book_laid_over
from engine.rules.district import DistrictValue, laid_over, read_value
from engine.rules.parameter_words import in_words
from engine.rules.rule_set import RuleSet

WHY = "推演"
Change = tuple[str, str, str]


def draft_of(
    rules: RuleSet, sets: Sequence[str], calendars: Sequence[str], since: date
) -> tuple[RuleSet, list[Change]]:
    """Return the rules with a draft laid over them, and each change as (rule, was, becomes).

    Raises:
        BadInputError: a setting is not KEY=VALUE, or no rule has that key.
        RuleError: a value is not what the rule is counted in, or a year file is wrong.
    """
    values = [_value(rules, one, since) for one in sets]
    parameters = laid_over(rules.parameters, values)
    book = book_laid_over(rules.book, year_files(calendars)) if calendars else rules.book
    calendar = book.calendar(rules.calendar.region) if calendars else rules.calendar
    changes = [
        (rules.parameters[one.key].label, in_words(rules.parameters[one.key], was.value),
         in_words(rules.parameters[one.key], one.value))
        for one in values if (was := rules.parameters[one.key].on(since))
    ]  # fmt: skip
    return RuleSet(parameters, calendar, book), changes


def _value(rules: RuleSet, text: str, since: date) -> DistrictValue:
    key, sign, typed = text.partition("=")
    known = {one.key: one for one in rules.parameters.values()}
    if not sign or key.strip() not in known:
        near = "、".join(get_close_matches(key, known, 3)) or "见 hotline rules list"
        message = f"“{text}”不是“规则=数值”，或没有这条规则。相近的：{near}"
        raise BadInputError(message)
    parameter = known[key.strip()]
    first = min(since, max(parameter.values[-1].since, parameter.values[0].since))
    return DistrictValue(0, parameter.key, first, read_value(parameter, typed), WHY)
