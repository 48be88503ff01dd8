import pytest

from engine.rules.rule_set import RuleSet, load_rules


@pytest.fixture
def rules() -> RuleSet:
    return load_rules("CN-GX")
