"""What is personal in somebody's words: telephones, papers, cards; where somebody is found.

The one place that says so, however it is typed: full-width, in groups, with +86 before it.
"""

import re

from engine.documents.personal_places import HIDDEN_NUMBER, places, without_places
from engine.documents.typed_signs import WIDE

_GAP = r"[ .·\-–—/*]{0,2}"
_GROUP = r"[ .·\-–—/*_\r\n]{0,2}"  # a mobile number may go on in the next line
_BLANK = r"[ \-]{0,2}"
# A sum of money as long as a number is none, nor is one end of a span; 元旦 is no money.
_NO_SUM = (
    r"(?!\d| {0,2}(?:[\-~～至—] ?\d[\d.,]* {0,2}|\.\d{1,2} {0,2})?"
    r"(?:元(?!旦)|[万亿] ?元|圆整|块钱|人民币))"
)
# An extension (分机) goes with its number; money, houses, days and other lines are none.
_NO_MORE = rf"(?![\d.\-号栋幢座室楼层年月日]| ?(?:热线|平台|专线)){_NO_SUM}"
_EXTENSION = (
    r"(?: {0,2}(?:\( ?|[，,] ?(?=分机))?(?:转[至到接拨]?(?:分机|内线)?号?|分机号?|[Ee][Xx][Tt]\.?)"
    rf"[ :：]{{0,2}}(?:\d{{1,6}}|[〇零一二三四五六七八九幺]{{2,6}}){_NO_MORE}(?: ?\))?"
    rf"| ?[\-–—#*xX] ?\d{{1,5}}{_NO_MORE})"
)
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86{_GAP}|0)?(?:(?:1[3-9]\d|\(1[3-9]\d\)){_GROUP}"
    rf"(?:\d{{4}}|\(\d{{4}}\)){_GROUP}\d{{4}}|1[3-9]\d{_GROUP}\d{{3}}{_GROUP}\d{{5}}"
    rf"|1 {{0,2}}[3-9](?: {{0,2}}\d){{9}}){_NO_SUM}"
)
_LANDLINE = re.compile(
    rf"(?<![\d.])(?:\(0(?:10|2\d|[3-9]\d{{2}})\)|0(?:10|2\d|[3-9]\d{{2}})"
    rf"|(?:\+|00)86{_GAP}\(?0?(?:10|2\d|[3-9]\d{{2}})\)?)"
    rf"{_GAP}[2-9]\d{{2,3}}{_BLANK}\d{{4}}{_NO_SUM}{_EXTENSION}?"
)
_FAR = re.compile(  # 港澳台 numbers, as they are dialled from here
    rf"(?<!\d)(?:\+|00)(?:85[23]|886){_GAP}(?:\d{_GAP}){{7,8}}\d{_NO_SUM}"
)
_IDENTITY = re.compile(
    r"(?<!\d)\d{17}[\dXx](?!\d)"
    rf"|(?<!\d)[1-9](?:{_BLANK}\d){{5}}{_BLANK}(?:1{_BLANK}9|2{_BLANK}0)(?:{_BLANK}\d){{2}}"
    rf"{_BLANK}(?:0{_BLANK}[1-9]|1{_BLANK}[0-2]){_BLANK}[0-3]{_BLANK}\d"
    rf"(?:{_BLANK}\d){{3}}{_BLANK}[\dXx](?!\d)"
    rf"|(?<![\dA-Za-z])[1-9]\d{{5}}{_BLANK}\d{{2}}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
    rf"{_BLANK}\d{{3}}{_NO_SUM}"
)
_MONTH_DAY = r"(?:0[1-9]|1[0-2]){}(?:0[1-9]|[12]\d|3[01])"
# What follows 账户 may be the day on which something was paid in.
_MOMENT = (
    rf"(?:19|20)\d{{2}}(?:-{_MONTH_DAY.format('-')}(?!\d)"
    rf"|{_MONTH_DAY.format('')}(?: ?[0-2]?\d[:：时点]|(?![ \-]?\d)))"
)
_LONG = rf"(?!{_MOMENT})(?>\d(?:{_BLANK}\d){{8,29}}){_NO_SUM}(?!\.\d{{2}}(?!\d))"
_CARD = re.compile(
    rf"(?<![\dA-Za-z])(?:[3-6]\d{{15,18}}"
    rf"|[3-6]\d{{3}}(?:{_BLANK}\d{{4}}){{3}}(?:{_BLANK}\d{{1,3}})?){_NO_SUM}"
    rf"|(?:卡号|[账帐][号户]|银行卡)[^\d，。；\n]{{0,6}}(?P<n>{_LONG})"
    rf"|开户(?:银?行|网点)[^\d。；\n]{{0,24}}(?P<m>{_LONG})"
)
# Without its area code a landline looks like any number: a word beside it says what it is.
_CALL = r"(?:电话|座机|固话|联系|致电|拨打|来电|回电|打给)"
_DIAL = (
    r"(?:传真|热线|咨询|(?<![A-Za-z])(?:[Tt][Ee][Ll]|[Ff][Aa][Xx])|打|拨)(?:号码?|[到至])?"
    r"[ :：.是为(]{0,3}"
    r"|咨询[^\d，。；！？\n]{1,4}(?:[科局处所股站队]长|主任|经理|老师|先生|女士|同志)[ :：]{0,2}"
)
_DAY = rf"(?:19|20)\d{{2}}[ \-]?{_MONTH_DAY.format('')}|(?:19|20)\d{{2}}[ \-](?:19|20)\d{{2}}(?!\d)"
_COUNTED = r"(?:㎡|人次|人(?=$|[，。；、！？\s])|个(?![人体])|家(?:企业|公司|单位|商户|门?店))"
# 张, 万, 平 and 米 count, and are names: before a title, and 张 before a given name too.
_SHEETS = "[票卡纸表单证照图片据券页床桌椅网报牌皮贴函]"
_TITLE = (
    r"(?:先生|女士|小姐|同志|老师|师傅|经理|主任|老板|律师|医生|书记|大[姐哥叔爷妈]|阿姨|某"
    r"|[科局处所股站队镇村组厂店]长|总(?![额数计价量共])|[工哥姐叔](?![一-鿿]))"
)
_NAMED = (
    rf"[张万平米](?![一-鿿]?{_SHEETS})[一-鿿]{{0,2}}?{_TITLE}"
    rf"|张(?![一-鿿]?{_SHEETS}|左右|以[上下内外]|之多|有余)[一-鿿]{{1,2}}"
    r"(?=$|[，。；：、！？,.;:!?()\s]|的|接|说|称|联系|收|处|反映|本人)"
)
_BARE = (
    rf"(?<![\d.A-Za-z第〔])(?!{_DAY})"
    rf"[2-8]\d{{2,3}}[ \-]?\d{{4}}(?!\d){_NO_SUM}"
    rf"(?:(?={_NAMED})|(?![%号件份张]|[.,]\d|[万亿平吨米]| {{0,2}}{_COUNTED}))"
    rf"{_EXTENSION}?"
)
_LOCAL = re.compile(
    rf"{_CALL}[^\d，。；！？\n]{{0,8}}(?P<n>{_BARE})"
    rf"|(?:{_DIAL})(?P<d>{_BARE.replace('A-Za-z', '', 1)})"
    rf"|联系(?:人|方式)[^\d，。；！？\n]{{0,8}}[，,] {{0,2}}(?P<c>{_BARE})"
    rf"|(?P<m>{_BARE})[^\d，。；！？\n]{{0,3}}(?:电话|座机|固话)"
)
_NEXT = re.compile(rf"[（(]号码已隐去[）)][、/和或及 ]{{1,2}}(?P<n>{_BARE})")
# Passports and the like: what they are called tells them, a letter or two may stand before. A
# number of digits alone may be a count: of papers, where they are dealt with or are many.
_PAPER_NAME = (
    r"(?=[护通台回返旅居永军士警Pp])(?:护照|通行证|台胞证|[回返]乡证|旅行证|居留证|居住证|永居证|军官证"
    r"|士兵证|警官证|(?<![A-Za-z])(?:[Pp]assport|PASSPORT)(?![A-Za-z]))"
)
_PAPER_NO = r"(?:(?:[Nn][Oo]|[Nn]umber|NUMBER)(?![A-Za-z])[.:： ]{0,3})?"
_MANY = r"(?! ?(?:[件份本册枚宗笔次人户名个余多万亿%]|张(?!某|[一-鿿]{1,2}(?:先生|女士))))"
_PAPER = re.compile(
    rf"{_PAPER_NAME}(?:[^\dA-Za-z，。；\n]{{0,8}}{_PAPER_NO}"
    rf"(?P<n>[A-Za-z]{{1,3}} ?\d{{7,12}}[A-Za-z]?)"
    rf"|[^\dA-Za-z，。；\n办量共计点]{{0,8}}{_PAPER_NO}"
    rf"(?!{_DAY})(?P<m>\d{{7,12}}[A-Za-z]?)(?!\d){_MANY}){_NO_SUM}(?![A-Za-z\d])"
)
_KINDS = (("证件号", _IDENTITY), ("证件号", _PAPER), ("银行卡号", _CARD), ("手机号", _MOBILE),
          ("固定电话", _LANDLINE), ("港澳台电话", _FAR), ("固定电话", _LOCAL),
          ("固定电话", _NEXT))  # fmt: skip
