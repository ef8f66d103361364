"""What wears a life down: hours that pass, a counter that rises, or what flows through.

A recording is put on the clock of its usage before anything is learned, so a life that is used
twice as hard looks the same and ends after half the time. What is left is then usage, and the
rate at which it is used turns it into time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features import trajectory, windows
from models.recording import Moments, Recording

ELAPSED = "elapsed"
RISE = "rise"
INTEGRAL = "integral"
LONGEST_GAP_STEPS = 10
"""Over a longer gap nothing is known of the usage; a flow counts for so long at most."""
PRIOR = 0.03
"""The fleet's rate counts like this share of the time over which a unit's own is measured."""
ALIKE = 0.75
"""Usage must differ between lives at their end by at most this share of what time does."""
RATE_SHARE = 0.25
"""A unit's present rate is measured over this share of a usual life."""
MOST_CANDIDATES = 1
ONE_WAY = 0.98
"""Share of a counter's changes that go up; the others are resets."""
NEVER_NEGATIVE = 0.98
"""Share of a flow's values that are no less than nothing."""


@dataclass(frozen=True)
class Clock:
    """A kind of usage; `scale` turns it into nanoseconds, so that a usual unit keeps time."""

    kind: str = ELAPSED
    metric: str = ""
    scale: float = 1.0
    rate_span_ns: int = 0
    """Time over which a unit's present rate is measured."""

    @property
    def name(self) -> str:
        """For people and facts: `elapsed`, `rise of strokes`, `integral of flow`."""
        return f"{self.kind} of {self.metric}" if self.metric else self.kind

    def read(self, lives: Recording) -> Ints:
        """Usage at each row since its life began; later rows always read a little more."""
        if self.kind == ELAPSED:
            return lives.time_ns
        first = trajectory.first_rows(lives)[lives.unit]
        gone = np.round(increments(lives, self.kind, self.metric) * self.scale)
        used = np.cumsum(gone.astype(np.int64) + 1)
        return used - used[first]

    def put_on(self, lives: Recording, used: Ints) -> Recording:
        """The recording with its usage in place of time."""
        if self.kind == ELAPSED:
            return lives
        return replace(lives, time_ns=used)

    def moments(self, lives: Recording, used: Ints, at: Moments) -> Moments:
        """The moments by usage: what the last row before each of them reads."""
        if self.kind == ELAPSED or not len(lives):
            return at
        last = np.maximum(windows.rows_until(lives.moments, at) - 1, 0)
        return Moments(at.unit, np.where(lives.unit[last] == at.unit, used[last], -1))

    def rate(self, lives: Recording, used: Ints, at: Moments) -> Floats:
        """Usage for each nanosecond, lately, drawn to the usual rate of 1 while little was seen."""
        if self.kind == ELAPSED or not len(lives):
            return np.ones(len(at))
        bounds = windows.window(lives, at, self.rate_span_ns)
        last = np.maximum(bounds.after - 1, 0)
        first = np.minimum(bounds.first, last)
        passed = (lives.time_ns[last] - lives.time_ns[first]).astype(np.float64)
        gone = (used[last] - used[first]).astype(np.float64)
        prior = PRIOR * self.rate_span_ns
        return np.maximum((gone + prior) / (passed + prior), 1e-6)


def increments(lives: Recording, kind: str, metric: str) -> Floats:
    """Usage since the row before, (rows,); 0 at a life's first row."""
    values = _held(lives.unit, lives.column(metric))
    same = np.concatenate(([False], np.diff(lives.unit) == 0))[: len(lives)]
    before = np.concatenate((values[:1], values[:-1]))[: len(lives)]
    if kind == RISE:
        return np.where(same & (before <= values), values - before, 0.0)
    passed = np.diff(lives.time_ns, prepend=lives.time_ns[:1]).astype(np.float64)
    seen = np.minimum(passed, LONGEST_GAP_STEPS * lives.step_ns) / lives.step_ns
    return np.where(same, np.maximum(before, 0.0) * seen, 0.0)


def candidates(lives: Recording, complete: Bools, passed_ns: Floats) -> list[Clock]:
    """Kinds of usage by which lives are more alike at their end than by time, best first.

    `complete`, (units,), says which lives are known from beginning to end, and `passed_ns` how
    long each of them lasted.
    """
    found = []
    passed = passed_ns[complete]
    for kind, metric in _possible(lives):
        gone = increments(lives, kind, metric)
        total = np.zeros(len(lives.units))
        np.add.at(total, lives.unit, gone)
        total = total[complete]
        if (total > 0).all() and _unlikeness(total) < ALIKE * _unlikeness(passed):
            span_ns = round(float(np.median(passed)) * RATE_SHARE)
            clock = Clock(kind, metric, float(passed.sum() / total.sum()), span_ns)
            found.append((_unlikeness(total), clock))
    return [clock for _, clock in sorted(found, key=lambda pair: pair[0])[:MOST_CANDIDATES]]


def _possible(lives: Recording) -> list[tuple[str, str]]:
    same = np.diff(lives.unit) == 0
    found = []
    for metric in lives.metrics:
        values = lives.column(metric)
        known = values[np.isfinite(values)]
        changes = np.diff(_held(lives.unit, values))[same]
        if not (changes != 0).any():
            continue
        if np.mean(changes[changes != 0] > 0) > ONE_WAY:
            found.append((RISE, metric))
        elif np.mean(known >= 0) > NEVER_NEGATIVE:
            found.append((INTEGRAL, metric))
    return found


def _unlikeness(totals: Floats) -> float:
    return float(np.std(totals)) / max(float(np.mean(totals)), np.finfo(np.float64).tiny)


def _held(unit: Ints, values: Floats) -> Floats:
    """Each missing value replaced by the last one known of the unit; 0 before any."""
    place = np.where(np.isfinite(values), np.arange(len(values)), -1)
    last = np.maximum.accumulate(place)
    own = (last >= 0) & (unit[np.maximum(last, 0)] == unit)
    return np.where(own, values[np.maximum(last, 0)], 0.0)
