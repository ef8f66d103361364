"""How unusual the metrics are together, though each may be ordinary by itself.

The Mahalanobis distance, from a covariance of each unit that is shrunk towards the fleet's and
towards no correlation: that of the recent means, and the recent mean of that of each reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from models.arrays import Floats, Ints
from models.detectors.levels import Seen
from models.detectors.sight import SMOOTHED_STEPS
from models.features.trailing import trailing
from models.recording import Recording

FLEET_ROWS = 50.0
"""The fleet's covariance counts for so many rows of a unit's own."""
SHRINKAGE = 0.1
"""Share of the covariance that is taken to be without correlation."""
LEAST_VARIANCE = 1e-3
WILD = 4.0
"""Departures teach as if they were no farther than so many spreads."""
FEWEST_METRICS = 2


@dataclass(frozen=True)
class Subspace:
    """Two columns, whatever the number of metrics; none where there is only one metric."""

    seen: Seen
    of_means: Floats
    """(units + 1, metrics, metrics), inverse covariance; the last one for a unit never seen."""
    of_readings: Floats
    """Likewise."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all metrics in one."""
        several = len(self.seen.metrics) >= FEWEST_METRICS
        return ("all metrics:together", "all metrics:apart") if several else ()

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Learn how metrics vary together."""
        seen = Seen.of(recording)
        means = seen.recent(recording).steady_mean
        readings = seen.departures(recording)
        return cls(seen, _inverse(recording, means), _inverse(recording, readings))

    def see(self, recording: Recording) -> Floats:
        """Logarithms of squared distances; a metric that is missing counts as ordinary."""
        place = self.seen.standing.places(recording)
        means = self.seen.recent(recording).steady_mean
        far = _distance(means, self.of_means, place)
        each = np.log1p(_distance(self.seen.departures(recording), self.of_readings, place))
        recent = trailing(recording.moments, each, self.seen.step_ns, SMOOTHED_STEPS).mean
        return np.hstack([np.log1p(far), recent])[:, : len(self.names)]


def _inverse(recording: Recording, departures: Floats) -> Floats:
    known = np.nan_to_num(departures).clip(-WILD, WILD)
    units, metrics = len(recording.units), known.shape[1]
    square = np.empty((units, metrics, metrics))
    edges = np.searchsorted(recording.unit, np.arange(units + 1))
    for unit, (first, after) in enumerate(pairwise(edges)):
        square[unit] = known[first:after].T @ known[first:after]
    count = np.diff(edges).astype(np.float64)
    fleet = square.sum(axis=0) / max(float(count.sum()), 1.0)
    own = (square + FLEET_ROWS * fleet) / (count + FLEET_ROWS)[:, None, None]
    inverse = np.linalg.inv(_shrunk(np.concatenate([own, [fleet]])))
    return np.asarray(inverse, dtype=np.float64)


def _shrunk(covariance: Floats) -> Floats:
    diagonal = np.eye(covariance.shape[-1]) * covariance
    least = LEAST_VARIANCE * np.eye(covariance.shape[-1])
    shrunk: Floats = (1 - SHRINKAGE) * covariance + SHRINKAGE * diagonal + least
    return shrunk


def _distance(departures: Floats, inverse: Floats, place: Ints) -> Floats:
    """Squared, (rows, 1); NaN where nothing is known."""
    filled = np.nan_to_num(departures)
    half = np.einsum("ri,rij->rj", filled, inverse[place])
    squared = np.maximum((half * filled).sum(axis=1, keepdims=True), 0.0)
    return np.where(np.isfinite(departures).any(axis=1, keepdims=True), squared, np.nan)
