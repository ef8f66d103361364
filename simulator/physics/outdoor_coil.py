"""The outdoor coil of a heat pump: how warm it gets, and the ice that gathers on it in winter."""

from __future__ import annotations

import numpy as np

from simulator.physics.home import Bools, Floats

W_PER_K = 280.0
STILL_AIR = 0.03
"""What moves through the coil without a fan, as a share of the rated flow."""
FROST_BELOW_C = -2.0
FROST_K_MINUTES = 400.0
"""Kelvins below that, times minutes, until the coil needs a defrost."""
DEFROST_MINUTES = 6.0


class OutdoorCoil:
    """The coils of all units; `defrosting` says which of them are being thawed."""

    def __init__(self, units: int, rng: np.random.Generator) -> None:
        self._ice = rng.random(units)
        self.defrosting: Bools = np.zeros(units, dtype=np.bool_)

    def pass_heat(self, outdoor_c: Floats, to_air_w: Floats, flow: Floats) -> Floats:
        """Temperature at which the coil gives `to_air_w` to the air, or takes it when negative."""
        coil_c = outdoor_c + to_air_w / (W_PER_K * (flow + STILL_AIR))
        return np.minimum(np.maximum(coil_c, -45.0), 80.0)

    def gather_ice(self, coil_c: Floats, heating: Bools) -> None:
        """Let a minute pass in which units `heating` may freeze over or thaw."""
        below_k = np.minimum(np.maximum(FROST_BELOW_C - coil_c, 0.0), 12.0)
        gained = below_k * (heating & ~self.defrosting) / FROST_K_MINUTES
        self._ice = self._ice + gained - self.defrosting / DEFROST_MINUTES
        self.defrosting = (self._ice >= 1.0) | (self.defrosting & (self._ice > 0.0))
