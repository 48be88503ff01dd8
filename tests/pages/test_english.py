"""The desks in English: by a link, remembered, nothing left out, nothing of a person's reworded."""

import re

import pytest

from api.pages.english import in_english, messages, said_in_english
from api.pages.rendering import TEMPLATES, content
from api.pages.wording import HAN, reworded
from engine.rules.indicators import FORMULAS
from engine.rules.parameter_words import TOPICS
from engine.rules.parameters import UNITS
from engine.rules.rule_set import load_rules
from scripts.translations import wanted
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_signed_ticket, a_ticket

QUOTED = r"'[^']*'|(?<==)\"[^\"]*\""
MAIN = {"base.html", "_macros.html", "login.html", "desk.html", "new_ticket.html", "ticket.html",
        "_about.html", "_lines.html", "_caller.html", "_proposals.html", "unit.html", "act.html",
        "supervise.html", "overseen.html", "profile.html", "error.html", "desk.js", "desk.css",
        *(one.name for one in (TEMPLATES / "acts").iterdir())}  # fmt: skip
EARLIER = "Tue 2026-11-24 09:00"


def shown(html):
    """Return what of a page people read, without what they or others wrote."""
    html = re.sub(r"<(option|textarea|pre|li class=\"sys\")[^>]*>.*?</\1>", "", html, flags=re.S)
    return re.sub(r"<[^>]+>", " ", html)


def test_every_message_of_the_main_pages_has_its_english():
    missing = [one for one, files in wanted().items() if files & MAIN and one not in messages()]

    assert missing == [], "python -m scripts.translations, then write the English into en.po"


def test_hardly_any_message_of_any_page_is_without_its_english():
    missing = [one for one in wanted() if one not in messages()]

    assert len(missing) <= len(wanted()) / 20, "python -m scripts.translations"


def test_what_stands_in_a_message_stands_in_its_english_too():
    for context in ("", "words"):
        for asked, said in messages(context).items():
            assert sorted(re.findall(r"\{\d\}|%d", asked)) == sorted(
                re.findall(r"\{\d\}|%d", said)
            ), asked


def test_every_formula_and_the_day_it_goes_by_is_said_in_english():
    said = messages("words")

    missing = [one for formula in FORMULAS.values() for one in (formula.words, formula.whose)
               if one not in said]  # fmt: skip

    assert missing == []


def test_a_template_keeps_its_expressions_and_its_statements():
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        mark = re.compile(r"\{%.*?%\}|href=\"[^\"]*\"|name=\"[^\"]*\"", re.S)
        plain = [re.sub(QUOTED, "''", one) for one in mark.findall(source)]
        english = [
            re.sub(QUOTED, "''", one.replace("\\'", "’"))
            for one in mark.findall(reworded(source, in_english))
        ]
        assert english == plain, path.name


def test_a_link_leads_to_the_same_page_in_english_and_a_cookie_keeps_it(as_):
    desk = as_(OPERATOR)
    chinese = desk.get("/desk?list=review").text
    link = re.search(r'href="(/desk\?list=review&amp;lang=en)" lang="en">English', chinese)

    english = desk.get("/desk?list=review&lang=en").text
    later = desk.get("/tickets/new").text
    back = desk.get("/desk?lang=zh").text

    assert link
    assert '<html lang="en">' in english
    assert "To review" in english
    assert "Log and dispatch" in later
    assert "工作台" in back
    assert "待审核" in desk.get("/desk").text


def test_an_unknown_language_is_chinese(as_):
    assert '<html lang="zh-CN">' in as_(OPERATOR).get("/desk?lang=xx").text


def test_signing_in_is_offered_in_english(browser):
    page = browser.get("/login?lang=en").text

    assert "<h1>Sign in</h1>" in page
    chinese = re.findall(r"[\u4e00-\u9fff]{2,}", shown(page))
    assert set(chinese) == {"柳州市城中区政务网络服务中心", "中文", "区市场监管局"}


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (OPERATOR, "/tickets/new"),
        (SUPERVISOR, "/supervise"),
        (MARKET, "/unit"),
        (OPERATOR, "/desk"),
    ],
)
def test_the_main_pages_say_nothing_in_chinese_of_themselves(as_, who, path):
    a_signed_ticket(EARLIER, content="楼下路灯不亮")
    a_ticket(EARLIER, content="楼下路灯不亮")

    page = as_(who).get(f"{path}?lang=en").text
    page = shown(re.sub(r'<p class="hint">.*?</p>', "", page))  # the router's own words

    ours = re.findall(r"待\w+|剩 \d|办结|登记|签收|承办单位|单位名称|搜索|重置|退出", page)
    assert ours == []


def test_terms_and_clocks_are_said_in_english(as_):
    number = a_signed_ticket(EARLIER)

    page = as_(OPERATOR).get(f"/tickets/{number}?lang=en").text

    assert "acknowledged" in page
    assert "complaint" in page
    assert re.search(r"closing \d+ working days left", page)
    assert "Tue 8 Dec 24:00" in page


def test_what_a_person_wrote_is_never_reworded(as_):
    number = a_signed_ticket(EARLIER, content="电话打不通", enterprise="退出", title="签收")
    desk = as_(OPERATOR)

    page = desk.get(f"/tickets/{number}?lang=en").text
    again = desk.submit("/tickets/new", content="类型", enterprise="登记", title="备注").text

    assert "<dd>退出</dd>" in page or "退出" in page
    assert f"{number} 签收" in page
    assert 'value="登记"' in again
    assert ">\n类型</textarea>" in again


