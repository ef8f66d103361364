"""How many days a consumable has left, as learned from lives of a type's appliances.

What is left to use, of the life that is usual in this home and its conditions, over how fast this
home uses it; a home that was never seen has the fleet's life and, at first, the fleet's rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from devices.catalogue.appliance_type import Wear
from models import remaining_life
from models.arrays import Floats
from models.features import days
from models.forecasters.conditions import Conditions
from models.forecasters.usage_life import UsageLife
from models.history.worn_life import Shown, Told, WornLife
from models.recording import Moments, Recording
from models.remaining_life import Estimate, FleetRate, Usage

HISTORY = timedelta(days=60)
"""Long enough for a rate, short enough that habits are today's."""
HISTORY_NS = int(HISTORY.total_seconds()) * 1_000_000_000
LOOKBACK = timedelta(days=400)
"""Lives take months; what is older is not looked at."""


@dataclass(frozen=True)
class ConsumableForecaster:
    """All that was learned of one consumable of one type."""

    wear: tuple[str, float, float]
    """The metric, and what it shows for new and for spent."""
    usual: UsageLife
    rate: tuple[float, float]
    """Mean and relative spread of usage a day, among the homes learned from."""
    shown: tuple[str, ...]
    """Metrics that tell of a home's conditions; none where they told nothing."""
    conditions: Conditions | None
    width: float
    """How much wider than reckoned an interval must be to hold four times out of five."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Metrics of the catalogue that it cannot do without."""
        return (self.wear[0], *self.shown)

    def estimate(
        self, home: str, usage: Usage, fleet: FleetRate | None, shift: float = 0.0
    ) -> Estimate:
        """Days left of one appliance's; `shift` is what its conditions do to a life."""
        rate = fleet if fleet is not None else FleetRate(*self.rate)
        reckoned = remaining_life.days_left(usage, rate, self.usual.of_home(home, shift))
        return widened(reckoned, self.width)

    def shift(self, daily: Recording, at: Moments) -> Floats:
        """What conditions until then add to the logarithm of a life, (moments,)."""
        if self.conditions is None:
            return np.zeros(len(at))
        return self.conditions.shift(days.lately(daily, at, self.shown, HISTORY_NS))

    def score(self, recording: Recording, at: Moments) -> pd.DataFrame:
        """As `models.forecasters.forecaster.Forecaster`; remaining, lower and upper in days."""
        told = np.full((len(at), 3), np.nan)
        daily = days.by_day(recording)
        shifts = self.shift(daily, at)
        for place, (unit, now) in enumerate(zip(at.unit, at.time_ns, strict=True)):
            life = self._current(recording, int(unit), int(now))
            if life is not None:
                home, usage = recording.units[unit], usage_in(life, len(life.used))
                told[place] = _days(self.estimate(home, usage, None, float(shifts[place])))
        columns = dict(zip(("remaining", "lower", "upper"), told.T, strict=True))
        time = pd.to_datetime(at.time_ns, utc=True)
        return pd.DataFrame({"unit": at.unit, "time": time, **columns, "score": -told[:, 0]})

    def _current(self, recording: Recording, unit: int, now: int) -> WornLife | None:
        """The life that runs as a unit's readings until then end; None without any."""
        metric, new, spent = self.wear
        rows = slice(*np.searchsorted(recording.unit, [unit, unit + 1]).tolist())
        values = recording.column(metric)[rows]
        known = np.isfinite(values) & (recording.time_ns[rows] <= now)
        if not known.any():
            return None
        used = remaining_life.share_used(values[known], Wear(metric=metric, new=new, spent=spent))
        shown = Shown()
        shown.add(unit, recording.time_ns[rows][known], used, Told())
        return shown.lives[-1]


def widened(reckoned: Estimate, width: float) -> Estimate:
    """The same days left, with an interval `width` times as wide in logarithms."""
    middle, low, high = reckoned.days_left, reckoned.low, reckoned.high
    if not middle or low is None or high is None:
        return reckoned
    return replace(
        reckoned,
        low=middle * (low / middle) ** width,
        high=middle * (high / middle) ** width,
    )


def usage_in(life: WornLife, rows: int) -> Usage:
    """What the first rows of a life say, as far back as service looks."""
    since = life.time_ns[rows - 1] - HISTORY_NS
    recent = slice(int(np.searchsorted(life.time_ns[:rows], since)), rows)
    return remaining_life.since_replaced(life.time_ns[recent], life.used[recent], None)


def moments_of(daily: Recording, lives: Sequence[WornLife], times: Sequence[int]) -> Moments:
    """Instants of lives, in a recording whose units are named after the appliances."""
    place = {name: number for number, name in enumerate(daily.units)}
    units = [place[str(life.device_id)] for life in lives]
    return Moments(np.array(units, dtype=np.int64), np.array(times, dtype=np.int64))


def _days(estimate: Estimate) -> list[float]:
    told = (estimate.days_left, estimate.low, estimate.high)
    return [math.nan if each is None else each for each in told]