# A number straight after such a word is an office's or a firm's own; 身份证编号 is a person's.
_NO_PERSON = (
    r"(?<!身份)(?<!身份证)(?<!证件)(?<!账户)(?<!帐户)(?<!账号)(?<!银行卡)(?<!卡)"
    r"(?<!护照)(?<![行胞乡住留居官兵]证)"
)
_SERIAL = r"A-Za-z\d〔〕\[\]_\-"
_OPEN = r"[ :：为是#(\"'“‘「『【]{0,4}"
_NUMBERED = re.compile(
    rf"(?=[一-鿿])(?P<word>{_NO_PERSON}(?:编号|编码|代码|识别号|[单文案税票据批]号|(?<!证)件号"
    r"|(?:合同|协议|流水|受理|工单|备案|登记|注册|凭证|许可证|执照|产权证|证书|批准|项目"
    r"|申报|业务|公告|准考证)号|发票|缴款书(?:号(?!码))?|交易流水|(?<![账帐开])户号(?!码)"
    rf")(?P<code>号?码|代码)?){_OPEN}"
    rf"(?:(?P<first>[{_SERIAL}]{{6,32}}+)[)\"'”’」』】]? ?[、，,和及与]{_OPEN})?"
    rf"(?P<head>[{_SERIAL}]{{0,24}})$"
)
_NEAR = 80  # characters before a number in which such a word stands
_CLOSE = 8  # and a word of money
# A person may stand behind these: by an identity number there, or by a telephone.
_OF_TAXPAYERS = ("识别号", "识别号码", "税号", "代码", "注册号", "注册号码")
_OF_PAPERS = ("单号码", "票号码", "流水号码", "发票号码", "缴款书号码")
_MONEY = re.compile(r"(?:[¥￥]|人民币)[ :：]{0,2}$")
_AMOUNT = re.compile(r"(?:余额|入账|金额|面积|退还|退费|支付)[ :：为是]{0,3}$")
_LONGEST_AMOUNT = 13
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_BORN = re.compile(rf"[1-8]\d{{5}}(?:19|20)\d{{2}}{_MONTH_DAY.format('')}\d{{3}}")
# Digits as they are said and as they stand on cheques: one sign for one digit.
_SAID = str.maketrans(
    "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖貳參陸", "001234567891123456789236"
)
_SIGNS = str.maketrans({**WIDE, **_SAID})
_SPOKEN = "".join(map(chr, _SAID))
# Seven digits near each other: where there are none, nothing else need be looked for.
_BETWEEN = r"[\s\u200b-\u200d\u2060\ufeff.．·\-－–—/*_＿()（）]{0,4}"
_PLAIN_RUN = re.compile(rf"[0-9０-９](?:{_BETWEEN}[0-9０-９]){{6}}")
_SPOKEN_RUN = re.compile(rf"[0-9０-９{_SPOKEN}](?:{_BETWEEN}[0-9０-９{_SPOKEN}]){{6}}")
_SPOKEN_ONE = re.compile(f"[{_SPOKEN}]")


