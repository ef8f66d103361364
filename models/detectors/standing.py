"""Where each unit usually stands and how far it moves, column by column; the fleet's for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.recording import Recording

TRUSTED = 30.0
"""Values of its own after which a unit is judged by itself alone."""
OUTER = (5.0, 95.0)
"""Percentiles between which nothing is thought to be anomalous."""
REACH = 1.25
"""Values count as no farther from the middle than so many times these are from each other."""
SETTLED = 0.5
"""Share of a unit's history from which on values count in full; before it the less, the earlier."""
LEAST_RELATIVE = 1e-4
"""A metric that never moved is taken to move by this share of its size."""
LEAST = 1e-9


@dataclass(frozen=True)
class Standing:
    """Middle and spread of (rows, columns); the last entry is that of a unit never seen."""

    units: tuple[str, ...]
    centre: Floats
    """(units + 1, columns); NaN for a column without values."""
    spread: Floats
    """Likewise; standard deviations, never zero."""

    @classmethod
    def of(cls, recording: Recording, values: Floats) -> Standing:
        """Learn from values that stand beside the recording's rows, (rows, columns)."""
        count, centre, spread = _own(recording.unit, len(recording.units), values)
        weight = np.where(np.isfinite(centre), np.clip(count / TRUSTED, 0.0, 1.0), 0.0)
        fleet, within, between = _fleet(centre, spread, weight)
        blended = _blend(weight, centre, fleet)
        variance = _blend(weight, spread**2, within**2 + between**2)
        least = np.maximum(LEAST_RELATIVE * np.abs(np.vstack([blended, fleet])), LEAST)
        whole = np.sqrt(np.vstack([variance, within**2 + between**2]))
        return cls(recording.units, np.vstack([blended, fleet]), np.maximum(whole, least))

    def places(self, recording: Recording) -> Ints:
        """Position of each row's unit; the last one for units never seen."""
        return places(self.units, recording)

    def departures(self, recording: Recording, values: Floats) -> Floats:
        """How far each value is from its unit's middle, in spreads."""
        place = self.places(recording)
        return (values - self.centre[place]) / self.spread[place]


def places(units: Sequence[str], recording: Recording) -> Ints:
    """Position in `units` of each row's unit; `len(units)` for others."""
    known = {name: position for position, name in enumerate(units)}
    of_unit = np.array([known.get(name, len(units)) for name in recording.units], dtype=np.int64)
    return of_unit[recording.unit]


def _own(unit: Ints, units: int, values: Floats) -> tuple[Floats, Floats, Floats]:
    """Count, middle and spread of each unit's columns, (units, columns); NaN without values."""
    rows = np.bincount(unit, minlength=units)
    rank = np.arange(len(unit)) - (np.cumsum(rows) - rows)[unit]
    ripe = np.minimum((rank + 1) / (SETTLED * rows[unit]), 1.0)
    columns = [_column(unit, units, column, ripe) for column in values.T]
    count, centre, spread = np.array(columns).reshape(-1, 3, units).transpose(1, 2, 0)
    return count, centre, spread


def _column(unit: Ints, units: int, values: Floats, ripe: Floats) -> Floats:
    """Count, middle and spread of one column, (3, units); rows count as much as they are ripe."""
    known = np.isfinite(values)
    unit, values, ripe = unit[known], values[known], ripe[known]
    count = np.bincount(unit, minlength=units)
    ordered = values[np.lexsort((values, unit))]
    low, middle, high = (_percentile(ordered, count, each) for each in (OUTER[0], 50, OUTER[1]))
    reach = np.where(high > low, REACH * (high - low), np.inf)
    kept = np.clip(values, (middle - reach)[unit], (middle + reach)[unit])
    some = np.where(count > 0, count, np.nan)
    weight = np.bincount(unit, ripe, units) * some / some
    centre = np.bincount(unit, ripe * kept, units) / weight
    variance = np.bincount(unit, ripe * (kept - centre[unit]) ** 2, units) / weight
    return np.array([count, centre, np.sqrt(variance)])


def _percentile(ordered: Floats, count: Ints, percent: float) -> Floats:
    """Of each unit's values, which stand one after the other in ascending order; 0 without any."""
    some = np.flatnonzero(count)
    place = (np.cumsum(count) - count)[some] + percent / 100 * (count[some] - 1)
    first = np.floor(place).astype(np.int64)
    after = np.minimum(first + 1, np.cumsum(count)[some] - 1)
    found = np.zeros(len(count))
    found[some] = ordered[first] + (place - first) * (ordered[after] - ordered[first])
    return found


def _fleet(centre: Floats, spread: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Middle of the units, their usual spread, and how far they differ from each other."""
    told = weight > 0
    middle = _median(np.where(told, centre, np.nan))
    within = _median(np.where(told, spread, np.nan))
    apart = _median(np.where(told, np.abs(centre - middle), np.nan)) * 1.4826
    return middle, within, np.nan_to_num(apart)


def _median(values: Floats) -> Floats:
    found = np.full(values.shape[1], np.nan)
    some = np.isfinite(values).any(axis=0)
    found[some] = np.nanmedian(values[:, some], axis=0)
    return found


def _blend(weight: Floats, own: Floats, fleet: Floats) -> Floats:
    """Own where it is trusted, the fleet's where nothing is known."""
    blended: Floats = weight * np.nan_to_num(own) + (1 - weight) * fleet
    return np.where(weight == 1, own, blended)
