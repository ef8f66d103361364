"""What a home is like, and how much longer or shorter its consumables last for that.

Hard water wears a membrane and dust a filter: what an appliance measures of its home tells of the
lives to come there before the first of them has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.linear_model import RidgeCV

from models.arrays import Floats

FEWEST_HOMES = 20
"""Fewer homes have too little in common to learn from."""
FARTHEST = 3.0
"""A home that is further from the middle, in spreads, counts as no further."""
MOST = 0.5
"""Conditions alone change the logarithm of a life by no more than this."""
STRENGTHS = np.logspace(0, 4, 9)


@dataclass(frozen=True)
class Conditions:
    """Means of metrics in ordinary homes, their spreads, and weights; all of shape (metrics,)."""

    centre: Floats
    spread: Floats
    weights: Floats

    @classmethod
    def of(
        cls, values: Floats, departures: Floats, weight: Floats, home: Sequence[str]
    ) -> Self | None:
        """Learn from lives, (lives, metrics) and (lives,), by homes; None from few of them."""
        names, place = np.unique(np.array(home, dtype=np.str_), return_inverse=True)
        if len(names) < FEWEST_HOMES or not values.shape[1]:
            return None
        lives = np.bincount(place, weight, minlength=len(names))
        middle = np.bincount(place, departures * weight, minlength=len(names))
        own = _mean_by(values, place, len(names))
        centre, spread = _centre(own), _spread(own)
        known = lives > 0
        ridge = RidgeCV(alphas=STRENGTHS)
        scaled = _scaled(own[known], centre, spread)
        ridge.fit(scaled, middle[known] / lives[known], sample_weight=lives[known])
        return cls(centre, spread, np.asarray(ridge.coef_, dtype=np.float64))

    def shift(self, values: Floats) -> Floats:
        """What to add to the logarithm of lives in such homes, (homes,); 0 for unknown ones."""
        shift: Floats = _scaled(values, self.centre, self.spread) @ self.weights
        return np.clip(shift, -MOST, MOST)


def _scaled(values: Floats, centre: Floats, spread: Floats) -> Floats:
    apart = (values - centre) / spread
    return np.where(np.isfinite(apart), np.clip(apart, -FARTHEST, FARTHEST), 0.0)


def _mean_by(
    values: Floats, place: np.ndarray[tuple[int], np.dtype[np.int64]], homes: int
) -> Floats:
    known = np.isfinite(values)
    total, count = np.zeros((homes, values.shape[1])), np.zeros((homes, values.shape[1]))
    np.add.at(total, place, np.where(known, values, 0.0))
    np.add.at(count, place, known)
    return total / np.where(count > 0, count, np.nan)


def _centre(own: Floats) -> Floats:
    known = np.isfinite(own)
    centre: Floats = np.where(known, own, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return centre


def _spread(own: Floats) -> Floats:
    """1 where all homes are the same: nothing is to be learned there."""
    known = np.isfinite(own)
    square = np.where(known, (own - _centre(own)) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(square / np.maximum(known.sum(axis=0), 1))
    return np.where(spread > 1e-9 * (1 + np.abs(_centre(own))), spread, np.inf)
