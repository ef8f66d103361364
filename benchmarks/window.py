"""One measured window: what was stored meanwhile, and what it cost, whoever stores."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks import cost
from benchmarks.load import Shared
from runtime.stopping import Stop

LOOK_S = 0.05
MEMORY_EVERY_S = 1.0
COUNT_EVERY_S = 0.5
"""Counting all rows takes a while when there are many."""
WARM_UP_S = 3.0
STILL_S = 60.0
"""What does not grow for so long is all that will come."""


@dataclass(frozen=True)
class Counter:
    """How to count the messages that are committed."""

    soon: Callable[[], int]
    """Cheap, at most a second behind: the generator's backlog goes by it."""
    exact: Callable[[], int]


@dataclass(frozen=True)
class Memory:
    """Memory over a window, in MB."""

    first: int
    median: int
    last: int
    mb_per_hour: int
    """The slope of the second half: what is warm by then."""


@dataclass(frozen=True)
class Window:
    """What a window showed."""

    messages: int
    seconds: float
    cpu_us_per_message: dict[str, float]
    memory: Memory

    @property
    def per_s(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


@dataclass
class Watch:
    """Follows who stores: tells the generator what has come out, and weighs who does the work."""

    shared: Shared
    counter: Counter
    pids: Mapping[str, list[int]]
    """Processes by what they are; all below them count as well."""
    weighed: str
    """Which of them to weigh, all their processes together."""
    _samples: list[tuple[float, float]] = field(default_factory=list)

    def measure(self, seconds: float) -> Window:
        """Let it warm up, then measure for so long."""
        self._follow(WARM_UP_S)
        self._samples.clear()
        spent = self._spent()
        before, since = self.counter.exact(), time.monotonic()
        self._follow(seconds)
        # A count is of the instant when it began.
        lasted = time.monotonic() - since
        spent = {name: after - spent[name] for name, after in self._spent().items()}
        messages = self.counter.exact() - before
        per_message = {
            name: round(each / max(messages, 1) * 1e6, 1) for name, each in spent.items()
        }
        return Window(messages, lasted, per_message, memory(self._samples))

    def drain(self) -> int:
        """Wait until all that was acknowledged is stored, or nothing comes any more; count it."""
        stored, since = self.counter.exact(), time.monotonic()
        while stored < self.shared.acknowledged.value and time.monotonic() - since < STILL_S:
            Stop().wait(COUNT_EVERY_S)
            if (now := self.counter.exact()) > stored:
                stored, since = now, time.monotonic()
        return stored

    def _follow(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            self.shared.taken.value = self.counter.soon()
            if not self._samples or now - self._samples[-1][0] >= MEMORY_EVERY_S:
                self._samples.append((now, self._weight()))
            Stop().wait(LOOK_S)

    def _spent(self) -> dict[str, float]:
        return {name: cost.cpu_seconds(each) for name, each in self.pids.items() if each}

    def _weight(self) -> float:
        return sum(
            cost.resident_mb(pid)
            for root in self.pids[self.weighed]
            for pid in cost.with_descendants(root)
        )


def memory(samples: list[tuple[float, float]]) -> Memory:
    """Memory over time from samples of (seconds, MB), in the order of time."""
    times, weights = np.array(samples).T
    half = len(times) // 2
    warm = np.polyfit(times[half:], weights[half:], 1)[0] if len(times) - half > 1 else 0.0
    return Memory(
        first=round(weights[0]),
        median=round(float(np.median(weights))),
        last=round(weights[-1]),
        mb_per_hour=round(warm * 3600),
    )