def test_a_message_with_places_may_turn_them_round():
    told = reworded("<p>第 {{ a }} 项，共 {{ b|n }} 项</p>", lambda _: "{1} items, this is {0}")

    assert told == "<p>{{ b|n }} items, this is {{ a }}</p>"


def test_a_quote_in_english_breaks_no_expression():
    assert reworded("{{ '改' }}", lambda _: "don't") == "{{ 'don\\'t' }}"
    assert reworded('<i title="改"></i>', lambda _: 'a "b"') == '<i title="a &quot;b&quot;"></i>'


def test_what_a_program_says_is_known_by_its_shape():
    assert said_in_english("办结剩 3 个工作日") == "closing 3 working days left"
    assert said_in_english("剩 1 个工作日") == "1 working day left"
    assert said_in_english("按期 · 已答复") == "in time · answered"
    assert said_in_english("没有这样的话") == "没有这样的话"


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("求助 3 个工作日（延期 2 个工作日），登记次日起算；12月10日（周四）24:00到期。",
         "help request: 3 working days and 2 more by extension, counted from the day after logged;"
         " due 12/10 (Thu) 24:00."),
        ("投诉承办 10 个工作日，派单次日起算；10月1日至7日放假不计，10月10日调休上班计入；"
         "10月16日（周五）24:00到期。",
         "complaint (unit): 10 working days, counted from the day after dispatch; "
         "10/1–7 holidays, not counted; 10/10 make-up days, counted; due 10/16 (Fri) 24:00."),
        ("工单现为“已签收”，不能“派单”；现在可以：首次联系、办结答复。",
         "The ticket is “acknowledged”, so “Dispatch” is not possible; possible now: "
         "first contact, answer."),
    ],
)  # fmt: skip
def test_why_a_date_and_why_not_are_said_in_english(said, english):
    assert said_in_english(said) == english


def test_every_refusal_of_the_life_cycle_has_its_english():
    source = (TEMPLATES.parents[1] / "engine" / "lifecycle_guards.py").read_text(encoding="utf-8")
    refusals = re.findall(r'"([^"\n]*[\u4e00-\u9fff][^"\n]*。)"', source)

    assert len(refusals) > 15
    assert [one for one in refusals if said_in_english(one) == one] == []


def test_the_script_speaks_english_too(as_):
    page = as_(OPERATOR).get("/desk?lang=en").text

    assert re.search(r"/static/desk\.en\.js\?v=[0-9a-f]{10}", page)
    assert b"Your session is over" in content("desk.en.js")
    assert not re.search(r"[\u4e00-\u9fff]", content("desk.en.js").decode())
    assert as_(OPERATOR).client.get("/static/desk.en.css").status_code == 200


RULES = load_rules("CN-GX")


def test_every_parameter_heading_unit_and_day_off_has_its_english():
    calendar = RULES.calendar
    days = calendar.days_between(calendar.first_day, calendar.horizon)
    said = {one.label for one in RULES.parameters.values()} | {one.reason for one in days}
    said |= {*TOPICS.values(), *UNITS.values()}

    assert len(said) > 150
    assert [one for one in sorted(said) if HAN.search(said_in_english(one))] == []


def ours(page):
    """Return the Chinese of a page that is not marked as quoted in its own language."""
    main = re.search(r"<main.*</main>", page, re.S)[0]
    main = re.sub(r"<(\w+)[^>]* lang=(['\"])(zh-CN|en)\2[^>]*>.*?</\1>", "", main, flags=re.S)
    return re.findall(r"[\u4e00-\u9fff]+", re.sub(r' (value|title|placeholder)="[^"]*"', "", main))


@pytest.mark.parametrize(
    "path", ["/rules/tasks", "/calendar?year=2025", "/calendar?year=2027", "/api/docs",
             "/rules?q=签收", "/rules?q=acknowledging", "/rules/p/sign_for.limit",
             "/rules/p/callback.limit"],
)  # fmt: skip
def test_only_the_documents_own_words_are_chinese_and_marked_so(as_, path):
    page = as_(SUPERVISOR).get(f"{path}{'&' if '?' in path else '?'}lang=en").text

    assert '<html lang="en">' in page
    assert 'lang="zh-CN"' in page
    assert ours(page) == []


def test_rules_are_said_in_english_but_for_the_words_that_callers_and_documents_use(as_):
    page = as_(SUPERVISOR).get("/rules?lang=en").text

    assert "limit for answering help requests" in page
    assert "3 working days" in page
    assert len(ours(page)) < 25, ours(page)  # words of documents; what callers write is marked so


def test_a_parameter_is_found_by_its_english(as_):
    page = as_(SUPERVISOR).get("/rules?q=whether+units+are+ranked&lang=en").text

    assert "/rules/p/scoring.ranking" in page
    assert "/rules/p/sign_for.limit" not in page


def test_a_sentence_that_goes_on_in_a_link_keeps_its_space(as_):
    page = as_(SUPERVISOR).get("/calendar?lang=en").text

    assert 'administrator <a href="/calendar/import">imports it on the calendar page.</a>' in page
