"""How far a forecast of life may be off: an interval that holds four times out of five.

It rests on how far forecasts were off for lives that the model had not seen, among forecasts
of about the same length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats

HOLDS = 0.8
NEIGHBOURS = 0.1
"""Share of the forecasts that are near enough to one to judge it by."""
PLACES = 41


@dataclass(frozen=True)
class Interval:
    """Error (true less forecast) at the 10th and 90th percentile, by the length forecast."""

    forecast: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, forecast: Floats, truth: Floats, weight: Floats) -> Interval:
        """Learn from forecasts for unseen lives, each counting by its weight."""
        order = np.argsort(forecast, kind="stable")
        forecast, error, weight = forecast[order], (truth - forecast)[order], weight[order]
        share = (np.cumsum(weight) - weight / 2) / weight.sum()
        centres = np.linspace(0, 1, PLACES)
        near = [np.abs(share - min(max(c, NEIGHBOURS / 2), 1 - NEIGHBOURS / 2)) for c in centres]
        bounds = [
            _quantiles(error[n <= NEIGHBOURS / 2], weight[n <= NEIGHBOURS / 2])
            if (n <= NEIGHBOURS / 2).any()
            else _quantiles(error, weight)
            for n in near
        ]
        return cls(
            np.interp(centres, share, forecast),
            np.array([low for low, _ in bounds]),
            np.array([high for _, high in bounds]),
        )

    def around(self, forecast: Floats) -> tuple[Floats, Floats]:
        """Lower and upper bound of each forecast."""
        low = forecast + np.interp(forecast, self.forecast, self.low)
        high = forecast + np.interp(forecast, self.forecast, self.high)
        return np.minimum(low, forecast), np.maximum(high, forecast)


def _quantiles(error: Floats, weight: Floats) -> tuple[float, float]:
    """Bounds that leave out a tenth on either side, a little wider for few errors."""
    order = np.argsort(error)
    share = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    low, high = np.interp([(1 - HOLDS) / 2, (1 + HOLDS) / 2], share, error[order])
    return float(low), float(high)
