"""When a worker that ended by itself starts again, and when that is hopeless."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Patience:
    """How much is put up with before everything ends and a person must look."""

    most: int = 5
    """Ends of one worker that are too many ..."""
    within_s: float = 60.0
    """... if they come within so long."""
    pauses_s: tuple[float, ...] = (0.0, 1.0, 2.0, 4.0, 8.0)
    """Waits before it starts again, by how often it ended of late; the last one again and again."""


@dataclass
class Record:
    """When one worker ended of late, in seconds of one clock."""

    patience: Patience
    _ends: list[float] = field(default_factory=list)

    def note(self, at: float) -> float | None:
        """Note an end; return how long to wait before the next start, or None if it is hopeless."""
        oldest = at - self.patience.within_s
        self._ends = [*(each for each in self._ends if each > oldest), at]
        if len(self._ends) >= self.patience.most:
            return None
        pauses_s = self.patience.pauses_s
        return pauses_s[min(len(self._ends), len(pauses_s)) - 1]


def cause(status: int | None) -> str:
    """In words why a process ended, from its exit status as multiprocessing tells it."""
    if status == -signal.SIGKILL:
        return "SIGKILL: by somebody, or by the kernel when memory ran out"
    if status is not None and status < 0:
        return signal.Signals(-status).name
    return f"status {status}"
