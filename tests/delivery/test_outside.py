"""Webhooks never go into the house's own network, however an address is written."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.outside import (
    Policy,
    addresses_of,
    is_permitted,
    resolve_name,
    target_of,
)
from engine.errors import PermanentDeliveryError, TemporaryDeliveryError
from engine.settings import Settings

STRICT = Policy()
INSIDE = Policy(networks=(ip_network("10.20.0.0/16"), ip_network("fd00:1234::/32")))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.0.8", "192.0.2.1",
        "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
        "2001:db8::1", "2002:7f00:1::", "2001::1", "100::1", "3fff::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:0",
        "::127.0.0.1", "::a00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address):
    assert not is_permitted(ip_address(address), STRICT)


@pytest.mark.parametrize(
    "address", ["114.114.114.114", "8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_permitted(address):
    assert is_permitted(ip_address(address), STRICT)


def test_a_private_network_is_permitted_only_where_the_installation_names_it():
    assert is_permitted(ip_address("10.20.3.4"), INSIDE)
    assert is_permitted(ip_address("::ffff:10.20.3.4"), INSIDE)
    assert is_permitted(ip_address("fd00:1234::9"), INSIDE)
    assert not is_permitted(ip_address("10.21.0.1"), INSIDE)
    assert not is_permitted(ip_address("fd00:1235::9"), INSIDE)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_ipv4_address_in_ipv6_clothes_is_judged_as_what_it_is(address):
    mapped = IPv6Address(int(address) | 0xFFFF << 32)
    translated = IPv6Address(int(IPv6Network("64:ff9b::/96").network_address) | int(address))

    assert is_permitted(mapped, STRICT) == is_permitted(address, STRICT)
    assert is_permitted(translated, STRICT) == is_permitted(address, STRICT)


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_nothing_outside_global_unicast_is_permitted(address):
    if is_permitted(address, STRICT):
        public = [ip_network("2000::/3"), ip_network("64:ff9b::/96"), ip_network("::ffff:0:0/96"),
                  ip_network("::/96")]  # fmt: skip
        assert any(address in one for one in public)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "请写推送地址"),
        ("ftp://example.com/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("gopher://example.com/", "https://"),
        ("https:///path", "主机名"),
        ("example.com/hook", "https://"),
        ("https://user:secret@example.com/", "账号、密码"),
        ("https://example.com@127.0.0.1/", "账号、密码"),
        ("https://example.com/#part", "# 之后"),
        ("https://example.com:8000/", "端口 8000 不在允许之列"),
        ("https://example.com:22/", "端口 22"),
        ("https://example.com:99999/", "写法不对"),
        ("https://[::1/", "写法不对"),
        ("https://exa mple.com/", "空格"),
        ("https://example.com\\@127.0.0.1/", "空格"),
        ("https://example.com/\r\nX-Evil: 1", "空格"),
        ("https://热线.中国/", "xn--"),
        ("http://localhost/", "127.0.0.1 属于内部"),
        ("http://127.0.0.1/", "属于内部"),
        ("http://[::1]/", "属于内部"),
        ("http://[::ffff:10.0.0.1]/", "属于内部"),
        ("http://169.254.169.254/latest/meta-data/", "HOTLINE_WEBHOOK_NETWORKS"),
        ("https://example.com/" + "x" * 500, "最长"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_is_refused_with_the_reason(url, said):
    with pytest.raises(PermanentDeliveryError, match=said):
        target_of(url, STRICT)


def test_an_address_is_taken_apart():
    plain = target_of("https://Example.com/hook?a=1", STRICT)
    port = target_of("http://example.com:8080", Policy(ports=frozenset({8080})))

    assert (plain.host, plain.port, plain.path, plain.named) == (
        "example.com", 443, "/hook?a=1", "example.com",
    )  # fmt: skip
    assert (port.path, port.named) == ("/", "example.com:8080")
    assert target_of("https://[2400:3200::1]/", STRICT).named == "[2400:3200::1]"


@pytest.mark.parametrize("odd", ["http://2130706433/", "http://0x7f.1/", "http://017700000001/"])
def test_odd_ways_to_write_the_own_machine_are_refused_as_they_are_typed(odd):
    with pytest.raises(PermanentDeliveryError, match="内部或特殊网络"):
        target_of(odd, STRICT)


def test_one_private_answer_among_public_ones_refuses_the_name():
    target = target_of("https://example.com/", STRICT)

    with pytest.raises(PermanentDeliveryError, match=r"10\.0\.0\.1"):
        addresses_of(target, STRICT, lambda _host, _port: ["8.8.8.8", "10.0.0.1"])


def test_a_name_nobody_knows_is_tried_again_later():
    def unknown(_host, _port):
        raise OSError

    target = target_of("https://example.com/", STRICT)
    for resolve in (unknown, lambda _host, _port: []):
        with pytest.raises(TemporaryDeliveryError, match=r"example\.com"):
            addresses_of(target, STRICT, resolve)


def test_the_system_resolver_knows_the_own_machine():
    assert "127.0.0.1" in resolve_name("localhost", 80) or "::1" in resolve_name("localhost", 80)


def test_settings_read_lists_as_people_write_them(monkeypatch):
    monkeypatch.setenv("HOTLINE_WEBHOOK_NETWORKS", "10.20.0.0/16, 10.30.1.5/32")
    monkeypatch.setenv("HOTLINE_WEBHOOK_PORTS", "443 8443")

    settings = Settings()

    assert settings.webhook_networks == ("10.20.0.0/16", "10.30.1.5/32")
    assert settings.webhook_ports == (443, 8443)


def test_a_network_that_is_none_stops_the_start(monkeypatch):
    monkeypatch.setenv("HOTLINE_WEBHOOK_NETWORKS", "10.20.0.0/99")

    with pytest.raises(ValueError, match=r"10\.20\.0\.0/99"):
        Settings()
