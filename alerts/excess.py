"""Whether something happens more often here than there, and by how much. Pure.

Two rates are held against each other given how often it happened in all (a conditional exact test,
mid-p), so that few cases are judged as honestly as many. Exposure has any unit, the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.arrays import Floats

OUTSIDE = 0.05
"""An interval of a ratio misses the truth so often."""
OUTSIDE_COMING = 0.2
"""Likewise the interval of how many more there will be."""


@dataclass(frozen=True)
class Ratio:
    """How many times as often, with an interval that holds in 95 of 100 cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Coming:
    """How many more are expected, with an interval that holds four times out of five."""

    expected: float
    low: int
    high: int


def chance(cases: Floats, exposure: Floats, others: Floats, other_exposure: Floats) -> Floats:
    """How likely so many of all cases, or more, would be here if both rates were the same."""
    whole = exposure + other_exposure
    share = np.divide(exposure, whole, out=np.ones_like(whole), where=whole > 0)
    total = cases + others
    more = stats.binom.sf(cases, total, share) + stats.binom.pmf(cases, total, share) / 2
    return np.asarray(more, dtype=np.float64)


def ratio(cases: float, exposure: float, others: float, other_exposure: float) -> Ratio:
    """How many times as often it happens here; both exposures above zero."""
    shares = stats.beta.ppf([OUTSIDE / 2, 1 - OUTSIDE / 2], cases + 0.5, others + 0.5)
    low, high = (float(share / (1 - share)) * other_exposure / exposure for share in shares)
    value = (cases + 0.5) / (others + 0.5) * other_exposure / exposure
    return Ratio(value, low if cases else 0.0, high)


def coming(cases: float, exposure: float, ahead: float) -> Coming:
    """How many more the rate so far gives in the exposure that lies ahead."""
    shape = cases + 0.5
    if ahead <= 0:
        return Coming(0.0, 0, 0)
    among = stats.nbinom(shape, exposure / (exposure + ahead))
    low, high = among.ppf([OUTSIDE_COMING / 2, 1 - OUTSIDE_COMING / 2])
    return Coming(shape * ahead / exposure, int(low), int(high))


def adjusted(chances: Floats, tried: int) -> Floats:
    """Each chance, allowing for how many were tried, so that a bound on it limits false finds.

    Benjamini and Hochberg, JRSS B 57 (1995); those tried and not in `chances` count as hopeless.
    """
    order = np.argsort(chances)
    steps = chances[order] * tried / np.arange(1, len(chances) + 1)
    sound = np.minimum.accumulate(steps[::-1])[::-1]
    result = np.empty_like(chances)
    result[order] = np.minimum(sound, 1.0)
    return result
