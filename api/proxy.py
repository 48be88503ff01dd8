"""Who really called: what a proxy says of the caller is believed only where the proxy is trusted.

`X-Forwarded-For` is written by anybody. It is read from its end, past the proxies this installation
trusts (HOTLINE_TRUSTED_PROXIES), and no further: what stands before is the caller's own tale.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from engine.settings import load_settings

SCHEMES = ("http", "https")


def behind_proxy(scope: Scope) -> None:
    """Write into a request's scope who really called, and by which scheme."""
    peer = scope.get("client")
    trusted = load_settings().trusted_proxies
    if not trusted or peer is None or not _is_trusted(peer[0], trusted):
        return
    headers = Headers(scope=scope)
    chain = ",".join(headers.getlist("x-forwarded-for")).split(",")
    caller = real_caller([one.strip() for one in chain if one.strip()], peer[0], trusted)
    scope["client"] = (caller, 0)
    scheme = headers.get("x-forwarded-proto", "").lower()
    if scheme in SCHEMES:
        scope["scheme"] = scheme


def real_caller(chain: list[str], peer: str, trusted: tuple[str, ...]) -> str:
    """Return the last address of a chain that is no trusted proxy; what is no address ends it."""
    caller = peer
    for one in reversed(chain):
        found = _address(one)
        if found is None:
            return caller
        caller = str(found)
        if not _is_trusted(caller, trusted):
            return caller
    return caller


@lru_cache(maxsize=1024)
def _is_trusted(text: str, trusted: tuple[str, ...]) -> bool:
    found = _address(text)
    if found is None:
        return False
    networks = [ip_network(one) for one in trusted]
    return any(found.version == one.version and found in one for one in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address, in the form of IPv4 where it is one; nothing for what is none."""
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
