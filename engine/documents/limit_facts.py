"""Whether words tell of the limit to handle a ticket, and ask for nothing by it (承办时限延至…)."""

import re

from engine.documents.day_words import with_days_as

CLAUSE = re.compile(r"[。；，;,\n]")
_HOUR = r"(?:\d{1,2}[:：时点](?:\d{2})?分?)?"
_NAMED = (
    r"(?:承办|办理|办结|答复|处理|处置|签收|退单|重新办理|重办)(?:时限|期限|限期|截止日期?|到期日)"
)
_BARE = r"(?:^|[后该其原此现本]|工单的?)(?:时限|期限|到期日)"
_MOVED = r"(?:延[期长展]?|顺延|推[迟后]|调整|[变更]更|[更修]?改|重新?[计核]算|展期)(?:至|到|为)"
_ENDS = r"(?:届满|期满|到期|截?止|为止)?"
_LEAD = r"(?:[^须需应另]|[相对供]应)*?"
_BETWEEN = r"(?:[^须需应另并再内外]|相应){0,24}?(?:应当?)?"
_NAMES = tuple(map(re.compile, (
    # 承办时限（由12月7日）为、延至12月10日（届满）；承办时限12月10日届满
    rf"{_LEAD}{_NAMED}{_BETWEEN}(?:{_MOVED}|[定算]?[为是至到系])D{_HOUR}{_ENDS}",
    rf"{_LEAD}{_NAMED}[已将于在]{{0,2}}D{_HOUR}(?:届满|期满|到期|截?止)",
    # 应于12月10日（前）办结；12月10日为承办时限；获准延期至12月10日
    rf"{_LEAD}(?:应当?|必?须|需)[于在]?D{_HOUR}(?:[之以]?前)?"
    r"(?:办理完毕|办[结完](?:并?答复)?|完成办理|答复(?:诉求人)?)",
    rf"{_LEAD}D{_HOUR}[即才]?[为是系]{_NAMED}",
    rf"{_LEAD}(?:申请|获准|批准|同意|准予)(?:办理)?延[期长]?(?:办理|承办|办结)?[至到]D{_HOUR}",
)))  # fmt: skip
_LEANS = re.compile(rf"{_LEAD}{_BARE}{_BETWEEN}{_MOVED}D{_HOUR}{_ENDS}")
# What a unit is asked for; 申请延期并说明理由后 is what it did.
_ASKS = re.compile(
    r"反馈|函告|回复|报[送我给至]|报告(?!同意|批准|后)|上报|送[达交至到]|提[交供](?!延期)|递交|约谈|参加"
    r"|到[场会我专]|专班|异议|整改|改正|补[齐正充]|材料|配合|务必|答复我|意见|(?<![申提])请"
    r"|(?<![时期])限(?!期)|说明(?!(?:理由|原因|情况)?[后并])"
)
_BY_THEN = re.compile("届时|到时|[该此]日|[此之]前|到期前?[^，。]{0,2}[报送提补改到说]")


def clauses_of(words: str) -> list[tuple[str, bool]]:
    """Return the clauses of some words, each with whether it only tells of the handling limit.

    期限改为12月10日 alone leans on its neighbours: beside something asked for it is the limit of
    that. Where a neighbour asks for something by then (届时报送), none only tells.
    """
    clauses = CLAUSE.split(words)
    asked = [one for one in clauses if _ASKS.search(one)]
    by_then = any(_BY_THEN.search(one) for one in asked)
    return [(one, not by_then and _tells(one, leans=not asked)) for one in clauses]


def _tells(clause: str, *, leans: bool) -> bool:
    if _ASKS.search(clause):
        return False
    plain = with_days_as(clause, "D")
    return any(one.fullmatch(plain) for one in (*_NAMES, *([_LEANS] if leans else [])))
