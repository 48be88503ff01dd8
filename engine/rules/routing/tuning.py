"""The tunable numbers of the ranker (排序参数), from routing.yaml."""

from dataclasses import dataclass, fields
from functools import lru_cache

from engine.errors import RuleError
from engine.rules.routing.files import read_yaml


@dataclass(frozen=True)
class Tuning:
    """Every number of the ranking; what each means and why is in routing.yaml."""

    head_characters: float
    tail_characters: float
    title_characters: float
    opening_characters: float
    focus_characters: float
    title_weight: float
    opening_weight: float
    demand_weight: float
    addressee_weight: float
    charge_weight: float
    self_weight: float
    side_weight: float
    repeat_weight: float
    fading: float
    strong_word: float
    usual_word: float
    weak_word: float
    common_word: float
    cue: float
    weak_cue: float
    named_unit: float
    length_power: float
    shared_word_discount: float
    row_weight: float
    support_weight: float
    row_word: float
    row_words_to_unit: float
    often_row: float
    example_weight: float
    foreign_row: float
    correction_limit: float
    learning_step: float
    learning_least: float
    learning_from: float
    replay_tickets: float
    not_ours_ratio: float
    not_ours_floor: float
    not_ours_doubt: float
    rows_shown: float
    candidates_shown: float
    gate: float
    least_points: float
    unbacked_confidence: float
    confidence_base: float
    confidence_margin: float
    margin_counted: float
    confidence_strength: float
    confidence_rows: float
    confidence_examples: float


@lru_cache
def load_tuning() -> Tuning:
    """The numbers in routing.yaml.

    Raises:
        RuleError: a number is missing; the message names it.
    """
    values = read_yaml("routing.yaml")["values"]
    missing = [one.name for one in fields(Tuning) if one.name not in values]
    if missing:
        message = f"engine/rules/catalogue/routing.yaml 缺少：{'、'.join(missing)}"
        raise RuleError(message)
    return Tuning(**{one.name: float(values[one.name]["value"]) for one in fields(Tuning)})
