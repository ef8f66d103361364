"""How many of many things that may happen will happen in each week, with an interval. Pure.

Each thing has a chance of its own; beside them a stream of things that nobody can name yet, known
by how many came before. Weeks are ISO weeks in UTC; the first one counts from now on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from scipy import stats

from models.arrays import Floats

WEEKS = 8
WEEK_DAYS = 7.0
DONE_A_WEEK = 0.5
"""Of what is due already, this share is done in a week; of the rest again, and so on."""
OUTSIDE = 0.2
"""The interval holds four times out of five."""
SURELY_SPENT = 0.01
"""A smaller chance that it still lasts counts as none."""
LEVELS = 100
"""Chances are rounded to so many levels, so that a million of them cost as much as a few."""
REACH = 8.0
"""Sums are followed so many standard deviations to each side."""


@dataclass(frozen=True)
class Need:
    """How many, with an interval that holds four times out of five."""

    expected: float
    low: int
    high: int


@dataclass(frozen=True)
class Stream:
    """What comes at a rate known from `seen` of its kind; `mean` of them are expected."""

    seen: float
    mean: float


def mondays(now: datetime) -> list[date]:
    """The first day of each week."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return [monday + timedelta(weeks=week) for week in range(WEEKS)]


def edges(now: datetime) -> Floats:
    """Where the weeks begin and end, in days from now: one more than there are weeks."""
    ends = [
        (datetime.combine(monday + timedelta(weeks=1), time(), UTC) - now) / timedelta(days=1)
        for monday in mondays(now)
    ]
    return np.array([0.0, *ends])


def done_by_week(ends: Floats) -> Floats:
    """The share of what is due now that is done in each week."""
    still_due = (1 - DONE_A_WEEK) ** (ends / WEEK_DAYS)
    return np.asarray(-np.diff(still_due), dtype=np.float64)


def first_replacements(
    middle: Floats, low: Floats, high: Floats, age: Floats, ends: Floats
) -> Floats:
    """The chance of each device's next replacement in each week: devices by weeks.

    Days left (`middle`, with an interval that holds four times out of five) count from an estimate
    that is `age` days old; they are taken as log-normal, given that it has not run out since.
    What is spent already, or surely is by now, is done a share a week.
    """
    spread = np.log(np.maximum(high, 1e-3) / np.maximum(low, 1e-3)) / 2 / stats.norm.isf(0.1)
    runs_out = stats.lognorm(
        np.maximum(spread, 0.05)[:, None], scale=np.maximum(middle, 1e-6)[:, None]
    )
    lasts = runs_out.sf(age[:, None] + ends[None, :])
    alive = lasts[:, :1]
    due = (middle <= 0) | (alive[:, 0] < SURELY_SPENT)
    shares = -np.diff(lasts, axis=1) / np.maximum(alive, 1e-12)
    return np.asarray(np.where(due[:, None], done_by_week(ends)[None, :], shares), np.float64)


def with_renewals(first: Floats, life_days: float, spread: float) -> Floats:
    """The same with what runs out again within the weeks: devices by weeks, at most one a week."""
    lags = np.arange(first.shape[1] + 1) - 0.5
    life = stats.lognorm(spread, scale=life_days / WEEK_DAYS)
    again = np.diff(life.cdf(np.maximum(lags, 0.0)))
    chances = first.copy()
    for week in range(1, first.shape[1]):
        earlier = chances[:, :week] @ again[week:0:-1]
        chances[:, week] = np.minimum(first[:, week] + earlier, 1.0)
    return chances


def total(chances: Floats, streams: Sequence[Stream] = ()) -> Need:
    """How many of independent things with these chances, and of the streams, there will be."""
    groups, sizes = _grouped(chances)
    mean, variance = _moments(groups, sizes, streams)
    spread = float(np.sqrt(variance))
    start = max(int(mean - REACH * spread - REACH), 0)
    length = int(mean + REACH * spread + REACH) + 1 - start
    turns = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    log_transform = sizes @ np.log1p(np.outer(groups, turns - 1))
    for stream in streams:
        log_transform -= stream.seen * np.log1p(stream.mean / stream.seen * (1 - turns))
    ring = np.fft.irfft(np.exp(log_transform), length)
    return _need(mean, np.maximum(np.roll(ring, -start), 0.0), start)


def _grouped(chances: Floats) -> tuple[Floats, Floats]:
    """Chances that are nearly equal, as their mean and their number."""
    possible = chances[chances > 0]
    if len(possible) <= LEVELS:
        return possible, np.ones(len(possible))
    level = np.minimum((possible * LEVELS).astype(np.int64), LEVELS - 1)
    sizes = np.bincount(level, minlength=LEVELS).astype(np.float64)
    sums = np.bincount(level, possible, minlength=LEVELS)
    return sums[sizes > 0] / sizes[sizes > 0], sizes[sizes > 0]


def _moments(groups: Floats, sizes: Floats, streams: Sequence[Stream]) -> tuple[float, float]:
    mean = float((groups * sizes).sum()) + sum(each.mean for each in streams)
    variance = float((groups * (1 - groups) * sizes).sum())
    return mean, variance + sum(each.mean + each.mean**2 / each.seen for each in streams)


def _need(expected: float, chances: Floats, start: int) -> Need:
    """Half of a number's own chance counts as below it: few things are not overstated."""
    below = np.cumsum(chances) - chances / 2
    low = int(np.searchsorted(below, OUTSIDE / 2))
    high = int(np.searchsorted(below, 1 - OUTSIDE / 2, side="right")) - 1
    return Need(expected, start + low, start + max(high, low))
