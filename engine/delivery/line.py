"""A line to one receiver of webhooks: posts one body after another, each within its time.

No redirect is followed, no proxy of the environment is asked, nothing of an answer is kept but its
status and what Retry-After says. A connection goes to the address that was checked, and stays for
as long as the line; certificates are checked against the name.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from engine.delivery.outside import Policy, Resolve, addresses_of, resolve_name, target_of
from engine.errors import DeliveryError
from engine.settings import load_settings

LARGEST_ANSWER = 64_000
SENDER = "hotline-12345-webhooks/1"
LONGEST_RETRY_AFTER = timedelta(days=1)
CONNECTING = 0.6  # of the whole time, so that "not reached" and "no answer" stay apart


@dataclass(frozen=True)
class Reply:
    """What came of one attempt: the status, or why there is none.

    `reached` tells whether a server was connected to at all.
    """

    status: int | None
    error: str
    ms: int
    reached: bool
    retry_after: timedelta | None = None

    @property
    def taken(self) -> bool:
        """Return whether the receiver took it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


class Line:
    """A line to the receiver at `url`; use it in a `with` block, from one thread."""

    def __init__(
        self, url: str, longest: timedelta, policy: Policy | None = None,
        resolve: Resolve = resolve_name,
    ) -> None:  # fmt: skip
        """Keep where to; nothing is asked or opened before the first post."""
        self._url, self._seconds, self._resolve = url, longest.total_seconds(), resolve
        self._policy = policy if policy is not None else Policy.of_settings()
        self._pinned: tuple[str, str, str] | None = None

    def __enter__(self) -> Self:
        """Open the line."""
        self._runner = asyncio.Runner()
        self._client = httpx2.AsyncClient(
            verify=trust(load_settings().webhook_ca_file), trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(self._seconds, connect=self._seconds * CONNECTING),
        )  # fmt: skip
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def post(self, body: bytes, headers: dict[str, str], now: datetime) -> Reply:
        """Post a body and return what came of it; whatever a receiver does, nothing is raised."""
        begun = time.monotonic()

        def reply(status: int | None, error: str, *, reached: bool, after: str = "") -> Reply:
            ms = round((time.monotonic() - begun) * 1000)
            return Reply(status, error[:300], ms, reached, _seconds(after, now))

        try:
            url, host, name = self._target()
            sent = {**headers, "Host": host, "User-Agent": SENDER, "Accept-Encoding": "identity"}
            status, after = self._runner.run(self._post(url, name, body, sent))
        except DeliveryError as error:
            return reply(None, str(error), reached=False)
        except (TimeoutError, httpx2.TimeoutException, httpx2.TransportError, OSError) as error:
            return reply(None, _words(error, self._seconds), reached=not _is_unreached(error))
        except (httpx2.HTTPError, ValueError) as error:
            return reply(None, f"回答不合 HTTP（{type(error).__name__}）", reached=True)
        return reply(status, "" if status < 300 else _status(status), reached=True, after=after)  # noqa: PLR2004

    def _target(self) -> tuple[str, str, str]:
        """Return the URL by number, the Host header and the certificate's name: resolved once."""
        if self._pinned is None:
            target = target_of(self._url, self._policy)
            address = addresses_of(target, self._policy, self._resolve)
            number = f"[{address}]" if ":" in address else address
            url = f"{target.scheme}://{number}:{target.port}{target.path}"
            self._pinned = (url, target.named, target.host)
        return self._pinned

    async def _post(
        self, url: str, name: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str]:
        """Return status and Retry-After; the limit is on the whole, not on each byte."""
        named = {"sni_hostname": name} if url.startswith("https:") else {}
        async with (
            asyncio.timeout(self._seconds),
            self._client.stream(
                "POST", url, content=body, headers=headers, extensions=named
            ) as got,
        ):
            await _drain(got)
            return got.status_code, got.headers.get("retry-after", "")


async def _drain(answer: httpx2.Response) -> None:
    """Read a short answer away, so that the connection can be used again."""
    size = 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > LARGEST_ANSWER:
            return


@cache
def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return whose certificates are believed: the public ones, and the site's own authority."""
    context = httpx2.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _is_unreached(error: Exception) -> bool:
    return isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)


def _words(error: Exception, seconds: float) -> str:
    cause = error.__cause__ or error
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return f"{seconds:g} 秒内没有回答"
    if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "对方证书不可信或与域名不符"
    if isinstance(error, httpx2.ConnectError):
        return "连不上对方（拒绝连接、网络不通或加密握手失败）"
    return f"连接中断（{type(error).__name__}）"


def _status(status: int) -> str:
    if status < 400:  # noqa: PLR2004
        return f"对方回答 {status}：不跟随跳转，请改用最终地址"
    return f"对方回答 {status}"


def _seconds(text: str, now: datetime) -> timedelta | None:
    """Return what Retry-After asks for, in seconds or as a date; a day at most, or nothing."""
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max(until - now, timedelta()), LONGEST_RETRY_AFTER)
