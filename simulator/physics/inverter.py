"""What people and the control board of an air conditioner choose: mode, set point, speed."""

from __future__ import annotations

import numpy as np

from simulator.physics.home import MINUTES_A_DAY, Bools, Floats, Surroundings

COOL_ABOVE_C, HEAT_BELOW_C = 17.5, 15.0
"""Outdoor temperature, averaged over a day, beyond which people switch to cooling or heating."""
AT_HOME_ACTIVITY = 0.1
AWAY_LOWER_C = 3.0
"""By how much the set point falls in winter while nobody is in."""
SLOWEST_HZ, FASTEST_HZ, DEFROST_HZ, RAMP_HZ = 18.0, 95.0, 55.0, 15.0
STARTS_AT_C, STOPS_AT_C = 0.4, -0.7
COIL_SPAN_C = 32.0
"""The board slows the compressor when the indoor coil leaves 29 +/- this: ice below, 61 above."""
THROTTLE_C = 105.0
"""Discharge temperature above which the control board slows the compressor."""


class Inverter:
    """The thermostats and inverters of all units."""

    def __init__(self, units: int, rng: np.random.Generator) -> None:
        self._heat_set_c = rng.normal(21.5, 0.8, units).round(0).clip(20, 24)
        self._cool_set_c = rng.normal(24.5, 0.8, units).round(0).clip(23, 26)
        self._trend_c: Floats | None = None
        self.heats: Bools = np.zeros(units, dtype=np.bool_)
        """Which units are in winter's mode, running or not."""
        self.running: Bools = np.zeros(units, dtype=np.bool_)
        self.set_c: Floats = self._cool_set_c
        self.hz: Floats = np.zeros(units)

    def choose(self, around: Surroundings, room_c: Floats) -> Floats:
        """Set mode, set point and whether to run; how much heat or cold the room misses, in K."""
        if self._trend_c is None:
            self._trend_c = around.outdoor_c
        self._trend_c = self._trend_c + (around.outdoor_c - self._trend_c) / MINUTES_A_DAY
        at_home = around.activity > AT_HOME_ACTIVITY
        self.heats = self._trend_c < HEAT_BELOW_C
        allowed = self.heats | ((self._trend_c > COOL_ABOVE_C) & at_home)
        lowered_c = self._heat_set_c - AWAY_LOWER_C * ~at_home
        self.set_c = np.where(self.heats, lowered_c, self._cool_set_c)
        above_c = room_c - self.set_c
        missing_k = np.where(self.heats, -above_c, above_c)
        wanted = (missing_k > STARTS_AT_C) | (self.running & (missing_k > STOPS_AT_C))
        self.running = allowed & wanted
        return missing_k

    def turn(
        self, missing_k: Floats, *, discharge_c: Floats, coil_c: Floats, defrosting: Bools
    ) -> None:
        """Bring the compressor nearer to the speed that it should have."""
        target = np.minimum(np.maximum(30.0 + 40.0 * missing_k, SLOWEST_HZ), FASTEST_HZ)
        strained = (discharge_c > THROTTLE_C) | (np.abs(coil_c - 29.0) > COIL_SPAN_C)
        target = np.where(strained, SLOWEST_HZ, target) * self.running
        target = np.where(defrosting, DEFROST_HZ, target)
        self.hz = self.hz + np.minimum(np.maximum(target - self.hz, -RAMP_HZ), RAMP_HZ)
