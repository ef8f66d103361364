"""Which unit fails how and when: drawn by seed, season by season. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from simulator.physics.appliance import Fault
from simulator.physics.home import Floats

SEASON = timedelta(days=12)
"""Faults begin early in a season, develop within it, and are repaired at its end."""
SHARE_FAULTY = 0.25
SHARE_LOST = 0.04
ONSET = (0.02, 0.40)
"""Part of the season in which faults begin."""
LONGEST = 0.55
"""Part of the season that a fault takes at the most from onset to failure."""

LOST_CONNECTION = Fault("lost_connection", ("offline",), days=(0.01, 0.02))


@dataclass(frozen=True)
class PlannedFault:
    """The hidden truth about one unit in one season."""

    unit: int
    """Index of the unit among those of its type."""
    fault: Fault
    onset: datetime
    fails_at: datetime
    repaired_at: datetime

    def level(self, at: datetime) -> float:
        """How far it has come: 0 before the onset, 1 from failure to repair."""
        if at < self.onset or at >= self.repaired_at:
            return 0.0
        progress = min((at - self.onset) / (self.fails_at - self.onset), 1.0)
        return float(progress**self.fault.shape)


def season_of(start: datetime, at: datetime, length: timedelta = SEASON) -> int:
    """The number of the season that `at` falls in, 0 for the first after `start`."""
    return (at - start) // length


def draw(
    units: int,
    faults: Sequence[Fault],
    start: datetime,
    season: int,
    seed: Sequence[int],
    length: timedelta = SEASON,
) -> list[PlannedFault]:
    """Draw one season's faults for the units of one type; at most one a unit."""
    rng = np.random.default_rng([*seed, season])
    begins = start + season * length
    planned = []
    for unit in range(units):
        share, kind, onset, days = rng.random(4)
        if share < SHARE_LOST:
            chosen = LOST_CONNECTION
        elif share < SHARE_LOST + SHARE_FAULTY:
            chosen = faults[int(kind * len(faults))]
        else:
            continue
        shortest, longest = chosen.days
        takes = min(timedelta(days=shortest + days * (longest - shortest)), LONGEST * length)
        began = begins + length * (ONSET[0] + onset * (ONSET[1] - ONSET[0]))
        fails_at = began + takes
        repaired_at = fails_at + timedelta(days=2) if chosen is LOST_CONNECTION else begins + length
        planned.append(PlannedFault(unit, chosen, began, fails_at, repaired_at))
    return planned


def levels(
    planned: Sequence[PlannedFault], faults: Sequence[Fault], units: int, at: datetime
) -> dict[str, Floats]:
    """The level of each fault for each unit; arrays of shape (units,)."""
    found = {fault.name: np.zeros(units) for fault in (*faults, LOST_CONNECTION)}
    for each in planned:
        found[each.fault.name][each.unit] = each.level(at)
    return found
