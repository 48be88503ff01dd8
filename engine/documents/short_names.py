"""How people are called short in somebody's words (简称): 覃先生 for a person, 鹅山机械 for a firm.

A name tells who somebody is in any of its forms. What could mean anything else (发展, 鹅山路,
覃局长 of the unit itself) is none.
"""

import re
from functools import lru_cache
from pathlib import Path

import yaml

_WORDS = Path(__file__).with_name("name_words.yaml")
# Only a person is called so; 程经理 may be the end of 工程 and an office, and takes a boundary.
_SOCIAL = "先生|女士|小姐|某某?(?![种个些日月时项类单公人地处条方年次款])"
_OFFICE = (
    "老板娘?|经理|总经理|董事长|董(?!事|监)|总裁|厂长|店长|掌柜|师傅|阿姨|大姐|大哥|大叔|大伯|大妈"
    "|老师|会计|[姐哥](?![妹弟夫])|律师|医生|大夫|教授|工程师|业主(?!大会)|店主|司机|大爷|大娘|大嫂|奶奶"
)
# 覃总 is a person and 资金总额 is not: the short title takes a boundary on either side.
_SHORT_TITLE = r"总(?![量额体结计数队署工局部会监理裁价产目则值书站装线店行分公务是])"
_BEFORE = "与向请由找和对给跟同让被系知人的是业复访诉络告叫"
_BOUNDARY = rf"(?:(?<![一-鿿])|(?<=[{_BEFORE}]))"
# 小黄、老黄: in front of what somebody does, or at the end.
_SPEAKS = r"(?![一-鿿])|(?=反映|来电|投诉|表示|要求|认为|称|说|本人)"
# Surnames that are words too: 双方经理, 关于先生, 任何女士. They take a boundary before them.
_WORDS_TOO = frozenset("方于和与向对时金关成高安平万全国能应通明常包管经都从支何区")

_REGION = re.compile(
    r"^(?:中国|广西壮族自治区|广西|[一-鿿]{2,3}(?:自治州|自治县|新区|[省市县区](?!场))"
    r"|柳州|南宁|桂林|北京|上海|广州|深圳)"
)
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_LEGAL = re.compile(r"(?:股份)?有限(?:责任)?公司|股份公司|集团公司|集团|总公司|分公司|公司")
_KIND_OF_FIRM = re.compile(
    r"(?:(?:农民)?(?:专业)?合作社|个体工商户|经营部|门市部|服务部|营业部|事务所|工作室|培训学校|商行|商店"
    r"|商场|超市|酒店|宾馆|饭店|餐馆|餐厅|酒家|药店|药房|诊所|医院|幼儿园|学校|中心|总厂|分厂|厂|店|行|铺"
    r"|坊|馆|吧)$"
)
_NO_PLACE = (
    r"(?!路|街|大道|公园|社区|村|镇|乡|桥|广场|小区|隧道|水库|区|县|市"
    r"|山|河|湖|站|码头|派出所|所|苑|巷)"
)
_FIRM = r"(?:股份)?(?:有限(?:责任)?)?(?:公司|集团|厂|店|企业|商行)"
_HOUSE = "(?:公司|集团|厂|店|商行)"  # after a part of a name; 中小企业 is no firm
PERSON, FIRM = "诉求人", "该企业"
SHORTEST, SHORTEST_STEM = 2, 6
_FULL_WIDTH = {0xFEE0 + one: one for one in range(0x30, 0x7B) if chr(one).isalnum()}
_LATIN = re.compile(r"[A-Za-z]{3,}")
_NO_LATIN = "(?<![A-Za-z])"
_LAST_OF_FIRST_LEVEL = 0xD7  # GB 2312, rows 16 to 55


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    """Return the lists of words: surnames of two characters, industries, everyday words, pairs."""
    listed = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in listed.items()}


def called_person(name: str, words: str) -> list[str]:
    """Return how somebody of that name is called in `words`: 覃先生, 姓覃的, 祎玥 alone."""
    return _called(_person(name), words) if name.strip() else []


def _called(form: re.Pattern[str], words: str) -> list[str]:
    return [words[found.start() : found.end()] for found in form.finditer(_narrow(words))]


def _narrow(words: str) -> str:
    """Return words with Latin letters and figures of full width (Ｓｍｉｔｈ) as narrow ones."""
    return words.translate(_FULL_WIDTH)


def _replaced(form: re.Pattern[str], instead: str, words: str) -> str:
    """Return words with `instead` where the form stands, whatever width its letters have."""
    kept, at = [], 0
    for found in form.finditer(_narrow(words)):
        kept += [words[at : found.start()], instead]
        at = found.end()
    return "".join([*kept, words[at:]])


def called_firm(enterprise: str, words: str) -> list[str]:
    """Return how an enterprise is called in `words` by its short name: 鹅山机械, 鹅山公司."""
    form = _firm(enterprise)
    return _called(form, words) if form else []


