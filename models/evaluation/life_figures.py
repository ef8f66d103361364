"""How far predicted lives are from those that were, and whether their intervals hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.evaluation import watching

LAST_SHARE = 0.3
EARLY, LATE = 13.0, 10.0
"""The NASA score's scales: an error counts by e for each, less if the prediction is early."""
WORST = 50.0
"""Errors beyond so many scales count as so many, so that sums stay numbers."""


@dataclass(frozen=True)
class Foreseen:
    """Moments whose truth is known; all of shape (moments,), in the target's unit."""

    unit: Ints
    time_ns: Ints
    truth: Floats
    remaining: Floats
    lower: Floats
    upper: Floats
    share_left: Floats
    """Of the whole life, without a cap; NaN where the life's beginning is not known."""


class LifeFigures:
    """Figures of predictions; moments without one are counted and left out."""

    def __init__(self, foreseen: Foreseen) -> None:
        said = np.isfinite(foreseen.remaining)
        self.silent = int((~said).sum())
        self.unit, self.units = watching.compact(foreseen.unit)
        self._row_unit = self.unit[said]
        self._truth = foreseen.truth[said]
        self._error = foreseen.remaining[said] - self._truth
        lower, upper = foreseen.lower[said], foreseen.upper[said]
        has = np.isfinite(lower) & np.isfinite(upper)
        self._inside = np.where(has, (lower <= self._truth) & (self._truth <= upper), np.nan)
        self._width = np.where(has, upper - lower, np.nan)
        self._ending = foreseen.share_left[said] <= LAST_SHARE

    def figures(self, weight: Floats) -> dict[str, float]:
        """All figures, each unit counting by its weight, (units,)."""
        rows = weight[self._row_unit]
        error = self._error
        penalty = nasa(error)
        return {
            "rmse": np.sqrt(_mean(error**2, rows)),
            "mae": _mean(np.abs(error), rows),
            "nasa_score": float(rows @ penalty) if len(rows) else np.nan,
            "nasa_score_mean": _mean(penalty, rows),
            "rmse_last_30_percent": np.sqrt(_mean(error[self._ending] ** 2, rows[self._ending])),
            "interval_coverage": _mean(self._inside, rows),
            "interval_width": _mean(self._width, rows),
            "late_rate": _mean((error > 0).astype(np.float64), rows),
        }


def nasa(error: Floats) -> Floats:
    """The asymmetric penalty of the C-MAPSS challenge for each error (predicted less true)."""
    scaled = np.where(error < 0, -error / EARLY, error / LATE)
    return np.asarray(np.expm1(np.minimum(scaled, WORST)))


def _mean(values: Floats, weight: Floats) -> float:
    known = np.isfinite(values)
    total = weight[known].sum()
    return float(values[known] @ weight[known] / total) if total > 0 else np.nan
