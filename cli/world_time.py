"""The time of a demo's world: it runs fast, and waits where a busy machine cannot follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from runtime import clock
from runtime.clock import FastClock
from runtime.errors import ConfigurationError

HOUR = timedelta(hours=1)
MOST_AHEAD = timedelta(hours=2)
"""Time never runs further ahead of the appliances that live in it."""


FILE = "world_clock.json"
"""The clock of a home's world."""


def refuse(home: Path) -> None:
    """Raise where a demo lives: its appliances would all be silent, and its letters years late."""
    if (home / FILE).exists():
        raise ConfigurationError(
            f"{home} holds a demo, whose time is not ours",
            hint="delete that folder, or set HEARTHWATCH_HOME to one of its own",
        )


class WorldTime:
    """The clock file of a world, written by who plays it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._speed = 0.0
        self._waits = False

    def now(self) -> datetime:
        """What time it is there."""
        return FastClock(self.path).now()

    def stand(self, at: datetime) -> None:
        """Stop at this time."""
        clock.keep(self.path, at, 0.0)

    def run(self, start: datetime, speed: float) -> FastClock:
        """Go on from here so many times as fast as the wall's time; the clock that tells it."""
        clock.keep(self.path, start, speed)
        self._speed = speed
        return FastClock(self.path)

    def wait_for(self, reached: datetime) -> None:
        """Stand still while those who live in it have come no further than `reached`.

        Else people would act in a week that their appliances have not seen.
        """
        now = self.now()
        if now - reached > MOST_AHEAD and not self._waits:
            clock.keep(self.path, now, 0.0)
            self._waits = True
        elif now - reached <= HOUR and self._waits:
            clock.keep(self.path, now, self._speed)
            self._waits = False
