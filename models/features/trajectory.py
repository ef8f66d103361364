"""How far a life has come: levels, trends, and what changed since its own beginning.

A unit here is one life. Units differ more from each other than a young one does from an old one,
so the departure from a life's own beginning tells more than any level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.features import reduction, windows
from models.features.reduction import Bounds
from models.features.table import Table, beside
from models.recording import HOUR_NS, Moments, Recording

AGE = "age_h"
TRAIT = "trait:"
FEWEST_ROWS = 3
"""A span holds at least so many of the usual steps."""
MANY_METRICS = 8
"""The spreads and lasting means of so many metrics tell one life from any other, and a model then
remembers lives instead of wear."""


@dataclass(frozen=True)
class Spans:
    """Lengths to look back over, in nanoseconds, as shares of how long lives last."""

    short: int
    usual: int
    long: int
    whole: int

    @classmethod
    def of(cls, life_ns: float, step_ns: int) -> Spans:
        """From the length of a usual life."""
        short, usual, long, whole = (
            max(round(life_ns * share), (FEWEST_ROWS + number) * step_ns)
            for number, share in enumerate((0.03, 0.1, 0.2, 0.4))
        )
        return cls(short, usual, long, whole)


def trajectory(recording: Recording, at: Moments, spans: Spans) -> Table:
    """All that is known of each life at each moment, from rows until then."""
    few = len(recording.metrics) < MANY_METRICS
    looks = [
        _chosen(recording, at, spans.short, ("mean",)),
        _chosen(recording, at, spans.usual, ("mean", "std", "slope") if few else ("mean", "slope")),
        _chosen(recording, at, spans.long, ("slope",)),
        _chosen(recording, at, spans.whole, ("slope",)),
    ]
    level = looks[1].values[:, : len(recording.metrics)]
    return beside(
        [
            *looks,
            Table(_named(recording, "departure"), level - _beginning(recording, at, spans)),
            *([_lasting(recording, at)] if few else []),
            Table((AGE,), age_ns(recording, at)[:, None] / HOUR_NS),
            _traits(recording, at),
        ]
    )


def departure(recording: Recording, at: Moments, spans: Spans) -> Floats:
    """How far each metric is from where it was as the life began, (moments, metrics)."""
    level = _chosen(recording, at, spans.usual, ("mean",)).values
    return level - _beginning(recording, at, spans)


def first_rows(recording: Recording) -> Ints:
    """Position of each unit's first row, (units,)."""
    return np.searchsorted(recording.unit, np.arange(len(recording.units))).astype(np.int64)


def age_ns(recording: Recording, at: Moments) -> Floats:
    """Time since each unit's first row, (moments,); NaN for a unit without any until then."""
    first = first_rows(recording)
    age = (at.time_ns - _start_ns(recording, first)[at.unit]).astype(np.float64)
    begun = windows.rows_until(recording.moments, at) > first[at.unit]
    return np.where(begun, age, np.nan)


def _lasting(recording: Recording, at: Moments) -> Table:
    """Mean of every metric since the life began."""
    first = first_rows(recording)[at.unit]
    until = np.maximum(windows.rows_until(recording.moments, at), first)
    return Table(_named(recording, "since_start"), _mean(recording, Bounds(first, until)))


def _beginning(recording: Recording, at: Moments, spans: Spans) -> Floats:
    """Mean of every metric as the life began, from rows until then, (moments, metrics)."""
    first = first_rows(recording)
    begun_ns = _start_ns(recording, first)[at.unit] + spans.usual - 1
    begun = Moments(at.unit, np.minimum(begun_ns, at.time_ns))
    return _mean(recording, Bounds(first[at.unit], windows.rows_until(recording.moments, begun)))


def _chosen(recording: Recording, at: Moments, length_ns: int, statistics: Sequence[str]) -> Table:
    table = windows.windows(recording, at, [length_ns])
    places = [
        number for number, name in enumerate(table.names) if name.split(":")[-2] in statistics
    ]
    return Table(tuple(table.names[place] for place in places), table.values[:, places])


def _start_ns(recording: Recording, first: Ints) -> Ints:
    """When each unit began; 0 for one without rows, which no moment can look into."""
    padded = np.append(recording.time_ns, 0)
    return padded[np.minimum(first, len(recording))]


def _mean(recording: Recording, bounds: Bounds) -> Floats:
    """Mean of every metric over rows that are known; NaN without any."""
    known = np.isfinite(recording.values)
    count = reduction.total(known.astype(np.float64), bounds)
    added = reduction.total(np.where(known, recording.values, 0.0), bounds)
    return added / np.where(count > 0, count, np.nan)


def _traits(recording: Recording, at: Moments) -> Table:
    if recording.traits is None:
        return Table((), np.empty((len(at), 0)))
    names = tuple(f"{TRAIT}{name}" for name in recording.trait_names)
    return Table(names, recording.traits[at.unit])


def _named(recording: Recording, what: str) -> tuple[str, ...]:
    return tuple(f"{metric}:{what}" for metric in recording.metrics)
