"""The one room that an air conditioner serves: walls, a door to the home, sun and people."""

from __future__ import annotations

import math

import numpy as np

from simulator.physics.home import MINUTES_A_DAY, Floats, Surroundings

SECONDS = 60.0
ROOM_J_PER_K = 1.2e6
DOORWAY_W_PER_K = 20.0
"""Through the door to the rest of the home."""
SUNRISE = 6 * 60
PEOPLE_W = 80.0
DEVICES_W = 60.0


class Room:
    """The room's air and furniture in each home, as one lump of heat."""

    def __init__(self, units: int, rng: np.random.Generator) -> None:
        self.temp_c: Floats = np.full(units, 22.0)
        self._walls_w_per_k = rng.normal(75.0, 8.0, units).clip(55, 95)
        self._sun_w = rng.normal(550.0, 120.0, units).clip(250, 800)
        self._clear = rng.random(units)

    def warm(self, around: Surroundings, chance: Floats, heat_w: Floats) -> None:
        """Let a minute pass with `heat_w` from the appliance; `chance` makes a day's sky."""
        if around.minute == 0:
            self._clear = chance
        sun = max(math.sin((around.minute - SUNRISE) / (MINUTES_A_DAY / 2) * math.pi), 0.0)
        gains_w = self._sun_w * self._clear * sun + PEOPLE_W * around.activity + DEVICES_W
        through_w = self._walls_w_per_k * (around.outdoor_c - self.temp_c)
        through_w = through_w + DOORWAY_W_PER_K * (around.indoor_c - self.temp_c)
        self.temp_c = self.temp_c + (heat_w + gains_w + through_w) * (SECONDS / ROOM_J_PER_K)
