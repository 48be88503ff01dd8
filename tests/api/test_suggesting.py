"""POST /routing/suggest: the same function, the words in force, any text, quickly."""

import pytest

from engine.actions import lexicon
from engine.actions.lexicon import Word
from tests.builders import SUPERVISOR, doing

SUGGEST = "/api/v1/routing/suggest"
BAD = {
    "blank": " \n",
    "only a phone number": "13800001234",
    "sql": "'; DROP TABLE ticket; --",
    "english": "The tax office refuses to issue invoices for our company",
    "traditional": "我們公司的營業執照變更三個月辦不下來",
    "emoji": "😡😡🏢💰",
    "five units": "市场监管局、税务局、住建局、自然资源局、人社局互相推，执照、社保、税款都卡住",
    "markup": "<script>alert(1)</script>",
    "long": "我公司的发票开不出来，" * 1500,
}


@pytest.fixture
def suggest(anonymous):
    caller = anonymous.with_key("routing:read")
    return lambda text, **more: caller.post(SUGGEST, {"content": text, **more})


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_any_text_gets_a_sane_suggestion(suggest, text):
    answer = suggest(text)

    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert content["decision"]["code"] in {"dispatch", "choose", "not_ours", "conflict"}
    assert len(content["proposals"]) >= 5


@pytest.mark.parametrize("text", ["", "长" * 100_000])
def test_nothing_and_too_much_are_refused_in_words(suggest, text):
    answer = suggest(text)

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_input"


def test_a_supervisors_word_is_suggested_at_once(suggest):
    text = "蹦床馆的蹦床弹簧断了，孩子摔下来"
    before = suggest(text).json()["proposals"][0]["unit"]

    word = Word("区文化体育广电和旅游局", "蹦床馆", "strong", "居民常说")
    doing("Mon 2026-11-23 09:00", SUPERVISOR, lambda step: lexicon.add_expression(step, word))

    after = suggest(text).json()["proposals"][0]
    assert before != after["unit"] == "区文化体育广电和旅游局"
    assert after["evidence"][0] == "蹦床馆"


def test_a_matter_of_another_body_says_where_to_turn(suggest):
    content = suggest("城管把我们的招牌拆了").json()

    assert content["decision"]["code"] == "not_ours"
    assert "12319" in content["not_ours"]
