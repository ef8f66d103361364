"""What every detector offers: two methods, and one direction of score."""

from __future__ import annotations

from typing import Protocol, Self

import pandas as pd

from models.recording import Recording
from runtime.errors import HearthwatchError


class NotEnoughDataError(HearthwatchError):
    """Too little history to learn from: no model is better than a confident guess."""

    title = "Not enough data"


class Detector(Protocol):
    """Learns what healthy units of a type do; says how far each reading is from it."""

    @property
    def threshold(self) -> float:
        """A score from here on is an anomaly."""
        ...

    @property
    def clear_below(self) -> float:
        """An anomaly is over when the score stays under this."""
        ...

    def fit(self, recording: Recording) -> Self:
        """Learn from a healthy history; raises NotEnoughDataError."""
        ...

    def score(self, recording: Recording) -> pd.DataFrame:
        """One row a reading, in the recording's order; no score depends on a later reading.

        Columns: unit (position), time (UTC) and score (higher is more anomalous, NaN where too
        little was seen).
        """
        ...


class HourlyDetector(Protocol):
    """Watches one metric of a type on hourly rollups, and says what it expected.

    Frames have device_id, time (UTC) and `models.features.hours.columns`.
    """

    @property
    def threshold(self) -> float:
        """A score from here on is an anomaly, if it lasts."""
        ...

    @property
    def clear_below(self) -> float:
        """An anomaly is over when the score stays under this."""
        ...

    @property
    def lookback_h(self) -> int:
        """How many hours before the first one asked for `score` needs to see."""
        ...

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learn from a healthy history; raises NotEnoughDataError."""
        ...

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row a device and hour that can be judged.

        Columns: device_id, time, observed, expected, spread, residual (in the metric's unit),
        z (of the hour alone) and score (over the past hours; higher is more anomalous, NaN while
        too little was seen).
        """
        ...
