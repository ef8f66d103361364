"""How far a metric is from what its context explains, since when, and in which hours it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from models.arrays import Bools, Floats, Ints

DAY_NS = 24 * 3_600_000_000_000
TELLING = 0.5
"""Hours that depart at least by this share of the largest departure of the day show it."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Departure:
    """One metric of one device; quantities are means of the hours of the past day that show it."""

    metric: str
    observed: float
    expected: float
    spread: float
    since: datetime
    """The first hour after the score was last at rest; hours without a score do not end it."""
    excess: float
    """The score as a multiple of its threshold."""
    context: dict[str, float] = field(default_factory=dict)
    """What was around it in the same hours."""


@dataclass(frozen=True)
class Watched:
    """What is looked at in one metric's scores, and how."""

    metric: str
    context: tuple[str, ...]
    direction: str
    threshold: float
    rest: float
    """A score up to here is at rest."""


@dataclass(frozen=True)
class Scores:
    """The scored hours of one device in order of time, each (hours,)."""

    time_ns: Ints
    observed: Floats
    expected: Floats
    spread: Floats
    z: Floats
    """Departure of the hour alone, in spreads."""
    score: Floats
    context: Floats
    """(hours, contexts)."""

    def __len__(self) -> int:
        return len(self.time_ns)

    def only(self, chosen: Bools | slice) -> Scores:
        """Take a part of the hours."""
        return Scores(
            self.time_ns[chosen],
            self.observed[chosen],
            self.expected[chosen],
            self.spread[chosen],
            self.z[chosen],
            self.score[chosen],
            self.context[chosen],
        )

    def last_day(self) -> Scores:
        """Take the hours of the day that ends with the last one."""
        return self.only(self.time_ns > self.time_ns[-1] - DAY_NS) if len(self) else self


def of_scores(scores: Scores, watched: Watched) -> Departure | None:
    """Describe where the last of one device's scored hours stand; None if they say nothing."""
    known = scores.only(np.isfinite(scores.z + scores.spread + scores.score))
    if not len(known):
        return None
    day = known.last_day()
    shows = day.only(_telling(day.z, watched.direction))
    return Departure(
        metric=watched.metric,
        observed=float(shows.observed.mean()),
        expected=float(shows.expected.mean()),
        spread=float(shows.spread.mean()),
        since=_since(known, watched.rest),
        excess=float(known.score[-1]) / watched.threshold,
        context=_around(shows, watched.context),
    )


def mean_z(scores: Scores) -> float | None:
    """Signed departure in spreads, the mean over the past day; None without any hour."""
    known = scores.only(np.isfinite(scores.z))
    return float(known.last_day().z.mean()) if len(known) else None


def _around(shows: Scores, context: tuple[str, ...]) -> dict[str, float]:
    return {
        name: float(np.nanmean(values))
        for name, values in zip(context, shows.context.T, strict=True)
        if np.isfinite(values).any()
    }


def _telling(z: Floats, direction: str) -> Bools:
    sign = {"high": 1.0, "low": -1.0}.get(direction, float(np.sign(z.mean()) or 1.0))
    toward = sign * z
    found: Bools = toward >= (TELLING if toward.max() > 0 else 1.0) * toward.max()
    return found


def _since(known: Scores, rest: float) -> datetime:
    """When the stretch began that lasts until the end; its last hour if it is at rest."""
    at_rest = np.flatnonzero(known.score <= rest)
    first = min(int(at_rest[-1]) + 1, len(known) - 1) if len(at_rest) else 0
    return EPOCH + timedelta(microseconds=int(known.time_ns[first]) // 1000)
