"""What every simulated appliance offers: one minute of physics, one report, and its fault codes.

A module a type (`simulator.physics.refrigerator`, ...) defines `FAULTS` and one class with the
shape of `Appliances`; `simulator.fleet` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from simulator.physics.home import Bools, Floats, Homes, Surroundings


@dataclass(frozen=True)
class Fault:
    """A way to fail that develops over days.

    `level` goes from 0 (healthy) to 1 (failed) as `progress ** shape`, where progress is the
    share of the days between onset and failure that has passed; it stays at 1 after that.
    """

    name: str
    problems: tuple[str, ...]
    """The catalogue's problems that this fault truly is; a ticket for one of them is right."""
    days: tuple[float, float]
    """Shortest and longest time from onset to failure."""
    shape: float = 1.5


class Appliances(Protocol):
    """The units of one type in their homes, stepped together; arrays have shape (units,)."""

    def __init__(self, homes: Homes, rng: np.random.Generator) -> None: ...

    def step(self, around: Surroundings, levels: Mapping[str, Floats]) -> None:
        """Go on by one minute. `levels[name]` is each unit's level of the fault `name`."""
        ...

    def report(self) -> dict[str, Floats]:
        """Metrics by name: gauges averaged since the last report, the others as they are."""
        ...

    def active_codes(self) -> dict[str, Bools]:
        """Which fault codes each unit shows now."""
        ...

    def replace(self, consumable: str, unit: int) -> None:
        """Put a new consumable of the catalogue into one unit."""
        ...


class Averages:
    """Sums gauges over the minutes between two reports."""

    def __init__(self) -> None:
        self._sums: dict[str, Floats] = {}
        self._minutes = 0

    def add(self, **gauges: Floats) -> None:
        """Count one minute's values; every call names the same gauges."""
        for name, values in gauges.items():
            total = self._sums.get(name)
            if total is None:
                self._sums[name] = np.array(values, dtype=np.float64)
            else:
                total += values
        self._minutes += 1

    def take(self) -> dict[str, Floats]:
        """The means since the last call; starts anew."""
        means = {name: total / max(self._minutes, 1) for name, total in self._sums.items()}
        self._sums, self._minutes = {}, 0
        return means
