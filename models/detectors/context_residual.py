"""Whether a metric is where it should be, given what happens around the appliance.

Fleet: a robust regression on the context. Device: a level and a noise of its own. Time: means of
the past hours, judged against how such means vary on healthy devices not seen in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from models.arrays import Floats
from models.detectors import robust_regression
from models.detectors.calibration import Calibration, calibrate
from models.detectors.detector import NotEnoughDataError
from models.detectors.device_levels import DeviceLevels
from models.detectors.noise import LEAST_SCALE, Noise
from models.detectors.robust_regression import Basis, mad
from models.detectors.smoothing import means, reach_h
from models.detectors.strangeness import Strangeness
from models.features import hours
from models.features.hours import Hours

LEAST_VALUES = 20
"""Fewer values than this teach nothing about a fleet."""
UNSEEN = 0.5
"""Share of what lies beyond the contexts of training that may be wrong: a law need not go on."""
ALWAYS_AT_WORK = 0.9
"""Share of the hours that tell something new, for an appliance that hardly rests."""
VALUES_A_COLUMN = 6
"""Values that the curved form needs for each of its columns."""


@dataclass(frozen=True)
class Learned:
    """What training leaves behind."""

    held: frozenset[str]
    basis: Basis
    weights: Floats
    noise: Noise
    levels: DeviceLevels
    strangeness: Strangeness
    calibration: Calibration
    lookback_h: int


class ContextResidual:
    """The residual of `metric` given `context`, watched in `direction` (high, low or both).

    `resolution` is the smallest departure worth a look, in the metric's unit.
    """

    def __init__(
        self, metric: str, context: Sequence[str], direction: str, *, resolution: float = 0.0
    ) -> None:
        self.metric = metric
        self.context = tuple(context)
        self.direction = direction
        self.resolution = resolution
        self._learned: Learned | None = None

    @classmethod
    def of(
        cls,
        metric: str,
        context: Sequence[str],
        direction: str,
        *,
        resolution: float,
        learned: Learned,
    ) -> Self:
        """Make a detector that was fitted before."""
        detector = cls(metric, context, direction, resolution=resolution)
        detector._learned = learned
        return detector

    @property
    def learned(self) -> Learned:
        """What `fit` found; NotEnoughDataError before it."""
        if self._learned is None:
            raise NotEnoughDataError(f"the detector of {self.metric} was not fitted")
        return self._learned

    @property
    def threshold(self) -> float:
        """A score from here on is an anomaly, if it lasts."""
        return self.learned.calibration.threshold

    @property
    def clear_below(self) -> float:
        """An anomaly is over when the score stays under this."""
        return self.learned.calibration.clear_below

    @property
    def lookback_h(self) -> int:
        """How many hours before the first one asked for `score` needs to see."""
        return self.learned.lookback_h

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learn from a healthy history of one type, an hour a row."""
        held = hours.held(frame, (self.metric, *self.context))
        rows = hours.rows(frame, self.metric, self.context, held)
        is_held = self.metric in held
        fresh = rows.only(rows.known & rows.fresh)
        basis = self._basis(fresh, is_held=is_held)
        design = basis.design(fresh)
        crossed = robust_regression.cross_fit(design, fresh)
        noise = self._noise(design, fresh, crossed.predicted, is_held=is_held)
        strangeness = Strangeness.of(fresh.device_id, design, crossed.weights)
        scale, telling = noise.scale(design), noise.telling(design)
        weights = robust_regression.weights(design, fresh.observed, fresh.device_id)
        predicted = robust_regression.apply(weights, design)
        residual = fresh.observed - predicted
        self._learned = Learned(
            held=held,
            basis=basis,
            weights=weights,
            noise=noise,
            levels=DeviceLevels.of(fresh.device_id, predicted, residual, scale, held=is_held),
            strangeness=strangeness,
            calibration=calibrate(
                fresh,
                crossed.predicted,
                scale,
                telling,
                strangeness.doubt(fresh.device_id, design),
                self.direction,
                held=is_held,
            ),
            lookback_h=reach_h(
                fresh,
                telling,
                held=is_held,
                rests=not is_held and len(fresh.fresh) < ALWAYS_AT_WORK * rows.known.sum(),
            ),
        )
        return self

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row a device and hour that has the metric and some of its context."""
        learned = self.learned
        rows = hours.rows(frame, self.metric, self.context, learned.held)
        rows = rows.only(rows.known)
        design = learned.basis.design(rows)
        predicted = robust_regression.apply(learned.weights, design)
        offset, offset_sd, noise = learned.levels.of_rows(rows.device_id, predicted)
        offset_sd = np.hypot(offset_sd, learned.strangeness.doubt(rows.device_id, design))
        offset_sd = np.hypot(offset_sd, self._beyond(rows, predicted))
        expected = predicted + offset
        scale = learned.noise.scale(design) * noise
        residual = rows.observed - expected
        found = means(
            rows,
            residual / scale,
            offset_sd / scale,
            learned.noise.telling(design),
            held=self.metric in learned.held,
        )
        spread = np.hypot(scale, offset_sd)
        return pd.DataFrame(
            {
                "device_id": rows.device_id,
                "time": pd.to_datetime(rows.time_ns, utc=True),
                "observed": rows.observed,
                "expected": expected,
                "spread": spread,
                "residual": residual,
                "z": residual / spread,
                "score": learned.calibration.score(found, self.direction),
            }
        )

    def _beyond(self, rows: Hours, predicted: Floats) -> Floats:
        """Doubt about what is expected only because the model goes on beyond what it saw."""
        basis, weights = self.learned.basis, self.learned.weights
        within = robust_regression.apply(weights, basis.design(basis.within(rows)))
        return UNSEEN * np.abs(predicted - within)

    def _basis(self, fresh: Hours, *, is_held: bool) -> Basis:
        values = len(fresh.observed)
        columns = len(self.context) * (len(self.context) + 5) // 2 + 2
        if values < max(LEAST_VALUES, VALUES_A_COLUMN * len(self.context)):
            raise NotEnoughDataError(
                f"{self.metric}: {values} values in the history are too few to learn from",
                hint="wait until more hours are stored, or train on a longer span",
            )
        curved = values >= VALUES_A_COLUMN * columns
        return Basis.of(fresh, curved=curved, timed=curved and not is_held)

    def _noise(self, design: Floats, fresh: Hours, unseen: Floats, *, is_held: bool) -> Noise:
        """Learn from residuals of devices that the regression did not see, once levelled."""
        residual = fresh.observed - unseen
        rough = np.full(len(residual), max(mad(residual), self.resolution, LEAST_SCALE))
        levels = DeviceLevels.of(fresh.device_id, unseen, residual, rough, held=is_held)
        offset, _, _ = levels.of_rows(fresh.device_id, unseen)
        return Noise.of(design, residual - offset, self.resolution)
