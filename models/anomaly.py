"""Whether a unit does what healthy units do: several sights as one calibrated score.

What counts is how far every metric is from where it stands, from what the rest of the appliance
explains, how much it moves and how it goes through its cycle, each against how far healthy units
wander. Labels are not needed; where the history has some, they say which departures matter.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Self

import numpy as np
import pandas as pd

from models.arrays import Bools, Floats
from models.detectors import alarms
from models.detectors.cycles import Cycles
from models.detectors.levels import Levels, Variation
from models.detectors.rehearsed import Learned, Rehearsed, View, check, together
from models.detectors.residuals import Residuals
from models.detectors.subspace import Subspace
from models.detectors.weighing import Weighing
from models.recording import HOUR_NS, Recording

SIGHTS = (Levels, Residuals, Variation, Subspace, Cycles)
ALARM_AT = 2.0
"""Thresholds from which on somebody is told: a tenth of all healthy rows is too much for that."""
DOUBTFUL = 6.0
"""Rows of the history that are so many of their unit's own spreads away are not believed."""
MOST_DOUBTFUL = 0.1
"""Unless so large a share of it is: then that is how these units are."""
LOOKBACK_STEPS = 240
"""Rows before one that are read to score it: a cycle of any length, and what came before it."""
ROUNDS = 4
"""The history is read again without what was not believed, at most so often."""


class AnomalyFamily(Rehearsed):
    """Learns from healthy history, or from history with a few anomalies in it; scores every row."""

    def __init__(self, seed: int = 0, learned: Learned | None = None) -> None:
        super().__init__(SIGHTS, learned)
        self.seed = seed
        """Not needed: nothing is left to chance."""

    @property
    def lookback_h(self) -> int:
        """Hours before a reading that its score is told by; older ones hardly count."""
        return LOOKBACK_STEPS * math.ceil(self.learned.step_ns / HOUR_NS)

    @property
    def threshold(self) -> float:
        """A tenth of what healthy units do is above it, and more as time goes by."""
        weighing = self.learned.weighing
        return super().threshold if weighing is None else weighing.threshold

    def fit(self, recording: Recording, labels: Floats | Bools | None = None) -> Self:
        """Learn; rows with a label above 0 are no healthy ones, those without a label are."""
        bad = np.zeros(len(recording), dtype=np.bool_)
        if labels is not None:
            bad = np.nan_to_num(np.asarray(labels, dtype=np.float64)) > 0
        self._fit_healthy(recording.only(~bad))
        if bad.any():
            self._weigh(recording, bad)
        return self

    def score(self, recording: Recording) -> pd.DataFrame:
        """One row a reading, in the recording's order: unit, time (UTC), score."""
        scored, weighing = super().score(recording), self.learned.weighing
        if weighing is None:
            return scored
        score = scored["score"].to_numpy(np.float64)
        departures = self.departures(recording).values  # noqa: PD011 - a feature table's
        return scored.assign(score=weighing.blend(departures, score))

    def alarms(self, recording: Recording) -> pd.DataFrame:
        """One row an episode, at the reading with which it begins: unit, time (UTC), score."""
        scored, rows = self.score(recording), recording.moments
        score = scored["score"].to_numpy(np.float64)
        level = ALARM_AT * self.threshold
        begins = alarms.onsets(rows, score, level, self.threshold, self.learned.step_ns)
        return scored[begins].reset_index(drop=True)

    def _fit_healthy(self, recording: Recording) -> None:
        check(recording)
        believed = np.ones(len(recording), dtype=np.bool_)
        for _ in range(ROUNDS):
            view = View.of(self.kinds, recording.only(believed))
            away = together(np.abs(view.departures(recording)))
            still = believed & ~(away > DOUBTFUL)
            if still.sum() == believed.sum() or still.mean() < 1 - MOST_DOUBTFUL:
                break
            believed = still
        super().fit(recording.only(believed))

    def _weigh(self, recording: Recording, bad: Bools) -> None:
        score = super().score(recording)["score"].to_numpy(np.float64)
        departures = self.departures(recording).values  # noqa: PD011 - a feature table's
        found = Weighing.of(recording.moments, departures, score, bad, super().threshold)
        self._learned = replace(self.learned, weighing=found)
