"""How large a residual is usual, which itself depends on what the appliance is doing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

from models.arrays import Floats
from models.detectors.robust_regression import TO_SIGMA

MEAN_TO_SIGMA = 1.2533
"""From a mean absolute deviation to a normal standard deviation."""
LEAST_SCALE = 1e-9
"""So that a metric that never moves can be divided by."""
WILD = 5.0
"""Residuals count up to this many medians."""
NARROWEST, WIDEST = 0.4, 3.0
"""How far the noise of one hour may be from the overall noise, as a factor."""
STANDSTILL = 0.25
"""Hours with less than this share of the overall noise are those of an idle appliance."""
LEAST_TELLING = 0.1
"""Even they tell something."""


@dataclass(frozen=True)
class Noise:
    """Standard deviation of healthy residuals as a function of a model's columns."""

    overall: float
    least: float
    weights: Floats

    @classmethod
    def of(cls, design: Floats, residual: Floats, resolution: float) -> Noise:
        """Learn from residuals of devices that the regression did not see."""
        size = np.abs(residual)
        middle = float(np.median(size))
        if middle > 0:
            size = size.clip(max=WILD * TO_SIGMA * middle)
        mean = float(size.mean())
        if mean <= LEAST_SCALE:
            return cls(LEAST_SCALE, max(resolution, LEAST_SCALE), _everywhere_alike(design))
        model = Ridge(alpha=len(size) / 50).fit(design, size / mean)
        weights = np.concatenate([[model.intercept_], model.coef_])
        return cls(MEAN_TO_SIGMA * mean, max(resolution, LEAST_SCALE), weights)

    def scale(self, design: Floats) -> Floats:
        """Return the standard deviation for each row, in the metric's unit."""
        factor = self._factor(design).clip(NARROWEST, WIDEST)
        return np.maximum(self.overall * factor, self.least)

    def telling(self, design: Floats) -> Floats:
        """Return from 0 to 1 how much each row tells: little while the appliance stands still."""
        share: Floats = (self._factor(design) / STANDSTILL).clip(LEAST_TELLING, 1)
        return share * share

    def _factor(self, design: Floats) -> Floats:
        factor: Floats = self.weights[0] + design @ self.weights[1:]
        return factor


def _everywhere_alike(design: Floats) -> Floats:
    weights = np.zeros(design.shape[1] + 1)
    weights[0] = 1.0
    return weights
