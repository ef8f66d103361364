"""Where one life of a unit ends and the next begins: a replacement, as logged or as seen.

A unit is cut into its lives, and each life is then looked at as a unit of its own, so that nothing
learned about the old part is held against the new one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features import windows
from models.recording import Log, Moments, Recording

JUMP = 0.5
"""A metric that only ever went one way, and jumps back by this share of a life, was renewed."""
ONE_WAY = 0.98
"""Share of a metric's steps that go the same way, for it to count as going one way."""
FEWEST_STEPS = 20
LONG_AGO_NS = np.iinfo(np.int64).min // 4


@dataclass(frozen=True)
class Renewal:
    """What was learned of how a life begins anew."""

    ignored: tuple[str, ...] = ()
    """Maintenance after which life just went on."""
    wearing: dict[str, float] = field(default_factory=dict)
    """Metrics that go one way only; a step back of at least so much is a replacement (signed)."""

    def starts(self, recording: Recording) -> Moments:
        """When each life began, by unit and time; a unit's first began before all we know."""
        found = [
            Moments(
                np.arange(len(recording.units), dtype=np.int64),
                np.full(len(recording.units), LONG_AGO_NS),
            ),
            _entries(recording.failures, ()),
            _entries(recording.maintenance, self.ignored),
            *(_jumps(recording, metric, step) for metric, step in self.wearing.items()),
        ]
        return _ordered(found)


def with_labels(recording: Recording, at: Moments, remaining: Floats) -> tuple[Renewal, Moments]:
    """Learn the rule, and when lives began, where it is known how much was left at moments.

    What is left can only grow by a renewal. `at` is ordered by unit and time.
    """
    labels = _Labels.of(at, remaining)
    rule = Renewal(labels.uneventful(recording.maintenance), _wearing(recording, labels))
    known = rule.starts(recording)
    return rule, _ordered([known, labels.unexplained(known)])


def by_life(recording: Recording, starts: Moments) -> Recording:
    """Look at each life as a unit; logs are left out."""
    life = life_of(starts, recording.moments)
    return replace(
        recording,
        units=tuple(
            f"{recording.units[unit]} life {number}" for number, unit in enumerate(starts.unit)
        ),
        unit=life,
        events=Log.empty(),
        maintenance=Log.empty(),
        failures=Log.empty(),
        traits=None if recording.traits is None else recording.traits[starts.unit],
    )


def life_of(starts: Moments, at: Moments) -> Ints:
    """Position of the life that each moment belongs to."""
    return windows.rows_until(starts, at) - 1


@dataclass(frozen=True)
class _Labels:
    """Pairs of moments of one unit that follow each other, and whether a renewal lies between."""

    before: Moments
    after: Moments
    renewed: Bools
    judged: Bools
    """Little enough was left before, so that a renewal would have shown."""

    @classmethod
    def of(cls, at: Moments, remaining: Floats) -> _Labels:
        pair = np.flatnonzero((np.diff(at.unit) == 0) & np.isfinite(remaining[:-1] + remaining[1:]))
        change = remaining[pair + 1] - remaining[pair]
        most = float(np.nanmax(remaining, initial=0.0))
        usual = float(np.median(-change[change < 0])) if (change < 0).any() else 0.0
        return cls(
            at.only(pair),
            at.only(pair + 1),
            change > max(5 * usual, 0.02 * most),
            remaining[pair] < JUMP * most,
        )

    def around(self, log: Log) -> Ints:
        """Position of the pair that each entry lies in; -1 for none."""
        entries = Moments(log.unit, log.time_ns)
        place = windows.rows_until(self.before, entries) - 1
        if not len(self.before):
            return np.full(len(log), -1)
        inside = (
            (place >= 0)
            & (self.before.unit[place] == log.unit)
            & (self.after.time_ns[place] >= log.time_ns)
        )
        return np.where(inside, place, -1)

    def uneventful(self, log: Log) -> tuple[str, ...]:
        """Codes after which, more often than not, no new life began."""
        place = self.around(log)
        judged = (place >= 0) & np.append(self.judged, False)[place]
        went_on: Counter[int] = Counter()
        for code, pair in zip(log.code[judged], place[judged], strict=True):
            went_on[int(code)] += -1 if self.renewed[pair] else 1
        return tuple(log.codes[code] for code, votes in sorted(went_on.items()) if votes > 0)

    def unexplained(self, starts: Moments) -> Moments:
        """Renewals that the labels tell and no known start does."""
        told = windows.rows_until(starts, self.after) - windows.rows_until(starts, self.before)
        return self.after.only(self.renewed & (told == 0))


def _wearing(recording: Recording, labels: _Labels) -> dict[str, float]:
    """Find metrics that go one way within lives, and how far they go in one."""
    renewed = labels.after.only(labels.renewed)
    starts = _ordered([Renewal().starts(recording), renewed])
    lives = by_life(recording, starts)
    found = {}
    for number, metric in enumerate(lives.metrics):
        step = _one_way(lives.unit, lives.values[:, number])
        if step is not None:
            found[metric] = step
    return found


def _one_way(unit: Ints, values: Floats) -> float | None:
    """The step back that a renewal would make; None if the metric goes both ways."""
    known = np.isfinite(values)
    unit, values = unit[known], values[known]
    same = np.diff(unit) == 0
    steps = np.diff(values)[same]
    moved = steps[steps != 0]
    if len(moved) < FEWEST_STEPS:
        return None
    way = np.sign(np.median(moved))
    if np.mean(np.sign(moved) == way) < ONE_WAY:
        return None
    travelled = np.bincount(unit[1:][same], weights=steps)
    back = -JUMP * float(np.median(travelled[travelled != 0]))
    crossed = steps <= back if back < 0 else steps >= back
    return None if back == 0 or crossed.any() else back


def _entries(log: Log, ignored: tuple[str, ...]) -> Moments:
    counted = np.array([log.codes[code] not in ignored for code in log.code], dtype=bool)
    return Moments(log.unit[counted], log.time_ns[counted] + 1)


def _jumps(recording: Recording, metric: str, back: float) -> Moments:
    if metric not in recording.metrics:
        return Moments(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    values = recording.column(metric)
    rows = np.flatnonzero(np.isfinite(values))
    steps = np.diff(values[rows])
    crossed = steps <= back if back < 0 else steps >= back
    return recording.moments.only(rows[1:][crossed & (np.diff(recording.unit[rows]) == 0)])


def _ordered(parts: list[Moments]) -> Moments:
    unit = np.concatenate([part.unit for part in parts])
    time_ns = np.concatenate([part.time_ns for part in parts])
    once = np.unique(np.column_stack([unit, time_ns]), axis=0)
    return Moments(once[:, 0], once[:, 1])
