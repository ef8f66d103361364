"""From a mean departure to a score, and from which score on it is an anomaly.

Judged as in service: on devices that the regression has not seen, in the days after the ones
that their own level was learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.detectors.device_levels import DeviceLevels
from models.detectors.robust_regression import TO_SIGMA
from models.detectors.smoothing import Mean, means
from models.features.hours import Hours

LEARNING_SHARE = 0.6
"""Of each device's history; the rest is the rehearsal."""
LEAST_VARIATION = (0.25, 0.15)
"""Mean departures, over each window, vary at least so much: seasons and habits change more than a
week shows."""
LOWEST_THRESHOLD = 5.0
HIGHEST_THRESHOLD = 9.0
"""Above that the history itself holds a fault."""
MARGIN = 1.25
"""Over the highest score of healthy devices."""
OUTLYING = 0.1
"""Share of the devices whose highest scores are not believed to be healthy."""
CLEARS_AT = 0.6
"""Share of the threshold under which an anomaly is over."""


@dataclass(frozen=True)
class Calibration:
    """What is ordinary for the mean departure of a healthy device."""

    variation: float
    """Standard deviation of the mean departures over the first window."""
    threshold: float
    lasting: float = np.inf
    """That over the second one; without end where that window says nothing."""

    @property
    def clear_below(self) -> float:
        """An anomaly is over when the score stays under this."""
        return CLEARS_AT * self.threshold

    def score(self, means: Sequence[Mean], direction: str) -> Floats:
        """Scores, in deviations: of the window in which the departure stands out most."""
        variations = (self.variation, self.lasting)
        return _highest(means, variations, direction)


def calibrate(
    hours: Hours,
    predicted: Floats,
    scale: Floats,
    telling: Floats,
    doubt: Floats,
    direction: str,
    *,
    held: bool,
) -> Calibration:
    """Rehearse: learn levels from the first part of each device's history, score the rest."""
    early = _early(hours.device_id)
    residual = hours.observed - predicted
    levels = DeviceLevels.of(
        hours.device_id[early], predicted[early], residual[early], scale[early], held=held
    )
    offset, offset_sd, noise = levels.of_rows(hours.device_id, predicted)
    offset_sd = np.hypot(offset_sd, doubt)
    usual = scale * noise
    found = means(hours, (residual - offset) / usual, offset_sd / usual, telling, held=held)
    late = ~early & np.isfinite(found[0].departure)
    if not late.any():
        return Calibration(1.0, HIGHEST_THRESHOLD)
    variations = [
        max(TO_SIGMA * float(np.median(np.abs(mean.departure[late]))), least)
        for mean, least in zip(found, LEAST_VARIATION, strict=False)
    ]
    score = _highest(found, variations, direction)
    believed = float(np.quantile(_peaks(hours.device_id[late], score[late]), 1 - OUTLYING))
    threshold = float(np.clip(MARGIN * believed, LOWEST_THRESHOLD, HIGHEST_THRESHOLD))
    return Calibration(variations[0], threshold, *variations[1:])


def _highest(means: Sequence[Mean], variations: Sequence[float], direction: str) -> Floats:
    scores = [
        _towards(mean.departure / np.hypot(variation, mean.doubt), direction)
        for mean, variation in zip(means, variations, strict=False)
    ]
    highest: Floats = np.fmax.reduce(scores)
    return highest


def _towards(signed: Floats, direction: str) -> Floats:
    if direction == "high":
        return signed
    return -signed if direction == "low" else np.abs(signed)


def _early(device_id: Ints) -> Bools:
    """Rows in the first part of their device's history; rows are by device and time."""
    _, start, count = np.unique(device_id, return_index=True, return_counts=True)
    rank = np.arange(len(device_id)) - np.repeat(start, count)
    early: Bools = rank < LEARNING_SHARE * np.repeat(count, count)
    return early


def _peaks(device_id: Ints, scores: Floats) -> Floats:
    starts = np.unique(device_id, return_index=True)[1]
    peaks: Floats = np.maximum.reduceat(scores, starts)
    return peaks
