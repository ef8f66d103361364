"""Departures that several sights see, made comparable by rehearsing on healthy history.

The sights learn from the first part of each unit's history and look at the rest of it: what
wanders in a healthy unit must wander further than that before it counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import pandas as pd

from models.arrays import Bools, Floats
from models.detectors.detector import NotEnoughDataError
from models.detectors.drift import without_drift
from models.detectors.recovery import after_peaks
from models.detectors.sight import Sight
from models.detectors.standing import Standing
from models.detectors.weighing import Weighing
from models.features.table import Table
from models.recording import Recording

LEARNING_SHARE = 0.6
"""Of each unit's history; the rest is the rehearsal."""
STEADY = 0.05
"""Added to every spread: sights give their columns in spreads of a single reading."""
TYPICAL_UNIT = 0.75
"""Of the units, so many wander no further than what counts as ordinary."""
LEAST_WANDERING = 0.7
FEWEST_ROWS = 8
"""A unit rehearses with at least so many rows."""
LEAST_ROWS = 20
"""Fewer rows than this teach nothing."""
SHARPNESS = 5.0
"""Power of the mean over columns: between their sum and their maximum."""
DRIFT = 0.4
"""Spreads that are forgiven over a time as long as a unit's history."""
BELIEVED = 0.9
"""Share of the rehearsal's scores that are below the threshold."""
UNREHEARSED = 3.0
"""The threshold where no unit had rows enough to rehearse."""
CLEARS_AT = 0.6
"""Share of the threshold under which an anomaly is over."""


@dataclass(frozen=True)
class View:
    """Sights, and where units stand in what these see."""

    sights: tuple[Sight, ...]
    standing: Standing
    speed: float
    """Spreads a row by which slow drift is followed."""

    @classmethod
    def of(cls, kinds: Sequence[type[Sight]], recording: Recording) -> Self:
        """Learn from healthy rows."""
        sights = tuple(kind.of(recording) for kind in kinds)
        rows = np.bincount(recording.unit)
        speed = DRIFT / max(float(np.median(rows[rows > 0])), 1.0)
        return cls(sights, Standing.of(recording, _look(sights, recording)), speed)

    @property
    def names(self) -> tuple[str, ...]:
        """What each column is about."""
        return tuple(name for sight in self.sights for name in sight.names)

    def departures(self, recording: Recording) -> Floats:
        """(rows, columns of all sights) in spreads of the unit."""
        values, place = _look(self.sights, recording), self.standing.places(recording)
        spread = self.standing.spread[place] + STEADY
        away = (values - self.standing.centre[place]) / spread
        return without_drift(recording.moments, away, self.speed)


@dataclass(frozen=True)
class Learned:
    """What training leaves behind."""

    view: View
    scale: Floats
    """How far each column wanders in a healthy unit after its history; NaN if it says nothing."""
    rehearsed: Floats
    """Scores of the rehearsal, in ascending order."""
    step_ns: int
    weighing: Weighing | None = None
    """What labels taught, where there were any."""


class Rehearsed:
    """A detector that looks through `kinds` of sights; a score of 1 is ordinary."""

    def __init__(self, kinds: Sequence[type[Sight]], learned: Learned | None = None) -> None:
        self.kinds = tuple(kinds)
        self._learned = learned

    @property
    def learned(self) -> Learned:
        """What `fit` found; NotEnoughDataError before it."""
        if self._learned is None:
            raise NotEnoughDataError("the detector was not fitted")
        return self._learned

    @property
    def threshold(self) -> float:
        """A tenth of what healthy units do is above it, and more as time goes by."""
        return self.threshold_for(1 - BELIEVED)

    @property
    def clear_below(self) -> float:
        """An anomaly is over when the score stays under this."""
        return CLEARS_AT * self.threshold

    def threshold_for(self, rate: float) -> float:
        """The score that so large a share of the rehearsal's healthy rows was above."""
        scores = self.learned.rehearsed
        return float(np.quantile(scores, 1 - rate)) if len(scores) else UNREHEARSED

    def fit(self, recording: Recording) -> Self:
        """Learn from a healthy history; raises NotEnoughDataError."""
        check(recording)
        early = first_rows(recording, LEARNING_SHARE)
        rehearsing = View.of(self.kinds, recording.only(early))
        seen = rehearsing.departures(recording)
        late = ~early & np.isfinite(seen).any(axis=1)
        scale = _wandering(seen[late], recording.only(late))
        view = View.of(self.kinds, recording)
        of_name = dict(zip(rehearsing.names, scale, strict=True))
        self._learned = Learned(
            view=view,
            scale=np.array([of_name.get(name, 1.0) for name in view.names]),
            rehearsed=np.sort(together(np.abs(seen[late]) / scale)),
            step_ns=recording.step_ns,
        )
        return self

    def departures(self, recording: Recording) -> Table:
        """What each sight sees of each row, with its sign; 1 is as far as healthy units wander."""
        learned = self.learned
        return Table(learned.view.names, learned.view.departures(recording) / learned.scale)

    def score(self, recording: Recording) -> pd.DataFrame:
        """One row a reading, in the recording's order: unit, time (UTC), score."""
        score = together(np.abs(self.departures(recording).values))
        return pd.DataFrame(
            {
                "unit": recording.unit,
                "time": pd.to_datetime(recording.time_ns, utc=True),
                "score": after_peaks(recording.moments, score, self.learned.step_ns),
            }
        )


def check(recording: Recording) -> None:
    """Raise NotEnoughDataError for a history that teaches nothing."""
    rows = int(np.isfinite(recording.values).any(axis=1).sum())
    if rows < LEAST_ROWS:
        raise NotEnoughDataError(
            f"{rows} rows with values in the history are too few to learn from",
            hint="wait until more readings are stored, or train on a longer span",
        )


def together(departures: Floats) -> Floats:
    """Make one number of each row: the largest columns count most; NaN where none is known."""
    known = np.isfinite(departures)
    powers = np.where(known, departures, 0.0) ** SHARPNESS
    count = known.sum(axis=1)
    mean = powers.sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, mean ** (1 / SHARPNESS), np.nan)


def first_rows(recording: Recording, share: float) -> Bools:
    """Rows in the first part of each unit's own."""
    count = np.bincount(recording.unit, minlength=len(recording.units))
    start = np.cumsum(count) - count
    rank = np.arange(len(recording)) - start[recording.unit]
    early: Bools = rank < share * count[recording.unit]
    return early


def _look(sights: Sequence[Sight], recording: Recording) -> Floats:
    return np.hstack([sight.see(recording) for sight in sights])


def _wandering(seen: Floats, late: Recording) -> Floats:
    """How far columns wander in most units, as a root mean square: (columns,)."""
    starts = np.searchsorted(late.unit, np.arange(len(late.units) + 1))
    of_units = np.array(
        [
            _root_mean_square(seen[first:after])
            for first, after in pairwise(starts)
            if after - first >= FEWEST_ROWS
        ]
    ).reshape(-1, seen.shape[1])
    scale = np.ones(seen.shape[1])
    some = np.isfinite(of_units).any(axis=0)
    scale[some] = np.nanquantile(of_units[:, some], TYPICAL_UNIT, axis=0)
    return np.maximum(scale, LEAST_WANDERING)


def _root_mean_square(values: Floats) -> Floats:
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean = (np.where(known, values, 0.0) ** 2).sum(axis=0) / np.maximum(count, 1)
    return np.where(count > 0, np.sqrt(mean), np.nan)
