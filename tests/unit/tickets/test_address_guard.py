"""Webhooks lead to public addresses by https, and to private networks that a setting names."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import ConfigurationError, InvalidError
from tickets.outside.address_guard import Guard, RefusedAddressError, is_public

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",  # noqa: S104 - refused, not listened on
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fd00::1]",
    "[ff02::1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[2002:7f00:1::]",
    "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
)  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_that_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="no public address"):
        Guard().check(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["93.184.215.14", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]"])
def test_a_public_address_by_https_is_fine_and_by_http_is_not(host: str) -> None:
    Guard().check(f"https://{host}/hook")
    with pytest.raises(RefusedAddressError, match="without TLS"):
        Guard().check(f"http://{host}/hook")


def test_a_named_network_may_be_private_and_plain_and_no_other_may() -> None:
    guard = Guard.parse(["10.20.0.0/16"])
    guard.check("http://10.20.1.1:8080/hook")
    guard.check("http://[::ffff:10.20.1.1]/hook")
    with pytest.raises(RefusedAddressError, match="HEARTHWATCH_WEBHOOK_NETWORKS"):
        guard.check("http://10.21.1.1/hook")


def test_a_name_of_which_one_address_is_private_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: told)
    with pytest.raises(RefusedAddressError, match=r"two-faced\.test \(10\.0\.0\.1\)"):
        Guard().check("https://two-faced.test/hook")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/", "no address of a webhook"),
        ("https:///path", "no address of a webhook"),
        ("file:///etc/passwd", "no address of a webhook"),
        ("https://user:secret@example.com/", "password"),
        ("https://example.com/#part", "fragment"),
        ("https://example.com:99999/", "impossible port"),
        ("https://exa mple.com/", "spaces"),
        ("https://例子.测试/", "ASCII"),
        ("https://[::1/", "no address"),
        (f"https://example.com/{'x' * 2000}", "at most"),
    ],
)
def test_what_can_be_no_webhooks_address_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(InvalidError, match=why):
        Guard().check(url)


def test_a_setting_that_is_no_network_is_told_at_start() -> None:
    with pytest.raises(ConfigurationError, match="HEARTHWATCH_WEBHOOK_NETWORKS"):
        Guard.parse(["10.0.0.1/8"])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_any_dress_is_judged_alike(address: object) -> None:
    plain = ip_address(str(address))
    for dressed in (f"::ffff:{plain}", f"64:ff9b::{plain}"):
        with_guard = _allowed(f"[{dressed}]")
        assert with_guard == _allowed(str(plain)) == is_public(plain)


def _allowed(host: str) -> bool:
    try:
        Guard().check(f"https://{host}/")
    except RefusedAddressError:
        return False
    return True
