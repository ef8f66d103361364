"""How much use a consumable really stands: learned from lives, for a fleet and for each home.

A life is told as a share of the maker's rating. One that came to its rating was not seen to its
true end, and nobody is told to go beyond it. What stops a filter up is in a home's water or air,
so the lives of one home are alike, and a home that had some has a usual life of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr, ndtr, ndtri

from models.arrays import Bools, Floats, Ints

NEW, TINY = 1e-3, 1e-12
"""What counts as nothing, of a life and of a chance."""
UNSURE = 0.5
"""Before anything was seen: the logarithm of a life lies so near to its rating."""
USUAL_SPREAD, UNSURE_SPREAD = 0.2, 0.5
"""And its spread is this, give or take half of it."""
PRIOR_PAIRS = 5.0
"""So many pairs of unlike lives speak against homes that differ, until more pairs were seen."""
MOST_ALIKE = 0.9


@dataclass(frozen=True)
class Life:
    """How much use a whole life takes; 1 is what the maker rates it for, and the most."""

    middle: float = 1.0
    spread: float = 0.0
    """Standard deviation of its logarithm."""

    def left(self, used: float) -> tuple[float, float, float]:
        """What is left after so much use: the middle of such lives, and where 80 % of them lie."""
        if self.spread == 0:
            rest = max(min(self.middle, 1.0) - used, 0.0)
            return rest, rest, rest
        begun = math.log(max(used, NEW) / self.middle) / self.spread
        survive = float(ndtr(-begun))
        ends = [
            self.middle * math.exp(-self.spread * float(ndtri(max(survive * share, TINY))))
            for share in (0.5, 0.9, 0.1)
        ]
        middle, low, high = (max(min(end, 1.0) - used, 0.0) for end in ends)
        return middle, low, high


RATED = Life()
"""As the catalogue has it."""


@dataclass(frozen=True)
class Lives:
    """What is known of lives; all of shape (lives,)."""

    used: Floats
    """When they ended, or were last seen."""
    entered: Floats
    """When they were first seen: what had ended before is not among them."""
    ended: Bools
    shift: Floats
    """What their home's conditions add to the logarithm of a life."""


@dataclass(frozen=True)
class UsageLife:
    """The usual life of a fleet, how alike those of one home are, and the homes that had some."""

    middle: float
    spread: float
    alike: float
    """Share of the variance that lies between homes."""
    homes: tuple[str, ...]
    departures: Floats
    """Mean departure of each home's lives from the usual, in logarithms, (homes,)."""
    lives: Floats
    """How many those are, (homes,); one whose end was not seen is less than one."""

    @classmethod
    def of(cls, lives: Lives, home: Sequence[str]) -> UsageLife:
        """Learn from lives, each in a home."""
        told = _told(lives)
        middle, spread = _fitted(told)
        _, place = np.unique(np.array(home, dtype=np.str_), return_inverse=True)
        alike = _alike(*_departures(told, middle, spread), place, spread)
        nothing = np.empty(0)
        return cls(math.exp(middle), spread, alike, (), nothing, nothing).remembering(lives, home)

    def remembering(self, lives: Lives, home: Sequence[str]) -> Self:
        """The same fleet, with the homes of these lives instead."""
        departures, weight = self.departed(lives)
        names, place = np.unique(np.array(home, dtype=np.str_), return_inverse=True)
        count: Floats = np.bincount(place, weight, minlength=len(names)).astype(np.float64)
        total = np.bincount(place, departures * weight, minlength=len(names))
        homes = tuple(str(name) for name in names)
        return replace(self, homes=homes, departures=total / np.maximum(count, TINY), lives=count)

    def of_home(self, name: str, shift: float = 0.0) -> Life:
        """The life to expect in a home of such conditions; the fleet's in one that is not known."""
        place = int(np.searchsorted(np.array(self.homes, dtype=np.str_), name))
        if place < len(self.homes) and self.homes[place] == name:
            return self._after(float(self.departures[place]), float(self.lives[place]), shift)
        return self._after(0.0, 0.0, shift)

    def after(self, own: Lives, shift: float = 0.0) -> Life:
        """The life to expect in a home that had these."""
        departures, weight = self.departed(own)
        count = float(weight.sum())
        return self._after(float((departures * weight).sum()) / max(count, TINY), count, shift)

    def departed(self, lives: Lives) -> tuple[Floats, Floats]:
        """How far lives are from what was expected, in logarithms, and what each weighs."""
        return _departures(_told(lives), math.log(self.middle), self.spread)

    def _after(self, departure: float, lives: float, shift: float) -> Life:
        trust = self.alike * lives / (1 + (lives - 1) * self.alike)
        spread = self.spread * math.sqrt(1 - self.alike * trust)
        return Life(self.middle * math.exp(trust * departure + shift), spread)


def _told(lives: Lives) -> Lives:
    """A life that came to its rating lasts at least so long."""
    reached = lives.used >= 1
    used = np.clip(lives.used, NEW, 1.0)
    entered = np.clip(lives.entered, 0.0, used)
    return Lives(used, entered, lives.ended & ~reached, lives.shift)


def _fitted(lives: Lives) -> tuple[float, float]:
    """Middle and spread of the logarithm, by the likelihood of what was and was not seen."""
    used = np.log(lives.used) - lives.shift
    entered = np.log(np.maximum(lives.entered, NEW)) - lives.shift

    def unlikely(asked: Floats) -> float:
        middle, log_spread = float(asked[0]), float(asked[1])
        spread = math.exp(log_spread)
        z = (used - middle) / spread
        likely = np.where(lives.ended, -0.5 * z**2 - log_spread, log_ndtr(-z))
        begun = np.where(lives.entered > NEW, log_ndtr(-(entered - middle) / spread), 0.0)
        prior = (middle / UNSURE) ** 2
        prior += ((log_spread - math.log(USUAL_SPREAD)) / UNSURE_SPREAD) ** 2
        return float(prior / 2 - (likely - begun).sum())

    found = minimize(unlikely, np.array([0.0, math.log(USUAL_SPREAD)]), method="Nelder-Mead")
    return float(found.x[0]), math.exp(float(found.x[1]))


def _departures(lives: Lives, middle: float, spread: float) -> tuple[Floats, Floats]:
    """From the middle, and what each life weighs.

    Of a life whose end was not seen it is what is to be expected, and the life weighs as much as it
    has ruled out.
    """
    z = (np.log(lives.used) - lives.shift - middle) / spread
    beyond = np.exp(-0.5 * z**2 - log_ndtr(-z)) / math.sqrt(2 * math.pi)
    return spread * np.where(lives.ended, z, beyond), np.where(lives.ended, 1.0, ndtr(z))


def _alike(departures: Floats, weight: Floats, home: Ints, spread: float) -> float:
    """How much of the spread lies between homes, from pairs of lives of one home."""
    products = _pairs(departures * weight, home)
    pairs = _pairs(weight, home)
    return min(max(products / spread**2 / (pairs + PRIOR_PAIRS), 0.0), MOST_ALIKE)


def _pairs(values: Floats, home: Ints) -> float:
    """Sum of the products of every two values of one home."""
    total, square = np.bincount(home, values), np.bincount(home, values**2)
    return float(((total**2 - square) / 2).sum())
