"""When a home sleeps, and when it may be written to again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from runtime.errors import InvalidError


@dataclass(frozen=True)
class QuietHours:
    """From when to when, by the clock on the home's wall; equal ends mean never."""

    begins: time
    ends: time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Read `21:00-08:00`; InvalidError for anything else."""
        begins, dash, ends = text.partition("-")
        try:
            made = cls(time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip()))
        except ValueError as error:
            raise _unreadable(text) from error
        if not dash or made.begins.tzinfo or made.ends.tzinfo:
            raise _unreadable(text)
        return made

    def cover(self, moment: time) -> bool:
        """Whether it is quiet at this time of the day."""
        if self.begins <= self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends


def _unreadable(text: str) -> InvalidError:
    return InvalidError(f"{text!r} are no quiet hours", hint="give two times, as in 21:00-08:00")


def free_at(at: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """The first instant from `at` on that is not quiet in this zone, whatever its summer time does.

    An end that the clock jumps over counts an hour later; one that it shows twice counts at its
    first showing, unless that is past.
    """
    local = at.astimezone(zone)
    if not quiet.cover(local.time()):
        return at
    over_midnight = quiet.begins > quiet.ends and local.time() >= quiet.begins
    day = local.date() + timedelta(days=1 if over_midnight else 0)
    ends = (datetime.combine(day, quiet.ends, zone).replace(fold=fold) for fold in (0, 1))
    return max(at, next((end for each in ends if (end := each.astimezone(UTC)) > at), at))
