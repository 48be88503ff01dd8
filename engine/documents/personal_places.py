"""Where a person is found (住址、邮箱、微信、QQ): in somebody's words, however typed.

A home is hidden from its house on. Where a business has its door is the matter itself, and stays.
"""

import re

from engine.documents.home_addresses import HOUSE
from engine.documents.typed_signs import WIDE

HIDDEN_NUMBER = "（号码已隐去）"
HIDDEN_ADDRESS = "（邮箱已隐去）"
HIDDEN_DWELLING = "（住址已隐去）"
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9_.+\-])[A-Za-z0-9_.+\-]++@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"
)
_ROOM = r"[\dA-Za-z〇零一二三四五六七八九十]"
_FIRM = ("司", "企业", "经营", "登记", "注册", "主体", "法定", "个体户", "商户", "厂", "店", "单位",
         "机构", "商家", "厂家", "门市", "铺", "馆")  # fmt: skip
_NO_FIRM = "".join(f"(?<!{one})(?<!{one}的)" for one in _FIRM)
_HOME = (
    rf"(?:家住(?!址)|(?=住在){_NO_FIRM}(?<!入)住在|[暂租现]住(?!址|证|房公积|建|户)|居住[于在]|居住地(?!块)"
    r"|常住(?![人户宿院房宅建])|家庭(?:住址|地址)|户(?:籍|口)(?:(?:所在)?地|地址|住址|(?=[ :：]))"
    r"|身份证上?的?地址"
    r"|(?<![记抓])住处(?![罚理于])|(?<![发出实])现居(?![委民家])"
    r"|(?:(?<=[我他她的生士老，。；：、\s])|^)家在)"
)
_NO_ACT = r"(?!变更|登记|证明|使用|申报|承诺|托管|[(/、或和]?(?:主要)?经营场所)"
_SEAT = rf"(?=住[址所]){_NO_FIRM}住[址所]{_NO_ACT}"  # a person's, unless it is a firm's
_LIVES = (  # 住 itself, where it is no part of another word
    r"(?=住)(?:(?<=[我他她也均前某三四人生士(，。；：、\s])|^)住(?![址所处房宅建户院宿改保人])"
)
_WORDS = r"[^，。；！？\n]{0,40}?"
_FLAT = (
    r"(?:(?<!\d)\d{1,3}-\d{1,2}-\d{3,4}(?![\d\-])室?"
    r"|(?<![\d\-.])\d{1,2}(?:-|#[楼栋]?-?)\d{3,4}(?![\d\-.]| ?[元米人平㎡万个家年月天])室?"
    rf"|{_ROOM}{{1,5}} ?(?:栋|幢|(?<=[A-Za-z\d])座|号楼|单元|室)"
    rf"(?:[ \-]?{_ROOM}{{1,5}} ?(?:栋|单元|楼|层|室|号|房|户)?)*)"
)
# 住所 is what the law calls the seat of a firm: only a flat further on is hidden there.
_DWELLING = re.compile(
    rf"(?=[家住暂租现常居户身])(?:(?:{_HOME}{_WORDS}，?|(?:{_SEAT}|{_LIVES}){_WORDS})(?P<n>{_FLAT})"
    rf"|(?:{_HOME}|户[籍口](?=[为在是])|(?=住址){_SEAT}|{_LIVES}){HOUSE})"
)
_OPEN = r"[ :：是为(\"“「]{0,3}"
_NO_BILL = "".join(  # wx1234567890 after such a word is the number of what was paid
    f"(?<!{word}{mark})" for mark in ("", "[:： 为]")
    for word in ("[订账运]单", "[单水易费款证编据]号", "缴[费款]", "凭证", "支付")
)  # fmt: skip
_IN_TWO = r"[A-Za-z]{2,10} [A-Za-z]{1,10}\d{1,6}(?![A-Za-z\d.(])"
_CHAT = re.compile(
    rf"(?:微信|[Vv]信|(?<![A-Za-z])(?:[Ww][Ee][Cc][Hh][Aa][Tt]|{_NO_BILL}[WwVv][Xx]))"
    rf"(?:(?: ?账?号码?| ?[Ii][Dd]|(?=[ :：是为(\"“「])){_OPEN}|(?=[A-Za-z]*[\d_\-(]))"
    rf"(?P<n>(?:(?<=[:：号])|(?<=[:：号] )){_IN_TWO}"
    r"|[A-Za-z_][A-Za-z\d_\-]{0,19}\(号码已隐去\)"  # a telephone's number after letters
    r"|[A-Za-z_][A-Za-z\d_\-]{5,19}(?![A-Za-z\d(])|[1-9]\d{4,11}(?![A-Za-z\d]))"
    rf"|(?:(?<![A-Za-z])[Qq] ?[Qq]|扣扣)(?: ?账?号码?)?{_OPEN}"
    r"(?P<q>[1-9]\d{4,10}(?!\d)|[1-9]\d{2,4} \d{3,5}(?: \d{1,4})?(?! ?[\d元万个人年次]))"
)
_PLACES = (("邮箱地址", HIDDEN_ADDRESS, _ADDRESS), ("住址", HIDDEN_DWELLING, _DWELLING),
           ("微信或QQ号", HIDDEN_NUMBER, _CHAT))  # fmt: skip
# Where none of these words stands, in small letters, nothing else need be looked for.
_TOLD_BY = ("住", "@", "＠", "家庭地址", "户籍", "户口", "身份证", "现居", "家在", "微信", "扣扣",
            "qq", "q q", "wx", "vx", "v信", "wechat", "ｑｑ", "ｗｘ", "ｖｘ", "ｖ信",
            "ｗｅｃｈａｔ")  # fmt: skip


def places(text: str) -> list[tuple[str, str, re.Pattern[str]]]:
    """Return what kinds of places stand in a text: name, what is written instead, how found."""
    small = text.lower()
    if not any(word in small for word in _TOLD_BY):
        return []
    seen = text.translate(WIDE)
    return [one for one in _PLACES if one[2].search(seen)]


def without_places(text: str) -> str:
    """Return a text without mail addresses, chat accounts and where somebody lives."""
    for _, instead, pattern in places(text):
        for found in reversed([*pattern.finditer(text.translate(WIDE))]):
            begin, end = found.span(found.lastgroup or 0)
            text = text[:begin] + instead + text[end:]
    return text
