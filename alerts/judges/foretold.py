"""Which forecasts are sure enough to speak of, and which are no longer. Pure.

A probability needs no threshold learned from data: at one half, every second visit that it asks
for finds the fault. A forecast that speaks goes on until it has fallen to half of that, so that
one that wavers does not come and go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from alerts import rule, worth
from alerts.rule import Standing, Turn
from alerts.signal import Key
from alerts.worth import Budget

FIRES = 0.5
"""As likely as not: more visits find the fault than do not."""
LEAST = 0.1
"""A region's costs may ask for less, but not for a visit of which nine in ten are for nothing."""
CLEARS_AT = 0.5
"""Share of what it fires at under which a forecast is over."""


@dataclass(frozen=True)
class Foretold:
    """What a family says of a device: of any fault, and of each mode."""

    device_id: int
    at: datetime
    probability: float
    modes: Mapping[str, float]

    @property
    def likeliest(self) -> str | None:
        """The mode it would be."""
        return max(self.modes, key=lambda mode: (self.modes[mode], mode), default=None)

    def of(self, mode: str) -> float:
        """How likely it is that somebody who looks for this mode finds a fault."""
        own = self.modes.get(mode, 0.0)
        return self.probability if mode == self.likeliest else own


def level(enforced: Budget | None) -> float:
    """From which probability on a forecast fires; where a budget is enforced, its gate decides."""
    if enforced is None:
        return FIRES
    return min(max(worth.least_probability(enforced), LEAST), FIRES)


@dataclass(frozen=True)
class Following:
    """How one family's forecasts are followed."""

    prefix: str
    """Of its signals' names; the mode comes after it."""
    hold: timedelta
    """They must last for so long to fire or to clear: from one score to the next."""

    def name(self, mode: str) -> str:
        """The signal of a mode."""
        return f"{self.prefix}{mode}"

    def turned(
        self,
        told: Foretold,
        standings: Mapping[str, Standing],
        fires_at: float,
        changed: dict[Key, Standing],
    ) -> Iterator[tuple[Key, Turn]]:
        """Signals of one device that turned; `standings` are those of all its forecasts by name.

        A mode that is merely the likeliest fires only where no other fault is foretold already.
        """
        spoken_of = {
            name.rpartition(":")[2] for name, standing in standings.items() if standing.firing
        }
        for mode in self._modes(told, standings, fires_at):
            name = self.name(mode)
            before = standings.get(name, Standing())
            sure = told.modes.get(mode, 0.0) >= fires_at
            free = sure or not spoken_of - {mode}
            chance = told.of(mode)
            above = np.array([chance >= fires_at and free])
            below = np.array([chance <= CLEARS_AT * fires_at])
            standing, turns = rule.follow(before, [told.at], above, below, self.hold)
            key = Key(told.device_id, name, mode)
            if standing != before:
                changed[key] = standing
            for turn in turns:
                yield key, turn

    def _modes(
        self, told: Foretold, standings: Mapping[str, Standing], fires_at: float
    ) -> Sequence[str]:
        kept = [
            name.removeprefix(self.prefix) for name in standings if name.startswith(self.prefix)
        ]
        sure = [mode for mode, chance in told.modes.items() if chance >= fires_at]
        first = [told.likeliest] if told.likeliest and told.probability >= fires_at else []
        return sorted({*kept, *sure, *first})
