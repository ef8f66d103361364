"""Where a host's name leads, within a bound: the system's own lookup knows none.

A lookup cannot be cut off. One that takes too long goes on by itself, and only so many may.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from queue import Empty, SimpleQueue

from runtime.errors import InvalidError

Address = IPv4Address | IPv6Address
LONGEST_S = 5.0
"""What a sound name server needs is far less; a request or a delivery waits for it."""
AT_ONCE = 16
_FREE = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class _Lookup:
    """One question to the system, and the place where its answer will be."""

    host: str
    port: int
    answer: SimpleQueue[list[str] | Exception] = field(default_factory=SimpleQueue)

    def ask(self) -> None:
        try:
            rows = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
            self.answer.put([str(row[4][0]) for row in rows])
        except (OSError, UnicodeError) as error:
            self.answer.put(error)
        finally:
            _FREE.release()


def look_up(host: str, port: int, within_s: float = LONGEST_S) -> list[Address]:
    """Every address of a host; InvalidError if nobody knows it, or tells in time."""
    asked = _Lookup(host, port)
    if not _FREE.acquire(timeout=within_s):
        raise _late(host, within_s)
    threading.Thread(target=asked.ask, name="name lookup", daemon=True).start()
    try:
        found = asked.answer.get(timeout=within_s)
        if isinstance(found, Exception):
            raise found
        return [ip_address(text) for text in dict.fromkeys(found)]
    except Empty:
        raise _late(host, within_s) from None
    except (OSError, ValueError) as error:
        raise InvalidError(
            f"nobody knows the name {host!r}", hint="check the address's spelling"
        ) from error


def _late(host: str, within_s: float) -> InvalidError:
    return InvalidError(
        f"no name server said within {within_s:g} s where {host!r} is",
        hint="try again later; if it stays so, look at the name servers of this machine",
    )
