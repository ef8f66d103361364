"""A consumable in each home: worn by use, replaced by its owner some days late."""

from __future__ import annotations

import numpy as np

from simulator.physics.home import MINUTES_A_DAY, Bools, Floats

DAYS_LATE = 5.0
"""How long an owner takes, on average, to replace what is spent."""
SHORTEST_LIFE, LONGEST_LIFE = 0.6, 1.25
BETWEEN_FILTERS = 0.08
"""How much the true lives of one home's filters differ from each other, as a share."""


class TrueLife:
    """How much of its rated life a filter really lasts in each home, which no appliance knows.

    What stops a filter up is in the water, and the board only counts litres and days. It draws
    from a stream of its own, so that nothing else in a world depends on it.
    """

    def __init__(self, usual: Floats, rng: np.random.Generator) -> None:
        (self._rng,) = rng.spawn(1)
        self._usual = usual
        self.share: Floats = self._drawn()

    def renew(self, replaced: Bools) -> None:
        """Where a filter was replaced, the new one lasts a little more or less."""
        if replaced.any():
            self.share = np.where(replaced, self._drawn(), self.share)

    def _drawn(self) -> Floats:
        spread = np.exp(BETWEEN_FILTERS * self._rng.standard_normal(self._usual.size))
        share: Floats = (self._usual * spread).clip(SHORTEST_LIFE, LONGEST_LIFE)
        return share


class Supply:
    """How far the consumable of each unit is worn: 0 new, 1 spent, more when overdue."""

    def __init__(
        self, units: int, rng: np.random.Generator, true_life: TrueLife | None = None
    ) -> None:
        # The root makes worn ones more common than in a fleet of all ages, so that a run of
        # two weeks sees some of them run out.
        self.worn: Floats = np.sqrt(rng.random(units))
        self._true_life = true_life
        if true_life is not None:
            self.worn = self.worn * np.minimum(true_life.share, 1.0)

    @property
    def left_pct(self) -> Floats:
        """What the appliance shows: 100 for new, 0 for spent and overdue alike."""
        return 100.0 * np.maximum(1.0 - self.worn, 0.0)

    def use(self, share: Floats) -> None:
        """Wear off `share` of a life, at most to half a life beyond the end."""
        self.worn = np.minimum(self.worn + share, 1.5)

    def replace(self, unit: int) -> None:
        """Put a new one in at one home."""
        fresh = np.arange(self.worn.size) == unit
        self.worn = self.worn * ~fresh
        if self._true_life is not None:
            self._true_life.renew(fresh)

    def replace_some(self, chance: Floats) -> None:
        """Let a minute pass in which owners may act; `chance` is uniform in [0, 1)."""
        end = 1.0 if self._true_life is None else np.minimum(self._true_life.share, 1.0)
        replaced = (self.worn >= end) & (chance < 1.0 / (DAYS_LATE * MINUTES_A_DAY))
        self.worn = self.worn * ~replaced
        if self._true_life is not None:
            self._true_life.renew(replaced)