def without_personal_numbers(text: str) -> str:
    """Return `text` without the numbers of persons somebody typed: telephones, papers, cards.

    They are found in Chinese signs too (一三八…, 壹叁捌…). Sums, days, official numbers and lines
    of few digits (12345) stay.
    """
    return _without_numbers(text)[0]


def without_personal_words(text: str, *, own: str = "") -> str:
    """Return `text` without personal numbers, mail addresses, chat accounts and homes.

    `own`, the office's contact, stays.
    """
    parts = text.split(own) if own else [text]
    return own.join(without_places(without_personal_numbers(one)) for one in parts)


def personal_kinds(text: str) -> list[str]:
    """Return what is personal in `text`, in Chinese: 证件号, 手机号, 邮箱地址, 住址 and others."""
    left, found = _without_numbers(text)
    return [*dict.fromkeys(found), *(name for name, _, _ in places(left))]


def _without_numbers(text: str) -> tuple[str, list[str]]:
    """Return a text without personal numbers, and which kinds there were.

    They are looked for in the digits first: 之一 before a number is no digit of it.
    """
    kinds: list[str] = []
    if _PLAIN_RUN.search(text):
        text, kinds = _hidden(text, text.translate(WIDE))
    if any(_SPOKEN_ONE.search(run[0]) for run in _SPOKEN_RUN.finditer(text)):
        text, more = _hidden(text, text.translate(_SIGNS))
        kinds += more
    return text, kinds


