"""What an appliance's sensors make of the truth: a little noise, and an end to their scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.physics.home import Floats


class Sensors:
    """The sensors of `units` appliances, with noise of their own generator.

    `noise` gives the standard deviation and `limits` the scale, by metric in its unit.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        units: int,
        *,
        noise: Mapping[str, float],
        limits: Mapping[str, tuple[float, float]],
    ) -> None:
        self._rng = np.random.default_rng(rng.integers(2**63))
        self._units = units
        self._noise = noise
        self._limits = limits

    def read(self, truth: Mapping[str, Floats]) -> dict[str, Floats]:
        """What they say; a metric that has neither noise nor limits is said as it is."""
        said = dict(truth)
        for name, deviation in self._noise.items():
            said[name] = said[name] + self._rng.normal(0.0, deviation, self._units)
        for name, (low, high) in self._limits.items():
            said[name] = said[name].clip(low, high)
        return said
