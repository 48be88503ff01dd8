"""A browser without a screen: signs in, follows links, fills in forms with their tokens."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient
from freezegun import freeze_time

from api.main import create_app
from engine.actions.setup import DEMO_PASSWORD
from engine.settings import load_settings
from engine.store.database import Database
from tests.builders import moment
from tests.conftest import make_signing_in_cheap

HOST = "http://hotline.test"
NOW = "Tue 2026-11-24 10:00"


class Browser:
    """Somebody at a desk; keeps cookies and the token of the page last seen."""

    def __init__(self) -> None:
        self.client = TestClient(create_app(), base_url=HOST, follow_redirects=False)
        self.waiting = ""  # what signing in led to, until somebody looks at it
        self.seen = ""

    @property
    def page(self) -> str:
        """The page last seen; the first after signing in is asked for when it is looked at."""
        if self.waiting:
            self.get(self.waiting)
        return self.seen

    @page.setter
    def page(self, text: str) -> None:
        self.waiting, self.seen = "", text

    def get(self, path, follow=True):
        self.waiting = ""
        answer = self.client.get(path)
        if follow and answer.status_code == 303:
            return self.get(answer.headers["location"])
        self.seen = answer.text if "html" in answer.headers.get("content-type", "") else self.seen
        return answer

    def hidden(self, name):
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return unescape(found[1]) if found else ""

    def post(self, path, fields=None, *, origin=HOST, follow=True, **more):
        filled = {
            "csrf": self.hidden("csrf"),
            "seen": self.hidden("seen"),
            **(fields or {}),
            **more,
        }
        headers = {"origin": origin} if origin else {}
        answer = self.client.post(path, data=filled, headers=headers)
        if follow and answer.status_code == 303:
            return self.get(answer.headers["location"])
        self.seen = answer.text
        return answer

    def submit(self, path, **fields):
        """Open the page of a form and send it, as a person would; or as one with an old page."""
        self.get(path)
        version = self.hidden("version") or "".join(re.findall(r"/news\?seen=(\d+)", self.page)[:1])
        return self.post(path, version=version, **fields)

    def sign_in(self, who, wanted="/", password=DEMO_PASSWORD, *, follow=True):
        self.get(f"/login?next={wanted}")
        fields = {"token": self.hidden("token"), "next": self.hidden("next")}
        return self.post("/login", fields, username=who, password=password, follow=follow)


@pytest.fixture
def frozen() -> Iterator[None]:
    """Stand at one moment of an ordinary Tuesday."""
    with freeze_time(moment(NOW)):
        yield


@pytest.fixture
def browser(database: Database, frozen: None) -> Browser:
    """Return a browser nobody has signed in with."""
    return Browser()


@pytest.fixture
def as_(database: Database, frozen: None):
    """Return how to sit down at a desk as somebody.

    Where nothing is demonstrated the demonstration's password opens nothing.
    """

    def sit(who: str) -> Browser:
        made = Browser()
        shown = load_settings().demo_data
        password = DEMO_PASSWORD if shown else make_signing_in_cheap("not-everybody's-own")
        answer = made.sign_in(who, password=password, follow=False)
        assert answer.status_code == 303
        made.waiting = answer.headers["location"]
        return made

    return sit


# Selenium is imported where it is used: the quick suite opens no browser.
@pytest.fixture
def site(database: Database) -> Iterator[str]:
    """Serve the desks under a plain-HTTP name that is not localhost."""
    from tests.pages.screens import free_port, serving

    with serving(database, free_port()) as address:
        yield address


@pytest.fixture
def screen(site: str):
    """Open a browser as wide as an operator's screen."""
    from tests.pages.screens import chromium

    with chromium(1366, 768) as made:
        yield made


@pytest.fixture
def phone(site: str):
    """Open a browser as small as a telephone."""
    from tests.pages.screens import chromium

    with chromium(390, 844) as made:
        yield made
