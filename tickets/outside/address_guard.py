"""Which addresses may be sent to: the public ones, and private networks that a setting names.

Whoever registers an endpoint could otherwise make this machine ask its own neighbours. An address
is checked when it is connected to, and that very address is used: a name cannot change in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from urllib.parse import SplitResult, urlsplit

from runtime.errors import ConfigurationError, InvalidError
from tickets.outside import name_lookup
from tickets.outside.name_lookup import Address

Network = IPv4Network | IPv6Network
LONGEST_URL = 2_000
PORTS = {"https": 443, "http": 80}
TRANSLATED = ip_network("64:ff9b::/96")
"""IPv6 addresses that a gateway turns into the IPv4 address in their last bits."""
SETTING = "HEARTHWATCH_WEBHOOK_NETWORKS"


class RefusedAddressError(InvalidError):
    """An address that we do not send to."""

    title = "Address refused"


@dataclass(frozen=True)
class Target:
    """Where a URL leads, before its name is looked up."""

    host: str
    port: int
    plain: bool
    """Without TLS."""


@dataclass(frozen=True)
class Guard:
    """What may be sent to beside public addresses by https."""

    networks: tuple[Network, ...] = ()
    """Private networks that are ours on purpose; there http will do too."""

    @classmethod
    def parse(cls, names: Sequence[str]) -> Guard:
        """From networks such as `10.20.0.0/16`; ConfigurationError for what is none."""
        try:
            return cls(tuple(ip_network(name) for name in names))
        except ValueError as error:
            raise ConfigurationError(
                f"{SETTING}: {error}", hint="name networks such as 10.20.0.0/16"
            ) from error

    def check(self, url: str) -> None:
        """Raise InvalidError unless `url` can be sent to as its name stands now."""
        target = target_of(url)
        self.addresses(target.host, target.port, plain=target.plain)

    def addresses(self, host: str, port: int, *, plain: bool) -> list[str]:
        """Where to connect to for a host; RefusedAddressError if any of it is not allowed."""
        found = name_lookup.look_up(host, port)
        for address in found:
            self._check_address(address, host, plain=plain)
        return [str(address) for address in found]

    def _check_address(self, address: Address, host: str, *, plain: bool) -> None:
        meant = _meant(address)
        if any(meant in network for network in self.networks):
            return
        shown = host if host == str(address) else f"{host} ({address})"
        if not is_public(meant):
            raise RefusedAddressError(
                f"{shown} is no public address",
                hint=f"give a public one, or name its network in {SETTING}",
            )
        if plain:
            raise RefusedAddressError(f"{shown} would be sent to without TLS", hint="use https")


def target_of(url: str) -> Target:
    """Where a URL leads; InvalidError for one that cannot be a webhook's."""
    parts = _split(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise InvalidError(f"{url!r} is no address of a webhook", hint="it begins with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidError(
            "the address holds a password or a fragment", hint="send a password as a header"
        )
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise InvalidError(f"{url!r} has an impossible port") from error
    return Target(parts.hostname, port, plain=parts.scheme == "http")


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidError(
            f"an address has at most {LONGEST_URL} printable ASCII characters and no spaces",
            hint="write other characters percent-encoded, and other names in their xn-- form",
        )
    try:
        return urlsplit(url)
    except ValueError as error:
        raise InvalidError(f"{url!r} is no address: {error}") from error


def is_public(address: Address) -> bool:
    """Whether an address is anybody's on the internet, and nobody's in particular."""
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    inner = next(_inner(address), None)
    return address if inner is None else inner


def _inner(address: IPv6Address) -> Iterator[IPv4Address]:
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield address.teredo[1]
    if address in TRANSLATED:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
