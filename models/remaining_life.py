"""How many days a consumable will last, with an interval that holds four times out of five.

It predicts what is left to use and divides by how fast this home uses it: a model of days alone
fails in a home unlike those it has seen. Pure; usage goes from 0 (new) to 1 (spent).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from devices.catalogue.appliance_type import Wear
from models.arrays import Floats, Ints
from models.forecasters.usage_life import RATED, TINY, Life

DAY_NS = 24 * 3_600_000_000_000
REPLACED = 0.5
"""A jump back of this share of a life is a replacement or a refill."""
TOPPED_UP = 0.1
"""A smaller one is a top-up: it says nothing about the rate. Below that it is noise."""
PRIOR_DAYS = 4.0
"""The fleet's rate counts for as many days of a device's own."""
IDLE_DAYS = 5.0
"""After so many days without any use, the fleet's rate says nothing about this home."""
IDLE_USE = 1e-6
HABITS = 0.08
"""Relative error of any rate: next month is not last month."""
DAILY_VARIATION = 0.3
"""A day's use varies by at least so much of the mean, whatever the few days seen say."""
Z80 = 1.2816
"""Ten per cent of a normal distribution lie beyond this many standard deviations."""
LONGEST_DAYS = 3650.0
MOMENT = timedelta(days=3)
"""A replacement that was told of, and a jump seen not so long after it, are the same."""
SMOOTHED_OVER = 3
"""Readings whose median is the usage now, against a sensor's noise."""


@dataclass(frozen=True)
class FleetRate:
    """Usage a day, of a type's devices."""

    mean: float
    spread: float
    """Standard deviation between homes, relative to the mean."""


@dataclass(frozen=True)
class Renewal:
    """A replacement that somebody told of."""

    at: datetime
    told: float
    """What the wear metric said from then on: an appliance may not have been told itself."""


@dataclass(frozen=True)
class Usage:
    """What a device's history says since its last replacement."""

    used: float
    days: float
    total: float
    """Used in those days, without top-ups."""
    variance: float
    """Of a day's use."""
    replaced_at: datetime | None
    """Start of the day of the replacement; None if there was none in the history."""
    first_at: datetime
    first_used: float


@dataclass(frozen=True)
class Estimate:
    """Days left from the last reading on; None where nobody can say."""

    used: float
    days_left: float | None
    low: float | None
    high: float | None
    installed_at: datetime
    """Of the consumable in use: seen, or reckoned back from its usage."""
    replaced_at: datetime | None
    """As seen in the history."""


def estimate(history: pd.DataFrame, wear: Wear, fleet_rate: FleetRate | None) -> Estimate | None:
    """Estimate from one device's `history` (time, value), about one row a day; None without any."""
    usage = usage_of(history, wear)
    return None if usage is None else days_left(usage, fleet_rate)


def usage_of(history: pd.DataFrame, wear: Wear, renewal: Renewal | None = None) -> Usage | None:
    """Follow the usage since the last replacement, seen or told of; None without any reading."""
    known = history.dropna(subset=["value"]).sort_values("time")
    if known.empty:
        return None
    share = share_used(known["value"].to_numpy(np.float64), wear)
    times = known["time"].to_numpy("datetime64[ns]").astype(np.int64)
    return usage_since(times, share, renewal, wear)


