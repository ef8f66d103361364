"""One request to another system: bounded in time and size, to a checked address, no redirects."""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpcore

from runtime.errors import HearthwatchError
from tickets.outside.address_guard import Guard, target_of

MOST_READ = 65_536
"""Bytes of an answer that are looked at."""
SHOWN = 300
"""Characters of a refusal that the log of attempts keeps."""
USER_AGENT = "Hearthwatch-Webhooks"


@dataclass(frozen=True)
class Request:
    """What is to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What came of it."""

    status: int | None
    """None where nothing was answered."""
    detail: str
    took_ms: int
    body: bytes = b""
    retry_after_s: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the other side says that it has it."""
        return (
            self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )


@dataclass(frozen=True)
class _Came:
    """An answer as it came."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


def send(request: Request, guard: Guard, timeout_s: float) -> Answer:
    """Send it and wait at most `timeout_s` for the whole answer; a failure is an answer too."""
    begun = time.monotonic()
    try:
        with _pool(request.url, guard, begun + timeout_s) as pool:
            came = _exchange(pool, request, timeout_s)
    except HearthwatchError as error:
        return Answer(None, str(error), _since(begun))
    except httpcore.TimeoutException:
        return Answer(None, f"no answer within {timeout_s:g} s", _since(begun))
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:SHOWN], _since(begun))
    return Answer(came.status, _detail(came), _since(begun), came.body, _retry_after(came))


def _pool(url: str, guard: Guard, until: float) -> httpcore.ConnectionPool:
    backend = _GuardedBackend(guard, until, plain=target_of(url).plain)
    return httpcore.ConnectionPool(ssl_context=_trusted(), network_backend=backend)


@functools.cache
def _trusted() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


def _exchange(pool: httpcore.ConnectionPool, request: Request, timeout_s: float) -> _Came:
    headers = [("User-Agent", USER_AGENT), *request.headers.items()]
    limits = dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)
    with pool.stream(
        request.method,
        request.url,
        headers=headers,
        content=request.body,
        extensions={"timeout": limits},
    ) as response:
        body = bytearray()
        for part in response.iter_stream():
            body += part
            if len(body) > MOST_READ:
                break
        return _Came(response.status, response.headers, bytes(body))


def _detail(came: _Came) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= came.status < HTTPStatus.BAD_REQUEST:
        where = _header(came, b"location") or "nowhere"
        return f"it redirects to {where}; redirects are not followed, register that address"[:SHOWN]
    if came.status >= HTTPStatus.BAD_REQUEST:
        return came.body.decode(errors="replace")[:SHOWN].replace("\0", "")
    return ""


def _retry_after(came: _Came) -> float | None:
    told = _header(came, b"retry-after") or ""
    return float(told) if told.isdecimal() else None


def _header(came: _Came, name: bytes) -> str | None:
    found = (value for key, value in came.headers if key.lower() == name)
    value = next(found, None)
    return None if value is None else value.decode("latin-1")


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to an address that the guard has checked, and to no other."""

    def __init__(self, guard: Guard, until: float, *, plain: bool) -> None:
        self._guard, self._until, self._plain = guard, until, plain
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Try the addresses of a host in turn."""
        *others, last = self._guard.addresses(host, port, plain=self._plain)
        for address in others:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.NetworkStream:
        patience = _left(self._until, timeout)
        opened = self._sockets.connect_tcp(address, port, patience, local_address, socket_options)
        return _BoundedStream(opened, self._until)


class _BoundedStream(httpcore.NetworkStream):
    """A connection on which a dripping answer ends when the time is up."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner, self._until = inner, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._until, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        patience = _left(self._until, timeout)
        return _BoundedStream(
            self._inner.start_tls(ssl_context, server_hostname, patience), self._until
        )

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore declares it
        return self._inner.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    """How long to wait yet; raises ReadTimeout when the time is up."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is up")
    return left if timeout is None else min(left, timeout)
