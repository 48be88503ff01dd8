"""A real browser at a desk: a site on a plain-HTTP name, a screen, a telephone, fingers."""

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from sqlmodel import select

from api.main import create_app
from engine.actions.setup import DEMO_PASSWORD
from engine.models import Ticket
from engine.store.database import Database, connect, use, work

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--host-resolver-rules=MAP hotline.internal 127.0.0.1",
)  # fmt: skip
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver"),
]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(database: Database, port: int) -> Iterator[str]:
    """Serve the desks on a port; ends as a killed server does, without a farewell."""
    wide = use(connect(database.url, pool_size=5))
    config = uvicorn.Config(create_app(), host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://hotline.internal:{port}"
    server.force_exit = server.should_exit = True
    thread.join(10)
    wide.dispose()


@contextmanager
def chromium(width: int, height: int) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for one in (*QUIET, f"--window-size={width},{height}", f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(one)
    made = webdriver.Chrome(options=options, service=Service(DRIVER))
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    made.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield made
    made.quit()


def sign_in(browser, site, who, wanted="/"):
    browser.get(f"{site}/login?next={wanted}")
    until(browser, lambda: browser.switch_to.active_element.get_attribute("id") == "username")
    keys(browser, who, Keys.TAB, DEMO_PASSWORD, Keys.ENTER)
    until(browser, lambda: "/login" not in browser.current_url)


def keys(browser, *pressed):
    for one in pressed:
        browser.switch_to.active_element.send_keys(one)


def chord(browser, modifier, key):
    webdriver.ActionChains(browser).key_down(modifier).send_keys(key).key_up(modifier).perform()


REPLACED = "does not belong to the document"  # of a page that has just gone


def until(browser, what, seconds=30):
    """Wait for something; a page that is just being replaced is looked at again."""
    replaced = (StaleElementReferenceException,)
    waiting = WebDriverWait(browser, seconds, poll_frequency=0.05, ignored_exceptions=replaced)
    return waiting.until(lambda _: _unless_replaced(what))


def _unless_replaced(what):
    try:
        return what()
    except WebDriverException as error:
        if REPLACED in str(error):
            return False
        raise


def find(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def found(browser, selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def width_of(browser) -> int:
    """Return how wide the page is, which on a telephone must be no more than the telephone."""
    return browser.execute_script("return document.documentElement.scrollWidth")


def tickets():
    with work() as session:
        return session.exec(select(Ticket).order_by(Ticket.id)).all()
