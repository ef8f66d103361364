"""What is known of how lives ended: labels in their own unit, ordered, capped, maybe censored."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features import trajectory
from models.forecasters.clock import ELAPSED, Clock
from models.forecasters.forecaster import Target
from models.recording import Moments, Recording

MOST_EXAMPLES = 8_000
MOST_OF_A_LIFE = 80
"""Moments of one life resemble each other: more of them teach little, and hide other lives."""
NEAR_THE_END = 0.1
"""A life is known to its end if less than this share of it is left at its last row."""


@dataclass(frozen=True)
class Labels:
    """What was left at moments, ordered by unit and time; all of shape (moments,)."""

    at: Moments
    left: Floats
    """In the target's unit, at most `cap`."""
    censored: Bools
    cap: float
    ns_per_unit: float
    """Nanoseconds in the target's unit; NaN if the labels do not tell."""

    @classmethod
    def of(cls, at: Moments, target: Target, cap: float | None) -> Labels:
        """Order what is known; moments without a label are left out."""
        left = target.values[:, 0]
        order = np.lexsort((at.time_ns, at.unit))
        order = order[np.isfinite(left[order])]
        highest = np.inf if cap is None else cap
        capped = np.clip(left[order], 0.0, highest)
        censored = target.censored[order] & (capped < highest)
        moments = at.only(order)
        return cls(moments, capped, censored, highest, _ns_per_unit(moments, capped, highest))

    @property
    def seen(self) -> Floats:
        """What was left where the end is known; NaN elsewhere."""
        return np.where(self.censored, np.nan, self.left)

    @property
    def ended(self) -> int:
        """How many units are known to their end."""
        return len(np.unique(self.at.unit[~self.censored]))

    def by_life(self, life: Ints) -> Labels:
        """The same with lives as units."""
        return replace(self, at=Moments(life, self.at.time_ns))

    def only(self, chosen: Ints) -> Labels:
        """Take a part of the moments."""
        return replace(
            self,
            at=self.at.only(chosen),
            left=self.left[chosen],
            censored=self.censored[chosen],
        )

    def lasted_ns(self, apart: Recording) -> tuple[Floats, Bools]:
        """How long each life was seen, (lives,), and whether it was seen to its end."""
        first = np.minimum(trajectory.first_rows(apart), len(apart) - 1)
        last = np.searchsorted(apart.unit, np.arange(len(apart.units)), side="right") - 1
        lasted = (apart.time_ns[last] - apart.time_ns[first]).astype(np.float64)
        lasted[last < first] = 0.0
        at_end = np.full(len(apart.units), np.inf)
        sure = ~self.censored
        np.minimum.at(at_end, self.at.unit[sure], self.left[sure])
        missing = at_end * self.ns_per_unit
        complete = (lasted > 0) & (missing < NEAR_THE_END * lasted)
        return lasted + np.where(complete, missing, 0.0), complete

    def usage_left(self, by: Clock, apart: Recording, rate: Floats) -> Floats:
        """Usage left at each moment, told as time at the usual rate; at most `cap`.

        Where a life was not seen to its end, what is left goes on at the present rate.
        """
        if by.kind == ELAPSED:
            return self.left
        used = by.read(apart)
        moments = by.moments(apart, used, self.at)
        _, complete = self.lasted_ns(apart)
        last = np.searchsorted(apart.unit, self.at.unit, side="right") - 1
        told = (used[np.maximum(last, 0)] - moments.time_ns) / self.ns_per_unit
        known = complete[self.at.unit] & ~self.censored
        return np.clip(np.where(known, told, self.left * rate), 0.0, self.cap)


def spread(life: Ints, seed: int) -> Ints:
    """Positions to learn from: as many of each life as can be, in their order."""
    rank = np.random.default_rng(seed).permutation(len(life))
    order = np.lexsort((rank, life))
    turn = np.empty(len(life), dtype=np.int64)
    turn[order] = np.arange(len(life)) - np.searchsorted(life[order], life[order])
    chosen = np.lexsort((rank, turn))[:MOST_EXAMPLES]
    return np.sort(chosen[turn[chosen] < MOST_OF_A_LIFE])


def _ns_per_unit(at: Moments, left: Floats, cap: float) -> float:
    """As time passes, so much less is left: the middle of what pairs of moments say."""
    passed = np.diff(at.time_ns).astype(np.float64)
    used = -np.diff(left)
    told = (np.diff(at.unit) == 0) & (used > 0) & (left[:-1] < cap)
    return float(np.median(passed[told] / used[told])) if told.any() else float("nan")
