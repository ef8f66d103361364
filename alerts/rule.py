"""When a condition counts: it must hold for a while to fire, and be gone for a while to clear.

Pure: looks at time stamps of readings, never at a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from devices.catalogue.appliance_type import Alarm

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Where a signal stands: firing or quiet, and since when it is about to turn."""

    firing: bool = False
    turning_since: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """A signal that began or ceased to fire at reading number `position`."""

    position: int
    at: datetime
    since: datetime
    """The first reading of the stretch that made it turn."""
    fires: bool


@dataclass(frozen=True)
class Side:
    """One bound of an alarm, with the direction in which it is crossed."""

    name: str
    bound: float
    sign: float
    """+1 where high values are bad, -1 where low ones are."""
    hysteresis: float

    def beyond(self, values: NDArray[np.float64]) -> Bools:
        """Which values cross the bound; a missing one does not."""
        return np.asarray(self.sign * (values - self.bound) > 0)

    def inside(self, values: NDArray[np.float64]) -> Bools:
        """Which values are back by at least the hysteresis; a missing one is not."""
        return np.asarray(self.sign * (values - self.bound) <= -self.hysteresis)


def sides(alarm: Alarm) -> list[Side]:
    """The bounds of an alarm."""
    found = []
    if alarm.low is not None:
        found.append(Side("low", alarm.low, -1.0, alarm.hysteresis))
    if alarm.high is not None:
        found.append(Side("high", alarm.high, +1.0, alarm.hysteresis))
    return found


def follow(
    standing: Standing, times: Sequence[datetime], beyond: Bools, inside: Bools, hold: timedelta
) -> tuple[Standing, list[Turn]]:
    """Follow one signal over readings in order of time.

    It fires once `beyond` was true at every reading for `hold`, and clears once `inside` was
    true for as long; a reading that is neither (missing, or between the bounds) breaks a stretch.
    """
    if not standing.firing and standing.turning_since is None and not beyond.any():
        return standing, []
    firing, since = standing.firing, standing.turning_since
    turns: list[Turn] = []
    for position, at in enumerate(times):
        if not (inside if firing else beyond)[position]:
            since = None
            continue
        since = since or at
        if at - since >= hold:
            firing = not firing
            turns.append(Turn(position, at, since, firing))
            since = None
    return Standing(firing, since), turns
