"""The past hours' departures as one number: a fault stays, noise does not.

The mean runs over the past hours, or further back over the last ones that tell something: a new
value of a metric that is held, an hour in which the appliance was at work.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Ints
from models.features.hours import HOUR_NS, Hours

WINDOW_H = 12
"""Long enough to level out meals and defrosts, short enough to notice a fault within the day."""
LONGEST_H = {False: 72, True: 240}
"""How far back the hours that tell something may lie; further for a metric that is held."""
LEAST = {False: 4.0, True: 3.0}
"""Hours, or new values of a metric that is held, without which nothing is said."""
MOST = 8.0
"""Standard deviations that one value counts at most."""
_APART = 100_000_000
"""More hours than there are since the epoch: keeps devices apart in one sorted key."""
_ROUNDING = 1e-9


def smoothed(hours: Hours, z: Floats, weight: Floats, *, held: bool) -> Floats:
    """Return the mean departure up to each row, shape (rows,); NaN where too little was seen.

    `weight` says how much each row tells, from 0 to 1.
    """
    keys = hours.device_id * _APART + hours.time_ns // HOUR_NS
    fresh = np.flatnonzero(hours.fresh)
    if not len(fresh):
        return np.full(len(z), np.nan)
    start = window_starts(keys[fresh], weight[fresh], held=held)
    end = np.arange(len(fresh)) + 1
    sums = _before(weight[fresh])
    total = sums[end] - sums[start]
    moments = _before(weight[fresh] * z[fresh].clip(-MOST, MOST))
    means = (moments[end] - moments[start]) / np.maximum(total, _ROUNDING)
    means = np.where(total >= LEAST[held] - _ROUNDING, means, np.nan)
    latest = np.searchsorted(keys[fresh], keys, side="right") - 1
    mine = (latest >= 0) & (keys[fresh][latest] // _APART == keys // _APART)
    return np.where(mine, means[latest], np.nan)


def reach_h(hours: Hours, weight: Floats, *, held: bool) -> int:
    """Return how many hours back nearly every window of these fresh rows reaches."""
    keys = hours.device_id * _APART + hours.time_ns // HOUR_NS
    back = keys - keys[window_starts(keys, weight, held=held)]
    return int(np.clip(np.quantile(back, 0.95) + 1, WINDOW_H, LONGEST_H[held]))


def window_starts(keys: Ints, weight: Floats, *, held: bool) -> Ints:
    """Return the first row of each row's window; all rows are fresh, by device and time."""
    sums = _before(weight)
    recent = np.searchsorted(keys, keys - WINDOW_H, side="right")
    enough = np.searchsorted(sums, sums[1:] - LEAST[held] + _ROUNDING, side="right") - 1
    start = np.minimum(recent, np.maximum(enough, 0))
    start = np.maximum(start, np.searchsorted(keys, keys - LONGEST_H[held], side="right"))
    first: Ints = np.searchsorted(keys // _APART, keys // _APART)
    return np.maximum(start, first)


def _before(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])
