"""When a refrigerator thaws its evaporator, for how long, and whether that was enough."""

from __future__ import annotations

import numpy as np

from simulator.physics.home import Bools, Floats

HEATER_W, ENDS_C = 200.0, 8.0
LIMIT_MINUTES = 45.0
RUN_BETWEEN_MINUTES = 360.0
"""How long the compressor runs from one defrost to the next."""


class Defrost:
    """The defrost timers of all units; `now` says which of them are being thawed."""

    def __init__(self, units: int, rng: np.random.Generator) -> None:
        self._run_minutes = rng.uniform(0.0, RUN_BETWEEN_MINUTES, units)
        self.last_minutes: Floats = rng.uniform(10.0, 14.0, units)
        """How long the last one took."""
        self.now: Bools = np.zeros(units, dtype=np.bool_)
        self._minutes = np.zeros(units)
        self.failed: Floats = np.zeros(units)
        """How many in a row ran into the time limit."""

    def thaw(self, running: Bools, evaporator_c: Floats, failing: Floats) -> Floats:
        """Let a minute pass; the heater's power in W."""
        self._start(running)
        self._minutes = (self._minutes + 1.0) * self.now
        too_long = self._minutes >= LIMIT_MINUTES
        ends = self.now & (too_long | (evaporator_c >= ENDS_C))
        self.failed = np.where(ends, (self.failed + 1.0) * too_long, self.failed)
        self.last_minutes = np.where(ends, self._minutes, self.last_minutes)
        self.now = self.now & ~ends
        return HEATER_W * self.now * (1.0 - failing)

    def _start(self, running: Bools) -> None:
        self._run_minutes = self._run_minutes + running
        starts = self._run_minutes >= RUN_BETWEEN_MINUTES
        self._run_minutes = self._run_minutes * ~starts
        self.now = self.now | starts
