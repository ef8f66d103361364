"""How often a sign-in failed of late: too often, and the next one has to wait."""

from __future__ import annotations

import threading
import time
from collections import deque

from runtime.errors import HearthwatchError

MOST_FAILURES = 10
WINDOW_S = 300.0
MOST_REMEMBERED = 10_000
"""Names and addresses kept; beyond it the oldest are forgotten, so that memory stays bounded."""


class TooManyAttemptsError(HearthwatchError):
    """Somebody guesses passwords."""

    status = 429
    title = "Too many attempts"


class Attempts:
    """Failed sign-ins by name and address, in this process."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, name: str, address: str) -> None:
        """Raise TooManyAttemptsError after too many failures in the last minutes."""
        with self._lock:
            recent = self._failures.get((name, address), deque())
            while recent and recent[0] < time.monotonic() - WINDOW_S:
                recent.popleft()
            if len(recent) >= MOST_FAILURES:
                raise TooManyAttemptsError(
                    "too many failed sign-ins", hint=f"wait {WINDOW_S / 60:.0f} minutes"
                )

    def failed(self, name: str, address: str) -> None:
        """Remember a failure."""
        with self._lock:
            self._failures.setdefault((name, address), deque()).append(time.monotonic())
            while len(self._failures) > MOST_REMEMBERED:
                del self._failures[next(iter(self._failures))]

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures before a success."""
        with self._lock:
            self._failures.pop((name, address), None)
