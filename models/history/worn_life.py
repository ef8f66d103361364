"""Where each life of a consumable began and ended, and how that is known.

A replacement because we asked for it says little of when the old one was spent: such a life lasted
at least so long. See docs/decisions/0030-what-ends-a-life.md. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np

from models.arrays import Floats, Ints
from models.remaining_life import DAY_NS, REPLACED, TOPPED_UP

SPENT = 0.99
"""Share of the rating from which on the appliance itself says that it is spent."""
NEAR_NS = 3 * DAY_NS
"""A technician's word and the jump that goes with it are not further apart."""
TROUBLED_NS = 14 * DAY_NS
"""A ticket that ended no longer before a replacement has to do with it."""
LONGEST_GAP_NS = 7 * DAY_NS
"""Nobody knows when something was replaced within a longer silence."""
FILLS = 0.1
"""From this share of top-ups among all refills on, it is a fill: refilled when it suits."""


class End(StrEnum):
    """How a life came to its end, or that its end was not seen."""

    SPENT = "spent"
    """The metric came to where the catalogue calls it spent."""
    FOUND = "found"
    """A technician found it at its end."""
    TROUBLED = "troubled"
    """Replaced while a problem was open that the catalogue cures with this part."""
    UNASKED = "unasked"
    """Replaced by the customer before anybody had asked."""
    REMINDED = "reminded"
    """Replaced after our reminder: not seen to its end."""
    REFILLED = "refilled"
    """Filled up before it was empty: not seen to its end."""
    UNHEARD = "unheard"
    """Replaced within a long silence."""
    RUNNING = "running"
    """Still in use."""


ENDED = frozenset({End.SPENT, End.FOUND, End.TROUBLED, End.UNASKED})


@dataclass(frozen=True)
class WornLife:
    """One life as its appliance showed it, a row a day or so, up to its end."""

    device_id: int
    time_ns: Ints
    used: Floats
    """0 new, 1 spent as the maker rates it."""
    end: End
    begun: bool
    """Its beginning was seen."""

    @property
    def ended(self) -> bool:
        """Whether its last row is its end, or no more than the last that was seen of it."""
        return self.end in ENDED


@dataclass(frozen=True)
class Told:
    """What others said about one appliance's consumable; instants in nanoseconds."""

    replaced: Sequence[int] = ()
    """Technicians' verdicts."""
    troubled: Sequence[tuple[int, int]] = ()
    """From and until when tickets were open for problems that a new one cures."""
    reminded: Sequence[int] = ()
    renewed: Sequence[int] = ()
    """Customers' word that a life began; how the old one ended is not told."""


@dataclass
class Shown:
    """The lives of one type's consumable, found one appliance after another."""

    lives: list[WornLife] = field(default_factory=list)
    refills: int = 0
    top_ups: int = 0

    def add(self, device_id: int, time_ns: Ints, used: Floats, told: Told) -> None:
        """Cut one appliance's readings, in order of time, into lives."""
        steps = np.diff(used)
        self.refills += int((steps <= -TOPPED_UP).sum())
        self.top_ups += int(((steps <= -TOPPED_UP) & (steps > -REPLACED)).sum())
        cuts = _cuts(time_ns, used, told)
        bounds = [0, *cuts, len(used)]
        offset = 0.0
        for first, after in pairwise(bounds):
            if first in cuts:
                offset = _shown_new(time_ns, used, first)
            if after > first:
                rows = slice(first, after)
                shown = np.maximum(used[rows] - offset, 0.0)
                until = int(time_ns[after]) if after < len(used) else None
                life = WornLife(device_id, time_ns[rows], shown, End.RUNNING, begun=first in cuts)
                self.lives.append(_ended(life, until, told))

    def found(self) -> list[WornLife]:
        """All lives; of what is a fill, no refill before its time is an end."""
        if self.top_ups < FILLS * max(self.refills, 1):
            return self.lives
        return [
            replace(life, end=End.REFILLED) if life.end == End.UNASKED else life
            for life in self.lives
        ]


def _cuts(time_ns: Ints, used: Floats, told: Told) -> list[int]:
    """Rows with which lives begin: jumps back, and verdicts that no jump goes with."""
    jumps = (np.flatnonzero(np.diff(used) <= -REPLACED) + 1).tolist()
    seen = [int(time_ns[jump]) for jump in jumps]
    words = [
        int(np.searchsorted(time_ns, at))
        for at in [*told.replaced, *told.renewed]
        if all(abs(jump - at) > NEAR_NS for jump in seen)
    ]
    return sorted({*jumps, *(word for word in words if 0 < word < len(used))})


def _shown_new(time_ns: Ints, used: Floats, first: int) -> float:
    """What a new one shows: no appliance knows of a replacement that it was not told of."""
    if used[first] - used[first - 1] <= -REPLACED:
        return 0.0
    near = (time_ns >= time_ns[first]) & (time_ns <= time_ns[first] + NEAR_NS)
    return float(used[near].min())


def _ended(life: WornLife, until: int | None, told: Told) -> WornLife:
    """Find out how it ended; `until` is when the next one was first seen."""
    spent = np.flatnonzero(life.used >= SPENT)
    if len(spent):
        rows = slice(0, int(spent[0]) + 1)
        return replace(life, time_ns=life.time_ns[rows], used=life.used[rows], end=End.SPENT)
    if until is None:
        return life
    return replace(life, end=_why(life, until, told))


def _why(life: WornLife, until: int, told: Told) -> End:
    if any(abs(at - until) <= NEAR_NS for at in told.replaced):
        return End.FOUND
    if any(since <= until <= ended + TROUBLED_NS for since, ended in told.troubled):
        return End.TROUBLED
    if until - int(life.time_ns[-1]) > LONGEST_GAP_NS:
        return End.UNHEARD
    began = int(life.time_ns[0])
    if any(began <= at <= until for at in told.reminded):
        return End.REMINDED
    return End.UNASKED
