"""Which characters say nothing (看不见的字符), and which cannot be kept."""

from itertools import islice

# What has no width, or is as blank as a space though it is called a letter.
WIDTHLESS = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c"
    "\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u2800\u3164\ufeff\uffa0"
)
SPACES = "".join(one for one in map(chr, range(0x3001)) if one.isspace())
AROUND = WIDTHLESS + SPACES
CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
SAYS_NOTHING = frozenset(AROUND + CONTROLS)
NUL = "含有不能保存的字符（NUL），请删去后再填。"
HALF = "含有不能保存的字符（不完整的 Unicode 字符），请用 UTF-8。"


def tidied(text: str) -> str:
    """Return a text without blanks around it, seen or not, and without what cannot be kept."""
    return text.replace("\x00", "").encode(errors="replace").decode().strip(AROUND)


def visible(text: str, many: int = 1) -> bool:
    """Return whether a text has that many characters that somebody can see."""
    seen = (one for one in text if one not in SAYS_NOTHING)
    return sum(1 for _ in islice(seen, many)) == many


def unstorable(text: str) -> str:
    """Return why PostgreSQL cannot keep a text; nothing where it can."""
    if "\x00" in text:
        return NUL
    try:
        text.encode()
    except UnicodeEncodeError:
        return HALF
    return ""
