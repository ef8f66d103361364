"""Mean and spread of any columns over the last while of each row's unit.

Only rows of that while count, so a gap of a month is not bridged: after it a unit starts anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats
from models.features import reduction, windows
from models.features.reduction import Bounds
from models.recording import Moments

LEAST_SHARE = 0.3
"""Of the values that the while should hold; with fewer nothing is said."""


QUIETEST = 0.05
"""Variance, in usual ones, below which quiet is quiet."""
ENOUGH_TO_VARY = 0.75
"""Share of the values without which nothing is said of how they vary."""


@dataclass(frozen=True)
class Trailing:
    """All of shape (rows, columns); NaN where too few values are known."""

    mean: Floats
    deviation: Floats
    share: Floats
    """Of the values that there should be, at most 1."""

    @property
    def steady_mean(self) -> Floats:
        """The mean, smaller where few values are known, so that noise counts alike everywhere."""
        return self.mean * np.sqrt(self.share)

    @property
    def variation(self) -> Floats:
        """Logarithm of the spread, so that twice and half are equally far."""
        told = np.where(self.share >= ENOUGH_TO_VARY, self.deviation, np.nan)
        return 0.5 * np.log(told**2 + QUIETEST)


def trailing(rows: Moments, values: Floats, step_ns: int, steps: int) -> Trailing:
    """Look back over `steps` rows that follow each other at `step_ns`, each row included."""
    earlier = Moments(rows.unit, rows.time_ns - steps * step_ns)
    bounds = Bounds(windows.rows_until(rows, earlier), windows.rows_until(rows, rows))
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    count = reduction.total(known.astype(np.float64), bounds)
    enough = np.where(count >= max(LEAST_SHARE * steps, 1.0), count, np.nan)
    mean = reduction.total(filled, bounds) / enough
    variance = reduction.total(filled * filled, bounds) / enough - mean * mean
    return Trailing(mean, np.sqrt(np.maximum(variance, 0.0)), np.minimum(enough / steps, 1.0))
