"""How often an address may ask what anybody may ask: so many times a minute in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from runtime.errors import HearthwatchError

MOST_REMEMBERED = 10_000
"""Addresses kept; beyond it the longest silent are forgotten, so that memory stays bounded."""


class TooManyRequestsError(HearthwatchError):
    """Somebody asks more often than a person does."""

    status = 429
    title = "Too many requests"


class Allowance:
    """What each address has left; it comes back evenly over a minute."""

    def __init__(self, a_minute: int) -> None:
        self._most = float(a_minute)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, address: str) -> None:
        """Take one, or raise TooManyRequestsError."""
        now = time.monotonic()
        with self._lock:
            left, since = self._left.pop(address, (self._most, now))
            left = min(left + (now - since) * self._most / 60, self._most)
            self._left[address] = (max(left - 1, 0.0), now)
            while len(self._left) > MOST_REMEMBERED:
                self._left.popitem(last=False)
        if left < 1:
            raise TooManyRequestsError("too many questions at once", hint="wait a minute")
