"""Which language somebody reads the desks in: Chinese, or English once chosen by a link."""

from contextvars import ContextVar
from dataclasses import dataclass

from fastapi import Request, Response

COOKIE = "hotline_lang"
YEAR = 365 * 24 * 3600
LANGUAGES = {"zh": ("zh-CN", "中文"), "en": ("en", "English")}
SETTINGS = "/profile"


@dataclass(frozen=True)
class Language:
    """A language, and whether this very request chose it."""

    code: str = "zh"
    chosen: bool = False
    switch: str = f"{SETTINGS}?lang=en"

    @property
    def tag(self) -> str:
        """Return the language as HTML names it."""
        return LANGUAGES[self.code][0]

    @property
    def other(self) -> str:
        """Return what the other language calls itself."""
        return LANGUAGES[_other(self.code)][1]

    @property
    def other_tag(self) -> str:
        """Return the other language as HTML names it."""
        return LANGUAGES[_other(self.code)][0]


CHINESE = Language()
_spoken: ContextVar[Language] = ContextVar("language", default=CHINESE)


async def listen(request: Request) -> None:
    """Keep the language of a request for the length of it; a link chooses, a cookie remembers."""
    hear(request)


def hear(request: Request) -> None:
    """Keep the language of a request whose address leads nowhere, so that no route listened."""
    asked = request.query_params.get("lang", "")
    kept = request.cookies.get(COOKIE, "")
    code = next((one for one in (asked, kept) if one in LANGUAGES), "zh")
    _spoken.set(Language(code, asked in LANGUAGES, _switch(request, code)))


def _switch(request: Request, code: str) -> str:
    """Return the address of this page in the other language; of the settings after a form."""
    if request.method != "GET":
        return f"{SETTINGS}?lang={_other(code)}"
    there = request.url.include_query_params(lang=_other(code))
    return f"{there.path}?{there.query}"


def _other(code: str) -> str:
    return "zh" if code == "en" else "en"


def spoken() -> Language:
    """Return the language of the request that is being answered."""
    return _spoken.get()


def remember(response: Response) -> None:
    """Let the browser remember a language that was just chosen."""
    if spoken().chosen:
        response.set_cookie(COOKIE, spoken().code, max_age=YEAR, httponly=True, samesite="lax")
