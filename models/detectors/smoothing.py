"""The past hours' departures as one number: a fault stays, noise does not.

A mean runs over the past hours, or further back over the last ones that tell something: a new
value of a metric that is held, an hour in which the appliance was at work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.features.hours import HOUR_NS, Hours

WINDOWS_H = {False: (12, 48), True: (12,)}
"""Long enough to level out meals and defrosts, short enough to notice a fault within the day; and
longer, for the small departure of a noisy metric. One is enough for a metric that is held."""
LONGEST_H = {False: 168, True: 240}
"""How far back the hours that tell something may lie; further for a metric that is held."""
LEAST = {False: 4.0, True: 3.0}
"""Hours, or new values of a metric that is held, without which nothing is said."""
MOST = 8.0
"""Standard deviations that one value counts at most."""
_APART = 100_000_000
"""More hours than there are since the epoch: keeps devices apart in one sorted key."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Mean:
    """Over one window up to each row; NaN where too little was seen, (rows,) each."""

    departure: Floats
    doubt: Floats
    """How far off the expectation itself may have been in those hours."""


def means(
    hours: Hours, departure: Floats, doubt: Floats, weight: Floats, *, held: bool
) -> tuple[Mean, ...]:
    """Mean departure and doubt over each of `WINDOWS_H`, in the unit in which they are given.

    `weight` says how much each row tells, from 0 to 1.
    """
    keys = hours.device_id * _APART + hours.time_ns // HOUR_NS
    fresh = np.flatnonzero(hours.fresh)
    if not len(fresh):
        nothing = np.full(len(keys), np.nan)
        return tuple(Mean(nothing, nothing) for _ in WINDOWS_H[held])
    told, weight = keys[fresh], weight[fresh]
    latest = np.searchsorted(told, keys, side="right") - 1
    mine = (latest >= 0) & (told[latest] // _APART == keys // _APART)
    values = [departure[fresh].clip(-MOST, MOST), doubt[fresh]]
    found = []
    for window_h in WINDOWS_H[held]:
        start = window_starts(told, weight, window_h, held=held)
        over = [_mean(each, weight, start, LEAST[held])[latest] for each in values]
        found.append(Mean(*(np.where(mine, each, np.nan) for each in over)))
    return tuple(found)


def reach_h(hours: Hours, weight: Floats, *, held: bool, rests: bool) -> int:
    """Return how many hours back nearly every window of these fresh rows reaches.

    As far as it may where the appliance rests: next season it may rest much more.
    """
    if rests:
        return LONGEST_H[held]
    keys = hours.device_id * _APART + hours.time_ns // HOUR_NS
    longest = WINDOWS_H[held][-1]
    back = keys - keys[window_starts(keys, weight, longest, held=held)]
    return int(np.clip(np.quantile(back, 0.95) + 1, longest, LONGEST_H[held]))


def window_starts(keys: Ints, weight: Floats, window_h: int, *, held: bool) -> Ints:
    """Return the first row of each row's window; all rows are fresh, by device and time."""
    sums = _before(weight)
    recent = np.searchsorted(keys, keys - window_h, side="right")
    enough = np.searchsorted(sums, sums[1:] - LEAST[held] + _ROUNDING, side="right") - 1
    start = np.minimum(recent, np.maximum(enough, 0))
    start = np.maximum(start, np.searchsorted(keys, keys - LONGEST_H[held], side="right"))
    first: Ints = np.searchsorted(keys // _APART, keys // _APART)
    return np.maximum(start, first)


def _mean(values: Floats, weight: Floats, start: Ints, least: float) -> Floats:
    end = np.arange(len(values)) + 1
    sums, moments = _before(weight), _before(weight * values)
    total = sums[end] - sums[start]
    mean = (moments[end] - moments[start]) / np.maximum(total, _ROUNDING)
    return np.where(total >= least - _ROUNDING, mean, np.nan)


def _before(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])