def usage_since(times: Ints, share: Floats, renewal: Renewal | None, wear: Wear) -> Usage:
    """Likewise from arrays in order of time: nanoseconds, and the share used as shown."""
    jumps = np.flatnonzero(np.diff(share) <= -REPLACED)
    since = int(jumps[-1]) + 1 if len(jumps) else 0
    replaced_at = _instant(int(times[since]) // DAY_NS * DAY_NS) if len(jumps) else None
    if renewal is not None and (replaced_at is None or renewal.at >= replaced_at + MOMENT):
        since = min(int(np.searchsorted(times, instant_ns(renewal.at))), len(times) - 1)
        replaced_at = renewal.at
        told = float(share_used(np.array([renewal.told]), wear)[0])
        if share[since] > told - TOPPED_UP:  # else it was reset later, before this history
            share = np.maximum(share - told, 0.0)
    return since_replaced(times[since:], share[since:], replaced_at)


def share_used(values: Floats, wear: Wear) -> Floats:
    """How far a consumable is used up by what its metric shows: 0 new, 1 spent."""
    used: Floats = (values - wear.new) / (wear.spent - wear.new)
    return used


def since_replaced(times: Ints, share: Floats, replaced_at: datetime | None) -> Usage:
    """Follow the usage of one life."""
    days = np.diff(times) / DAY_NS
    steps = np.diff(share)
    counted = (steps > -TOPPED_UP) & (days > 0)
    steps, days = steps[counted], days[counted]
    span = float(days.sum())
    total = max(float(steps.sum()), 0.0)
    rate = total / span if span else 0.0
    square = float(((steps - rate * days) ** 2 / days).sum())
    return Usage(
        used=_now(share, times, rate),
        days=span,
        total=total,
        variance=square / max(len(steps) - 1, 1),
        replaced_at=replaced_at,
        first_at=_instant(int(times[0])),
        first_used=float(share[0]),
    )


def _now(share: Floats, times: Ints, rate: float) -> float:
    """Usage at the last reading: the median of what the last few make of it."""
    last = slice(-SMOOTHED_OVER, None)
    return float(np.median(share[last] + rate * (times[-1] - times[last]) / DAY_NS))


def fleet_rate(usages: list[Usage]) -> FleetRate | None:
    """Find the usual rate of a type's devices; None if nobody used anything."""
    rates = np.array([usage.total / usage.days for usage in usages if usage.days >= 1])
    rates = rates[rates > IDLE_USE]
    if not len(rates):
        return None
    mean = float(rates.mean())
    spread = float(rates.std(ddof=1)) / mean if len(rates) > 2 else 0.5  # noqa: PLR2004 - two homes do not show a spread
    return FleetRate(mean, max(spread, 0.15))


def days_left(usage: Usage, fleet: FleetRate | None, life: Life = RATED) -> Estimate:
    """Divide what is left by this home's rate, drawn towards the fleet's while little was seen."""
    left, least, most = life.left(usage.used)
    rate, relative = _rate(usage, fleet)
    expected = left / rate if rate > 0 else math.inf
    low: float | None
    high: float | None
    middle: float | None
    if left == 0:
        middle = low = high = 0.0
    elif expected > LONGEST_DAYS:
        middle = low = high = None
    else:
        daily = max(usage.variance, (DAILY_VARIATION * rate) ** 2) / rate**2
        unsure = Z80 * math.sqrt(relative**2 + daily / max(expected, 1.0))
        middle = expected
        low = expected * math.exp(-math.hypot(unsure, math.log(left / max(least, TINY))))
        high = expected * math.exp(math.hypot(unsure, math.log(most / left)))
    return Estimate(
        min(max(usage.used, 0.0), 1.5),
        middle,
        low,
        high,
        _installed(usage, rate),
        usage.replaced_at,
    )


def _rate(usage: Usage, fleet: FleetRate | None) -> tuple[float, float]:
    """Use a day and its relative standard error."""
    idle = usage.total <= IDLE_USE * max(usage.days, 1.0)
    if idle and (fleet is None or usage.days >= IDLE_DAYS):
        return 0.0, 0.0
    prior = PRIOR_DAYS if fleet else 0.0
    mean, spread = (fleet.mean, fleet.spread) if fleet else (0.0, 0.0)
    days = usage.days + prior
    rate = (usage.total + prior * mean) / days
    daily = max(usage.variance, (DAILY_VARIATION * rate) ** 2) / rate**2
    borrowed = prior / days * spread * mean / rate
    relative = math.sqrt(HABITS**2 + daily * usage.days / days**2 + borrowed**2)
    return rate, relative


def _installed(usage: Usage, rate: float) -> datetime:
    if usage.replaced_at is not None:
        return usage.replaced_at
    if rate <= 0:
        return usage.first_at
    return usage.first_at - timedelta(days=min(max(usage.first_used, 0.0) / rate, LONGEST_DAYS))


def instant_ns(at: datetime) -> int:
    """Nanoseconds since the epoch."""
    return int(pd.Timestamp(at).value)


def _instant(time_ns: int) -> datetime:
    return pd.Timestamp(time_ns, unit="ns", tz="UTC").to_pydatetime()
