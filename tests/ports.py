"""Ports for servers that a test starts: free, and out of reach of outgoing connections.

A port that the system picks is free only at that moment: before the server listens on it, any
connection of the machine may leave from it. Linux takes those from 32768 on, so ours lie below.
"""

from __future__ import annotations

import secrets
import socket

FIRST, PAST = 20_000, 32_000
# Not the seeded chance of a test: two runs on one machine would try the same ports.
_CHANCE = secrets.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody holds, given to no other test of this run."""
    return free_row(1)


def free_row(number: int) -> int:
    """The first of so many such ports in a row."""
    while True:
        first = _CHANCE.randrange(FIRST, PAST - number)
        row = range(first, first + number)
        if _given.isdisjoint(row) and all(map(_is_free, row)):
            _given.update(row)
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
