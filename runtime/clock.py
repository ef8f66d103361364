"""What time it is for the platform: the wall's time, or a simulated world's that runs faster.

Rules and models use the event time of readings; the clock only says how far "now" is, for
bounds on time stamps, for people's actions and for pages.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from runtime.errors import ConfigurationError


class Clock(Protocol):
    """Tells the time; given to whatever needs it, so that a test can pass its own."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


@dataclass(frozen=True)
class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The wall's time."""
        return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True)
class Pace:
    """A world that stood at `start` when the wall stood at `since`, and runs at `speed`."""

    start: datetime
    speed: float
    """How many times faster than the wall's its time runs."""
    since: float
    """Wall time of the start, in seconds since the epoch."""

    def now(self) -> datetime:
        """The world's time."""
        return self.start + timedelta(seconds=(time.time() - self.since) * self.speed)


def from_now(speed: float) -> Pace:
    """A world that leaves the wall's time at this moment."""
    return Pace(datetime.fromtimestamp(time.time(), UTC), speed, time.time())


class FastClock:
    """A simulated world's time, shared by processes through a file that holds its pace.

    Whoever runs the world writes the pace with `keep`; a change is seen at the next look.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = (-1, -1)
        self._pace = Pace(datetime.fromtimestamp(0, UTC), 0.0, 0.0)

    def now(self) -> datetime:
        """The world's time, by the pace that the file holds now."""
        found = self._path.stat()
        # A file system tells two changes within a few milliseconds apart by the file alone.
        written = (found.st_mtime_ns, found.st_ino)
        if written != self._written:
            fields = json.loads(self._path.read_text())
            self._pace = Pace(
                datetime.fromisoformat(fields["start"]), fields["speed"], fields["since"]
            )
            self._written = written
        return self._pace.now()


def keep(path: Path, start: datetime, speed: float) -> None:
    """Let the world of `path` go on from `start` at `speed` from this moment; 0 stands still."""
    pace = {"start": start.isoformat(), "speed": speed, "since": time.time()}
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(pace))
    draft.replace(path)


@dataclass
class SetClock:
    """Stands still until it is set; for tests and for steps over recorded time."""

    at: datetime

    def now(self) -> datetime:
        """The time that was set."""
        return self.at


def from_setting(text: str) -> Clock:
    """Read HEARTHWATCH_CLOCK: `wall`, or the file that holds a simulated world's pace."""
    if text == "wall":
        return WallClock()
    path = Path(text)
    if not path.is_file():
        raise ConfigurationError(
            f"HEARTHWATCH_CLOCK is {text!r}", hint="use 'wall', or the clock file of a running demo"
        )
    return FastClock(path)
