"""Whether a metric still goes through its cycle as it used to: in shape and in strength.

A worn compressor runs longer, a leaking valve flattens the wave: the mean may stay where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Floats
from models.detectors.levels import Seen
from models.features import cycle, windows
from models.features.trailing import trailing
from models.recording import Moments, Recording

QUIETEST = 0.05
"""Variance, in usual ones, below which quiet is quiet."""
NEAR = 1.5
"""A value counts as a cycle old if it is at most so many rows off."""


@dataclass(frozen=True)
class Cycles:
    """For each metric with a cycle: how far it is from the cycle before, and how strong it is."""

    seen: Seen
    lengths: tuple[int, ...]
    """Rows, of each metric; 0 for one without a cycle."""

    @property
    def names(self) -> tuple[str, ...]:
        """Two columns for each cycle."""
        metrics = zip(self.seen.metrics, self.lengths, strict=True)
        cyclic = [name for name, rows in metrics if rows]
        return tuple(f"{name}:{what}" for name in cyclic for what in ("shape", "strength"))

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Find the cycles."""
        seen = Seen.of(recording)
        departures = seen.departures(recording)
        return cls(seen, tuple(cycle.length(recording.unit, column) for column in departures.T))

    def see(self, recording: Recording) -> Floats:
        """Logarithms, so that twice and half are equally far."""
        departures, step_ns = self.seen.departures(recording), self.seen.step_ns
        found = [np.empty((len(recording), 0))]
        for number, rows in enumerate(self.lengths):
            if rows:
                column = departures[:, [number]]
                found.append(_shape(recording, column, step_ns, rows))
                found.append(_strength(recording, column, step_ns, rows))
        return np.hstack(found)


def _shape(recording: Recording, column: Floats, step_ns: int, rows: int) -> Floats:
    """How far the last cycle is from the one before it."""
    moments = recording.moments
    earlier = Moments(moments.unit, moments.time_ns - rows * step_ns)
    place = windows.rows_until(moments, earlier) - 1
    near = np.abs(moments.time_ns[place] - earlier.time_ns) <= NEAR * step_ns
    same = (place >= 0) & (moments.unit[place] == moments.unit) & near
    change = np.where(same[:, None], column - column[place], np.nan)
    return np.log(trailing(moments, change**2, step_ns, rows).mean + QUIETEST)


def _strength(recording: Recording, column: Floats, step_ns: int, rows: int) -> Floats:
    """How strong the wave of that length is over the last two cycles."""
    moments = recording.moments
    turn = (2 * np.pi * (moments.time_ns / (rows * step_ns) % 1.0))[:, None]
    waves = np.hstack([column * np.cos(turn), column * np.sin(turn)])
    found = trailing(moments, waves, step_ns, 2 * rows).mean
    strength: Floats = (found**2).sum(axis=1, keepdims=True)
    return np.log(strength + QUIETEST)
