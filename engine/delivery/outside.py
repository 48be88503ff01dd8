"""Which addresses a webhook may go to: never into the house's own network by accident or malice.

An administrator types the address, but whoever runs its name server decides where it leads, and may
decide anew each time (DNS rebinding). So a name is resolved once, every answer is checked, and the
connection is made to the address that was checked.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from engine.errors import PermanentDeliveryError, TemporaryDeliveryError
from engine.settings import load_settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
SCHEMES = {"http": 80, "https": 443}
LONGEST = 500
NAT64 = IPv6Network("64:ff9b::/96")
IPV4_INSIDE = IPv6Network("::/96")
# Not private by the book, and yet nobody's: benchmarks, tunnels, relays, documentation.
NEVER: tuple[Network, ...] = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "240.0.0.0/4", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
        "3fff::/20", "5f00::/16", "fec0::/10",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """What an installation allows besides the public internet: networks, and which ports."""

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = field(default_factory=lambda: frozenset(SCHEMES.values()))

    @classmethod
    def of_settings(cls) -> "Policy":
        """Return the policy of this installation."""
        settings = load_settings()
        networks = tuple(ip_network(one) for one in settings.webhook_networks)
        return cls(networks, frozenset(settings.webhook_ports))


@dataclass(frozen=True)
class Target:
    """An address taken apart: `path` begins with a slash and carries the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """Return the host as the Host header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == SCHEMES[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, policy: Policy) -> Target:
    """Return an address taken apart, checked as far as it can be without asking a name server.

    Raises:
        PermanentDeliveryError: says what is wrong with it.
    """
    _check_characters(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        message = "地址写法不对，应如 https://example.gov.cn/hotline/events。"
        raise PermanentDeliveryError(message) from error
    _check_parts(parts)
    target = Target(
        parts.scheme, parts.hostname or "", port or SCHEMES[parts.scheme],
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )  # fmt: skip
    if target.port not in policy.ports:
        allowed = "、".join(str(one) for one in sorted(policy.ports))
        message = f"端口 {target.port} 不在允许之列（{allowed}；设置 HOTLINE_WEBHOOK_PORTS）。"
        raise PermanentDeliveryError(message)
    _check_literal(target.host, policy)
    return target


def _check_characters(url: str) -> None:
    if not url or len(url) > LONGEST:
        message = f"请写推送地址，最长 {LONGEST} 个字符。"
        raise PermanentDeliveryError(message)
    if not url.isascii() or not url.isprintable() or any(one in url for one in ' \\"<>'):
        message = "地址含有空格、中文或控制字符；中文域名请写成 xn-- 开头的形式。"
        raise PermanentDeliveryError(message)


def _check_parts(parts: SplitResult) -> None:
    if parts.scheme not in SCHEMES or not parts.hostname:
        message = "地址须以 https:// 或 http:// 开头，并写明主机名。"
        raise PermanentDeliveryError(message)
    if "@" in parts.netloc or parts.fragment:
        message = "地址里不能有账号、密码或 # 之后的部分；身份由签名证明。"
        raise PermanentDeliveryError(message)


def _check_literal(host: str, policy: Policy) -> None:
    """Refuse at once what needs no name server to be refused."""
    try:
        found = str(ip_address("127.0.0.1" if host == "localhost" else host))
    except ValueError:
        try:
            found = socket.inet_ntoa(socket.inet_aton(host))  # 2130706433, 0x7f.1: also 127.0.0.1
        except OSError:
            return
    check_permitted([found], policy)


def addresses_of(target: Target, policy: Policy, resolve: Resolve) -> str:
    """Return the IP address to connect to, after every address of the name was checked.

    Raises:
        TemporaryDeliveryError: the name cannot be resolved now.
        PermanentDeliveryError: an address is not permitted.
    """
    try:
        found = resolve(target.host, target.port)
    except (OSError, UnicodeError) as error:
        message = f"域名 {target.host} 解析不了。"
        raise TemporaryDeliveryError(message) from error
    if not found:
        message = f"域名 {target.host} 没有地址。"
        raise TemporaryDeliveryError(message)
    check_permitted(found, policy)
    return found[0]


def resolve_name(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def check_permitted(addresses: Sequence[str], policy: Policy) -> None:
    """Refuse when any of the addresses is one that nothing may be sent to.

    Raises:
        PermanentDeliveryError: names the address and the setting that would allow it.
    """
    for one in addresses:
        if not is_permitted(ip_address(one), policy):
            message = (
                f"地址 {one} 属于内部或特殊网络，不能推送；"
                "确属对方系统的，请由运维写入 HOTLINE_WEBHOOK_NETWORKS。"
            )
            raise PermanentDeliveryError(message)


def is_permitted(address: Address, policy: Policy) -> bool:
    """Return whether something may be sent to an address: public, or allowed by name."""
    real = _unwrapped(address)
    if _within(real, policy.networks):
        return True
    odd = real.is_multicast or real.is_reserved or real.is_unspecified or real.is_loopback
    return real.is_global and not odd and not _within(real, NEVER)


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == one.version and address in one for one in networks)


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64 or (address in IPV4_INSIDE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
