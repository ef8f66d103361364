"""Where every watched metric stands, and how much it moves: the metric by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Floats
from models.detectors.sight import SMOOTHED_STEPS
from models.detectors.standing import Standing
from models.features.trailing import Trailing, trailing
from models.recording import Recording


@dataclass(frozen=True)
class Seen:
    """Where units stand with the watched metrics, and how far apart rows are."""

    standing: Standing
    metrics: tuple[str, ...]
    step_ns: int

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Learn where each unit stands."""
        metrics = recording.description.watched
        standing = Standing.of(recording, columns(recording, metrics))
        return cls(standing, metrics, recording.step_ns)

    def departures(self, recording: Recording) -> Floats:
        """(rows, metrics) in spreads from the usual middle."""
        return self.standing.departures(recording, columns(recording, self.metrics))

    def recent(self, recording: Recording) -> Trailing:
        """Departures over the last rows."""
        departures = self.departures(recording)
        return trailing(recording.moments, departures, self.step_ns, SMOOTHED_STEPS)


@dataclass(frozen=True)
class Levels:
    """The mean of each watched metric over the last rows."""

    seen: Seen

    @property
    def names(self) -> tuple[str, ...]:
        """One column a metric."""
        return tuple(f"{name}:level" for name in self.seen.metrics)

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Learn where each unit stands."""
        return cls(Seen.of(recording))

    def see(self, recording: Recording) -> Floats:
        """Spreads from the usual middle."""
        return self.seen.recent(recording).steady_mean


@dataclass(frozen=True)
class Variation:
    """How much each watched metric moves within the last rows: restless, or stuck."""

    seen: Seen

    @property
    def names(self) -> tuple[str, ...]:
        """One column a metric."""
        return tuple(f"{name}:variation" for name in self.seen.metrics)

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Learn how far each unit moves."""
        return cls(Seen.of(recording))

    def see(self, recording: Recording) -> Floats:
        """Logarithm of the spread, so that twice and half are equally far."""
        return self.seen.recent(recording).variation


def columns(recording: Recording, metrics: tuple[str, ...]) -> Floats:
    """Values of these metrics, (rows, metrics); NaN for a metric that the recording lacks."""
    values = np.full((len(recording), len(metrics)), np.nan)
    for number, name in enumerate(metrics):
        if name in recording.metrics:
            values[:, number] = recording.column(name)
    return values
