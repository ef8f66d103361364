"""How long a demo is played: what is asked for, and at least half of it."""

from __future__ import annotations

import time

from runtime.stopping import Stop

SETTLE_S = 12.0
"""Kept back from what is asked for, to judge and score what came last."""
LEAST_PLAYED = 0.5
"""This share of it is played, however long a busy machine took to prepare."""


class Playtime:
    """Counts from the start of the command, in seconds of the wall's clock."""

    def __init__(self, seconds: float | None, stop: Stop, began: float) -> None:
        """End after `seconds`, or with None when stopped; `began` is of the monotonic clock."""
        self._seconds, self.stop, self._began = seconds, stop, began
        self._over_at: float | None = None

    def start(self) -> str:
        """Time runs fast from now on; in words until when."""
        if self._seconds is None:
            return "until Ctrl-C"
        left = for_play(self._seconds, self.spent())
        self._over_at = time.monotonic() + left
        return f"for {left:.0f} s"

    def spent(self) -> float:
        """How long the command has run."""
        return time.monotonic() - self._began

    def over(self) -> bool:
        """Whether to end; while it is prepared, only when stopped."""
        late = self._over_at is not None and time.monotonic() > self._over_at
        return late or self.stop.is_set()


def for_play(seconds: float, prepared: float) -> float:
    """What is left for play after it took `prepared` seconds to prepare."""
    return max(seconds - SETTLE_S - prepared, LEAST_PLAYED * seconds)
