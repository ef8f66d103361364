"""What views of a consumable's days left said at moments of lives that have ended since."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models import remaining_life
from models.arrays import Bools, Floats, Ints
from models.features.days import DAY_NS
from models.forecasters import consumable
from models.forecasters.usage_life import Life
from models.history.worn_life import WornLife
from models.remaining_life import Estimate, FleetRate

MOST_LOOKS = 8
"""So many moments of a life are judged by: more of them resemble each other."""
HOLDS = 0.8
NARROWEST, WIDEST = 0.5, 4.0
LEAST_DAYS = 0.1
"""No forecast is asked to be nearer than this."""


@dataclass(frozen=True)
class Places:
    """Moments of lives that ended: the life's position, how many of its rows were known, when."""

    life: Ints
    rows: Ints
    time_ns: Ints


@dataclass(frozen=True)
class Looks:
    """Moments of ended lives, what truly came, and what was said; all of shape (moments,)."""

    life: Ints
    """Position of the life."""
    truth: Floats
    """Days."""
    rated: Floats
    """By the maker's rating."""
    learned: tuple[Estimate, ...]
    """By the life that was expected of the home."""

    @property
    def lives(self) -> int:
        """How many lives were looked at."""
        return len(np.unique(self.life))

    @property
    def weight(self) -> Floats:
        """Of a moment, among those of its life."""
        weight: Floats = 1 / np.bincount(self.life)[self.life]
        return weight

    def said(self, width: float = 1.0) -> Floats:
        """Days left, lower and upper as learned, (moments, 3)."""
        widened = [consumable.widened(one, width) for one in self.learned]
        told = [(one.days_left, one.low, one.high) for one in widened]
        return np.array(told, dtype=np.float64).reshape(-1, 3)

    @property
    def error(self) -> float:
        """Root of the mean square of what was learned, in days; every life counts the same."""
        return self._root(self.said()[:, 0] - self.truth)

    @property
    def rated_error(self) -> float:
        """Likewise of the maker's rating."""
        return self._root(self.rated - self.truth)

    def width(self, by: Bools) -> float:
        """How much wider, in logarithms, intervals must be to hold four times out of five."""
        said, weight = self.said()[by], self.weight[by]
        off = np.log(np.maximum(self.truth[by], LEAST_DAYS) / said[:, 0])
        bound = np.where(off > 0, np.log(said[:, 2] / said[:, 0]), np.log(said[:, 0] / said[:, 1]))
        needed = np.abs(off) / np.maximum(bound, 1e-6)
        order = np.argsort(needed)
        share = np.cumsum(weight[order]) / weight.sum()
        wide = needed[order][min(int(np.searchsorted(share, HOLDS)), len(order) - 1)]
        return float(np.clip(wide, NARROWEST, WIDEST))

    def holds(self, width: float) -> Floats:
        """Whether each interval holds, 1 or 0."""
        said = self.said(width)
        return ((said[:, 1] <= self.truth) & (self.truth <= said[:, 2])).astype(np.float64)

    def coverage(self) -> float:
        """How often intervals hold, each as wide as the other half of the lives needs."""
        odd = self.life % 2 == 1
        if odd.all() or not odd.any():
            return math.nan
        held = np.where(odd, self.holds(self.width(~odd)), self.holds(self.width(odd)))
        return float(np.average(held, weights=self.weight))

    def _root(self, error: Floats) -> float:
        return math.sqrt(float(np.average(error**2, weights=self.weight)))


def places(lives: Sequence[WornLife], since_ns: int = 0) -> Places:
    """Look at each life that ended now and then, from `since_ns` on."""
    found = [
        (place, row, int(life.time_ns[row - 1]))
        for place, life in enumerate(lives)
        if life.ended
        for row in _rows(life, since_ns)
    ]
    life, rows, time_ns = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return Places(life, rows, time_ns)


def look(
    lives: Sequence[WornLife], at: Places, fleet: FleetRate, expected: Sequence[Life]
) -> Looks:
    """Say what is left at each place by the life expected there; places in disuse are left out."""
    found = [
        (life, *_told(lives[life], rows, fleet, one))
        for life, rows, one in zip(at.life.tolist(), at.rows.tolist(), expected, strict=True)
    ]
    kept = [each for each in found if each[2] is not None and each[3].days_left]
    return Looks(
        life=np.array([each[0] for each in kept], dtype=np.int64),
        truth=np.array([each[1] for each in kept], dtype=np.float64),
        rated=np.array([each[2] for each in kept], dtype=np.float64),
        learned=tuple(each[3] for each in kept),
    )


def together(parts: Sequence[Looks]) -> Looks:
    """Several as one; lives of different parts are different."""
    before = np.cumsum([0, *(int(part.life.max(initial=-1)) + 1 for part in parts)])
    return Looks(
        np.concatenate([part.life + n for part, n in zip(parts, before[:-1], strict=True)]),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.rated for part in parts]),
        tuple(one for part in parts for one in part.learned),
    )


def _rows(life: WornLife, since_ns: int) -> list[int]:
    """How many rows were known at each look: two or more, and not all."""
    first = max(int(np.searchsorted(life.time_ns, since_ns)) + 1, 2)
    last = len(life.time_ns) - 1
    if last < first:
        return []
    return sorted({round(each) for each in np.linspace(first, last, MOST_LOOKS)})


def _told(
    life: WornLife, rows: int, fleet: FleetRate, expected: Life
) -> tuple[float, float | None, Estimate]:
    usage = consumable.usage_in(life, rows)
    truth = float(life.time_ns[-1] - life.time_ns[rows - 1]) / DAY_NS
    rated = remaining_life.days_left(usage, fleet).days_left
    return truth, rated, remaining_life.days_left(usage, fleet, expected)