def _hidden(text: str, seen: str) -> tuple[str, list[str]]:
    """Return a text without its personal numbers; `seen` is the same with one sign a digit."""
    kinds = []
    for name, pattern in _KINDS:
        while spans := [_span(one) for one in pattern.finditer(seen) if not _harmless(seen, one)]:
            for begin, end in reversed(spans):
                text = text[:begin] + HIDDEN_NUMBER + text[end:]
                seen = seen[:begin] + HIDDEN_NUMBER + seen[end:]
            kinds.append(name)
    return text, kinds


def _span(found: re.Match[str]) -> tuple[int, int]:
    return found.span(found.lastgroup or 0)


def _harmless(seen: str, found: re.Match[str]) -> bool:
    begin, end = _span(found)
    before = seen[max(0, begin - _NEAR) : begin]
    return _is_sum(before[-_CLOSE:], found) or _official(before, seen[begin:end])


def _is_sum(before: str, found: re.Match[str]) -> bool:
    """Return whether a sign or word of money stands straight before a number.

    Such a word tells only of a number that nothing but a word beside it made personal.
    """
    begin, end = _span(found)
    if _MONEY.search(before):
        return True
    return bool(found.lastgroup) and end - begin <= _LONGEST_AMOUNT and bool(_AMOUNT.search(before))


def _official(before: str, number: str) -> bool:
    """Return whether a number stands straight after a word that makes it an office's or a firm's.

    A person's number as a taxpayer is that of his identity card, 登记号码 may be his telephone.
    """
    word = _NUMBERED.search(before)
    if word is None or (word["first"] and not _goes_on(word, number)):
        return False
    if word["word"].endswith(_OF_TAXPAYERS) and _is_identity(number):
        return False
    ends = word["word"].endswith
    return not ends("号码") or ends(_OF_PAPERS) or not _is_telephone(number)


def _goes_on(word: re.Match[str], number: str) -> bool:
    """Return whether a number is the next of a list: as long as the one before, no telephone."""
    signs = [len(re.sub(r"[^A-Za-z\d]", "", one)) for one in (word["first"], word["head"] + number)]
    return signs[0] == signs[1] and not _is_telephone(number)


def _is_telephone(number: str) -> bool:
    return any(one.fullmatch(number) for one in (_MOBILE, _LANDLINE))


def _is_identity(number: str) -> bool:
    """Return whether an identity number is one by its form: a day of birth and its check digit."""
    digits = re.sub(r"\D", "", number[:-1])
    if not _BORN.fullmatch(digits):
        return False
    total = sum(weight * int(one) for weight, one in zip(_WEIGHTS, digits, strict=True))
    return number[-1].upper() == _CHECKS[total % len(_CHECKS)]
