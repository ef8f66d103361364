"""Parts of a recording: for each unit the time from a start up to, but not with, an end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Ints
from models.recording import Log, Moments, Recording

PAST = -(2**62)
FUTURE = 2**62


@dataclass(frozen=True)
class Span:
    """Both of shape (units,); a unit whose start is not before its end has no part in it."""

    start: Ints
    end: Ints

    @classmethod
    def whole(cls, units: Bools) -> Span:
        """All times of the chosen units."""
        start = np.where(units, PAST, FUTURE).astype(np.int64)
        return cls(start, np.where(units, FUTURE, PAST).astype(np.int64))

    @property
    def units(self) -> Bools:
        """Which units have a part in it."""
        return self.start < self.end

    @property
    def end_or_never(self) -> Ints:
        """The end, (units,); before everything for units without a part."""
        return np.where(self.units, self.end, PAST)

    def holds(self, at: Moments) -> Bools:
        """Which moments lie in it."""
        inside: Bools = (at.time_ns >= self.start[at.unit]) & (at.time_ns < self.end[at.unit])
        return inside

    def within(self, other: Span) -> Span:
        """What both hold."""
        return Span(np.maximum(self.start, other.start), np.minimum(self.end, other.end))

    def of_units(self, chosen: Bools) -> Span:
        """The part of some units."""
        return self.within(Span.whole(chosen))


def part(recording: Recording, span: Span) -> Recording:
    """The rows of a part, and what is known of its units before it ends: to learn from."""
    known = seen(recording, span)
    return known.only(known.time_ns >= span.start[known.unit])


def seen(recording: Recording, span: Span) -> Recording:
    """What is known of a part's units before the part ends, what came before it included."""
    end = span.end_or_never

    def earlier(log: Log) -> Log:
        return log.only(log.time_ns < end[log.unit])

    return replace(
        recording.only(recording.time_ns < end[recording.unit]),
        events=earlier(recording.events),
        maintenance=earlier(recording.maintenance),
        failures=earlier(recording.failures),
    )
