"""What the rest of the appliance does not explain of a metric at the same moment.

Explained by the metric's context where the catalogue names one, by all other metrics where not.
Each unit has weights of its own, drawn to the fleet's as long as little is known of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from models.arrays import Floats
from models.detectors.levels import columns
from models.detectors.sight import SMOOTHED_STEPS
from models.detectors.standing import Standing
from models.features.trailing import trailing
from models.recording import Recording

RIDGE = 0.02
"""Added for each row: as if the explaining metrics had so much noise of their own."""
FLEET_ROWS = 100.0
"""The fleet's weights count for so many rows of a unit's own."""
WILD = 4.0
"""Departures teach as if they were no farther than so many spreads."""
BEYOND = 3.0
"""From so many spreads on, the square of a context goes on straight."""
LEAST = 1e-9


@dataclass(frozen=True)
class Explanation:
    """What explains one metric, and by how much."""

    target: int
    explaining: tuple[int, ...]
    """Positions of metrics, like `target`."""
    curved: bool
    """Whether squares explain too."""
    weights: Floats
    """(units + 1, columns of the design); the last row for a unit never seen."""


@dataclass(frozen=True)
class Residuals:
    """The mean of what is left of each watched metric over the last rows."""

    standing: Standing
    metrics: tuple[str, ...]
    explanations: tuple[Explanation, ...]
    step_ns: int

    @property
    def names(self) -> tuple[str, ...]:
        """One column a watched metric."""
        return tuple(f"{self.metrics[each.target]}:unexplained" for each in self.explanations)

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Learn what explains what."""
        standing = Standing.of(recording, recording.values)
        departures = standing.departures(recording, recording.values).clip(-WILD, WILD)
        watched = recording.description.watched
        explanations = tuple(_explanation(recording, departures, name) for name in watched)
        return cls(standing, recording.metrics, explanations, recording.step_ns)

    def see(self, recording: Recording) -> Floats:
        """Unexplained departures, in spreads of the metric itself."""
        values = columns(recording, self.metrics)
        departures = self.standing.departures(recording, values)
        place = self.standing.places(recording)
        left = np.empty((len(recording), len(self.explanations)))
        for number, each in enumerate(self.explanations):
            design = _design(departures, each.explaining, curved=each.curved)
            expected = np.einsum("rk,rk->r", design, each.weights[place])
            left[:, number] = departures[:, each.target] - expected
        return trailing(recording.moments, left, self.step_ns, SMOOTHED_STEPS).steady_mean


def _explanation(recording: Recording, departures: Floats, name: str) -> Explanation:
    named = recording.description.context.get(name)
    metrics = recording.metrics
    others = metrics if named is None else named
    explaining = tuple(metrics.index(other) for other in others if other != name)
    target, curved = metrics.index(name), named is not None
    design = _design(departures, explaining, curved=curved)
    weights = _weights(recording, design, departures[:, target])
    return Explanation(target, explaining, curved, weights)


def _design(departures: Floats, explaining: tuple[int, ...], *, curved: bool) -> Floats:
    """Columns for each row; what is missing counts as ordinary."""
    straight = np.nan_to_num(departures[:, list(explaining)])
    parts = [np.ones((len(straight), 1)), straight]
    if curved:
        size = np.abs(straight)
        parts.append(np.where(size <= BEYOND, size**2 / BEYOND, 2 * size - BEYOND))
    return np.hstack(parts)


def _weights(recording: Recording, design: Floats, target: Floats) -> Floats:
    """Ridge regression of each unit, drawn to the fleet's: (units + 1, columns)."""
    known = np.isfinite(target)
    design = np.where(known[:, None], design, 0.0)
    target = np.where(known, target, 0.0)
    units = len(recording.units)
    square = np.empty((units, design.shape[1], design.shape[1]))
    moment = np.empty((units, design.shape[1]))
    edges = np.searchsorted(recording.unit, np.arange(units + 1))
    for unit, (first, after) in enumerate(pairwise(edges)):
        square[unit] = design[first:after].T @ design[first:after]
        moment[unit] = design[first:after].T @ target[first:after]
    count = np.bincount(recording.unit[known], minlength=units).astype(np.float64)
    rows = max(float(count.sum()), 1.0)
    share = FLEET_ROWS / rows
    squares = np.concatenate([square + share * square.sum(axis=0), [square.sum(axis=0)]])
    moments = np.concatenate([moment + share * moment.sum(axis=0), [moment.sum(axis=0)]])
    penalty = np.diag([LEAST, *np.full(design.shape[1] - 1, RIDGE)])
    counted = np.append(count + FLEET_ROWS, rows)[:, None, None]
    found: Floats = np.linalg.solve(squares + counted * penalty, moments[..., None])[..., 0]
    return found
