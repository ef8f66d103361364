"""The detectors of single metrics in their context, side by side, for a recording of any step.

They think in hours; rows that follow each other at another step are taken for hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd

from models.arrays import Floats, Ints
from models.detectors.context_residual import ContextResidual
from models.detectors.detector import NotEnoughDataError
from models.detectors.standing import places
from models.features import hours
from models.recording import HOUR_NS, Description, Recording


class InContext:
    """Watches every metric that has a context; a score of 1 is the threshold of one of them."""

    threshold = 1.0

    def __init__(self) -> None:
        self._detectors: tuple[ContextResidual, ...] = ()
        self._units: tuple[str, ...] = ()

    @property
    def clear_below(self) -> float:
        """An anomaly is over when the score stays under this."""
        shares = [each.clear_below / each.threshold for each in self._detectors]
        return float(min(shares, default=self.threshold))

    def fit(self, recording: Recording) -> Self:
        """Learn from a healthy history; a metric with too little of it is not watched."""
        description, self._units = recording.description, recording.units
        watched = [name for name in description.watched if description.context.get(name)]
        frame = _frame(recording, self._units, _needed(description, watched))
        fitted = []
        for name in watched:
            try:
                fitted.append(_untrained(description, name).fit(frame))
            except NotEnoughDataError as error:
                reason = error
        if not fitted:
            raise NotEnoughDataError(str(reason) if watched else "no metric has a context")
        self._detectors = tuple(fitted)
        return self

    def score(self, recording: Recording) -> pd.DataFrame:
        """One row a reading: unit, time (UTC) and the highest of the metrics' scores."""
        if not self._detectors:
            raise NotEnoughDataError("the detector was not fitted")
        description = recording.description
        frame = _frame(
            recording, self._units, _needed(description, [each.metric for each in self._detectors])
        )
        key = pd.MultiIndex.from_frame(frame[["device_id", "time"]])
        scores = [_of_rows(each, frame, key) / each.threshold for each in self._detectors]
        return pd.DataFrame(
            {
                "unit": recording.unit,
                "time": pd.to_datetime(recording.time_ns, utc=True),
                "score": np.fmax.reduce(scores),
            }
        )


def _untrained(description: Description, name: str) -> ContextResidual:
    return ContextResidual(
        name,
        description.context[name],
        description.direction.get(name, "both"),
        resolution=description.resolution.get(name, 0.0),
    )


def _needed(description: Description, watched: Sequence[str]) -> list[str]:
    names = set(watched)
    for name in watched:
        names |= set(description.context[name])
    return sorted(names)


def _frame(recording: Recording, units: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    """Rows as a rollup would give them."""
    of_metrics: dict[str, Floats] = {}
    for name in metrics:
        mean, last = recording.column(name), recording.last
        ended = mean if last is None else last[:, recording.metrics.index(name)]
        of_metrics.update(zip(hours.columns([name]), (mean, ended), strict=True))
    known = places(units, recording)
    device_id = np.where(known < len(units), known, len(units) + recording.unit)
    return pd.DataFrame(
        {
            "device_id": device_id,
            "time": pd.to_datetime(_in_hours(recording), utc=True),
            **of_metrics,
        }
    )


def _in_hours(recording: Recording) -> Ints:
    """Times at which a row is an hour after the one before it, if it is a step after it."""
    if recording.step_ns == HOUR_NS:
        return recording.time_ns
    steps = np.ones(len(recording), dtype=np.int64)
    apart = np.diff(recording.time_ns) / max(recording.step_ns, 1)
    follows = np.diff(recording.unit) == 0
    steps[1:] = np.where(follows, np.maximum(np.rint(apart), 1), 1)
    return np.cumsum(steps) * HOUR_NS


def _of_rows(detector: ContextResidual, frame: pd.DataFrame, key: pd.MultiIndex) -> Floats:
    """Scores of the frame's rows; NaN for rows that the detector left out."""
    scored = detector.score(frame).set_index(["device_id", "time"])["score"]
    return scored.reindex(key).to_numpy(np.float64)