def without_short_names(words: str, name: str, enterprise: str) -> str:
    """Return `words` with 诉求人 and 该企业 where they call a person or a firm by a short name."""
    form = _firm(enterprise)
    words = _replaced(form, FIRM, words) if form else words
    return _replaced(_person(name), PERSON, words) if name.strip() else words


def _person(name: str) -> re.Pattern[str]:
    name = _narrow(name.strip())
    latin = [rf"{_NO_LATIN}{one}(?![A-Za-z])" for one in _LATIN.findall(name)]
    if latin and name.isascii():
        return re.compile("|".join(latin), re.I)
    surname = name[:2] if name[:2] in _words()["surnames"] else name[:1]
    called, edge = re.escape(surname), _edge(surname)
    before = edge if surname in _WORDS_TOO else ""
    forms = [f"{before}{called}(?:{_SOCIAL})", f"{edge}{called}(?:{_OFFICE}|{_SHORT_TITLE})"]
    familiar = "".join(one for one in "小老" if one + surname not in _words()["pairs"])
    if familiar:
        forms.append(f"{_BOUNDARY}[{familiar}]{called}(?:{_SPEAKS})")
    surely = "的|男|女" if surname in _WORDS_TOO else "(?!名)"
    forms += [rf"(?<!百)姓{called}(?:{surely})", rf"{edge}{called}姓(?!名)"]
    return re.compile("|".join([*forms, *latin, *_given(name[len(surname) :])]), re.I)


def _given(given: str) -> list[str]:
    """Return where a given name alone is somebody: anywhere if rare, else beside who it is."""
    if len(given) < SHORTEST or given in _words()["ordinary"] | _words()["everyday"]:
        return []
    called = re.escape(given)
    if any(map(_rare, given)):
        return [called]
    return [rf"(?<=负责人){called}", rf"(?<=[（(]){called}(?=[）)])",
            rf"{_BOUNDARY}{called}(?:{_SOCIAL}|{_OFFICE})"]  # fmt: skip


def _rare(character: str) -> bool:
    """Return whether a character is none of GB 2312's first level: in names, hardly in words."""
    try:
        return character.encode("gb2312")[0] > _LAST_OF_FIRST_LEVEL
    except UnicodeEncodeError:
        return True


def _edge(surname: str) -> str:
    """Return where a surname may begin: not in 由于, 对方 or 联系单, which are words themselves."""
    first = {word[0] for word in _words()["pairs"] if word[1] == surname}
    return rf"{_BOUNDARY}(?<![{''.join(first)}])" if first else _BOUNDARY


def _firm(enterprise: str) -> re.Pattern[str] | None:
    """Return what an enterprise may be called: with its region, by its field, by its own name."""
    stem, core = _stem_and_core(_narrow(enterprise))
    rest = stem.partition(core)[2] if core else ""
    firm = _FIRM if core in _words()["everyday"] else f"(?:{_FIRM})?"
    forms = [rf"{re.escape(stem)}(?:{_FIRM})?"] if len(stem) >= SHORTEST_STEM else []
    if rest and len(core + rest[:2]) > SHORTEST:  # 鹅山机械, 鹅山机械制造, 鹅山机械公司
        more = f"(?:{re.escape(rest[2:])})?" if rest[2:] else ""
        forms.append(rf"{re.escape(core + rest[:2])}{more}{firm}")
    if len(core) >= SHORTEST:
        forms.append(rf"{re.escape(core)}{_FIRM}")
    if len(core) >= SHORTEST and core not in _words()["ordinary"] | _words()["everyday"]:
        forms.append(rf"{re.escape(core)}{_NO_PLACE}")
    forms += _parts(core, rest)
    return re.compile("|".join(forms), re.I) if forms else None


def _parts(core: str, rest: str) -> list[str]:
    """Return how the beginning or end of a firm's own name calls it: 犇犇机械, 喆堃贸易, 喆堃."""
    if not core.isascii() and len(core) > SHORTEST:
        both = {core[:SHORTEST], core[-SHORTEST:], core[:-1], core[1:]}
        own = both - _words()["ordinary"] - _words()["everyday"]
        field = f"(?:{re.escape(rest[:2])}(?:{_FIRM})?|{_HOUSE})" if rest else _HOUSE
        parts = [rf"{re.escape(one)}{field}" for one in sorted(own)]
        return parts + [re.escape(one) for one in sorted(own) if all(map(_rare, one))]
    return []


@lru_cache(maxsize=1)
def _industry() -> re.Pattern[str]:
    longest_first = sorted(_words()["industries"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(longest_first)})$")


def _stem_and_core(enterprise: str) -> tuple[str, str]:
    """Return a name without its legal form, and what is its own: 柳州市鹅山机械, 鹅山."""
    plain = _BRACKETS.sub("", enterprise).strip()
    stem = core = _LEGAL.split(plain, maxsplit=1)[0] or plain
    for part in (_REGION, _KIND_OF_FIRM, _industry()):
        while (shorter := part.sub("", core, count=1)) != core:
            core = shorter
    return stem, core
