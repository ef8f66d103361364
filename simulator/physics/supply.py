"""A consumable in each home: worn by use, replaced by its owner some days late."""

from __future__ import annotations

import numpy as np

from simulator.physics.home import MINUTES_A_DAY, Floats

DAYS_LATE = 5.0
"""How long an owner takes, on average, to replace what is spent."""


class Supply:
    """How far the consumable of each unit is worn: 0 new, 1 spent, more when overdue."""

    def __init__(self, units: int, rng: np.random.Generator) -> None:
        # The root makes worn ones more common than in a fleet of all ages, so that a run of
        # two weeks sees some of them run out.
        self.worn: Floats = np.sqrt(rng.random(units))

    @property
    def left_pct(self) -> Floats:
        """What the appliance shows: 100 for new, 0 for spent and overdue alike."""
        return 100.0 * np.maximum(1.0 - self.worn, 0.0)

    def use(self, share: Floats) -> None:
        """Wear off `share` of a life, at most to half a life beyond the end."""
        self.worn = np.minimum(self.worn + share, 1.5)

    def replace_some(self, chance: Floats) -> None:
        """Let a minute pass in which owners may act; `chance` is uniform in [0, 1)."""
        replaced = (self.worn >= 1.0) & (chance < 1.0 / (DAYS_LATE * MINUTES_A_DAY))
        self.worn = self.worn * ~replaced
