"""How one device differs from its fleet: its level, its gain and its noise, as far as it was seen.

A device of which little is known stands near the fleet, and its level is uncertain. The gain is
how strongly it responds: a heater of 2.1 kW among those of 2 kW differs only while it heats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.detectors.robust_regression import HUBER, TO_SIGMA, mad

LASTING_H = 6.0
"""Hourly departures of one device stay alike for about so long: so many count as one value."""
NOISE_TRUST = 20.0
"""Values after which a device's own noise counts for as much as the fleet's."""
QUIETEST = 0.7
"""No device is trusted to have less than this share of the fleet's noise."""
FEWEST_DEVICES = 3
"""With fewer, how far devices differ is not known."""
ASSUMED_DIFFERENCE = 2.0
"""Then a new device's level may be off by so many times the noise."""
LEAST_DIFFERENCE = np.array([0.3, 0.1])
"""Level and gain of devices differ at least by so many times the noise."""
GAIN_DRIFT = 0.03
"""A healthy device's response changes by so much over a season, for reasons nobody reports; where
nothing is expected of it, nothing of that shows."""
ROUNDS = 4


@dataclass(frozen=True)
class DeviceLevels:
    """Of the devices seen in training, by device_id; coefficients are (level, gain)."""

    device_id: Ints
    coefficients: Floats
    """(devices, 2), in the metric's unit."""
    covariance: Floats
    """(devices, 2, 2): how uncertain they are."""
    noise: Floats
    """(devices,): noise as a multiple of the fleet's."""
    fleet: Floats
    """(2,): coefficients of a device not seen."""
    fleet_variance: Floats
    """(2,): how far devices differ."""
    centre: float
    half_range: float
    """Of the predictions, which the gain acts on."""

    @classmethod
    def of(
        cls, device_id: Ints, predicted: Floats, residual: Floats, scale: Floats, *, held: bool
    ) -> DeviceLevels:
        """Learn from predictions, residuals and their usual size, (rows,) in the metric's unit."""
        low, centre, high = np.percentile(predicted, [1, 50, 99])
        half = max(float(high - low) / 2, 1e-12)
        design = _design(predicted, float(centre), half) / scale[:, None]
        target = residual / scale
        devices, rows = _rows(device_id)
        count_as_one = 1.0 if held else LASTING_H
        typical = float(np.median(scale))
        weak = np.full(2, (ASSUMED_DIFFERENCE * typical) ** 2)
        first = [_fit(design[r], target[r], np.zeros(2), weak, count_as_one) for r in rows]
        fleet, variance = _differences(first, typical)
        second = [_fit(design[r], target[r], fleet, variance, count_as_one) for r in rows]
        left = [target[r] - design[r] @ fit[0] for r, fit in zip(rows, second, strict=True)]
        return cls(
            device_id=devices,
            coefficients=np.array([fit[0] for fit in second]),
            covariance=np.array([fit[1] for fit in second]),
            noise=np.array([_noise(values) for values in left]),
            fleet=fleet,
            fleet_variance=variance,
            centre=float(centre),
            half_range=half,
        )

    def of_rows(self, device_id: Ints, predicted: Floats) -> tuple[Floats, Floats, Floats]:
        """Return each row's offset, its uncertainty, and its device's noise; (rows,) each."""
        place = np.searchsorted(self.device_id, device_id).clip(max=len(self.device_id) - 1)
        known = self.device_id[place] == device_id
        design = _design(predicted, self.centre, self.half_range)
        coefficients = np.where(known[:, None], self.coefficients[place], self.fleet)
        covariance = np.where(
            known[:, None, None], self.covariance[place], np.diag(self.fleet_variance)
        )
        variance = np.einsum("ri,rij,rj->r", design, covariance, design)
        from_centre = self.half_range * np.abs(design[:, 1])
        drift = GAIN_DRIFT * np.minimum(from_centre, np.abs(predicted))
        return (
            (design * coefficients).sum(axis=1),
            np.sqrt(variance + drift * drift),
            np.where(known, self.noise[place], 1.0),
        )


def _design(predicted: Floats, centre: float, half_range: float) -> Floats:
    gain = ((predicted - centre) / half_range).clip(-2, 2)
    return np.column_stack([np.ones(len(gain)), gain])


def _rows(device_id: Ints) -> tuple[Ints, list[Ints]]:
    devices, position = np.unique(device_id, return_inverse=True)
    ends = np.cumsum(np.bincount(position))[:-1]
    return devices, np.split(np.argsort(position, kind="stable"), ends)


def _fit(
    design: Floats, target: Floats, prior: Floats, variance: Floats, count_as_one: float
) -> tuple[Floats, Floats]:
    """Coefficients and covariance from one device's rows, robustly, drawn to the prior."""
    trust = np.ones(len(target))
    coefficients, covariance = prior, np.diag(variance)
    for _ in range(ROUNDS):
        weighted = design * trust[:, None] / count_as_one
        precision = weighted.T @ design + np.diag(1 / variance)
        covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
        coefficients = covariance @ (weighted.T @ target + prior / variance)
        size = np.abs(target - design @ coefficients)
        unit = max(TO_SIGMA * float(np.median(size)), 0.1)
        trust = 1 / np.maximum(size / (HUBER * unit), 1)
    return coefficients, covariance


def _differences(fits: list[tuple[Floats, Floats]], typical: float) -> tuple[Floats, Floats]:
    """Middle of the devices' coefficients, and their variance beyond what the fits leave open."""
    coefficients = np.array([fit[0] for fit in fits])
    fleet = np.asarray(np.median(coefficients, axis=0), dtype=np.float64)
    if len(fits) < FEWEST_DEVICES:
        return fleet, np.full(2, (ASSUMED_DIFFERENCE * typical) ** 2)
    robust = np.array([mad(column) for column in coefficients.T]) ** 2
    seen = np.maximum(robust, np.minimum(coefficients.var(axis=0, ddof=1), 4 * robust))
    doubt = np.median([np.diag(fit[1]) for fit in fits], axis=0)
    return fleet, np.maximum(seen - doubt, (LEAST_DIFFERENCE * typical) ** 2)


def _noise(values: Floats) -> float:
    own = len(values) / (len(values) + NOISE_TRUST)
    return max(own * mad(values) + (1 - own), QUIETEST)
