"""What a log says of a unit at a moment: how often, how long ago, at what hour and after what.

Columns are named by code, so what was learned with one recording is found again in another, in
whatever order its codes come. Nothing later than a moment counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.features.table import Table
from models.features.windows import label
from models.recording import HOUR_NS, Log, Moments

OTHER = "(other)"
"""Stands for every code outside the vocabulary."""
AFTER = " > "
"""Joins two codes that came one after the other."""
DAY_NS = 24 * HOUR_NS


@dataclass(frozen=True)
class Style:
    """Which questions are asked of each code of a log."""

    lengths_ns: tuple[int, ...]
    """Windows in which entries are counted."""
    hours: bool = False
    """Tell the hour of the day of the last entry."""
    latest: int = 0
    """So many of the last codes are told in their order."""


def frequent(log: Log, most: int, fewest: int = 1) -> tuple[str, ...]:
    """The codes worth a column of their own: at most `most`, each seen `fewest` times."""
    seen = np.bincount(log.code, minlength=len(log.codes))
    order = np.lexsort((np.arange(len(seen)), -seen))[:most]
    return tuple(sorted(log.codes[code] for code in order if seen[code] >= fewest))


def within(log: Log, codes: Sequence[str]) -> Log:
    """Number the entries by a vocabulary; what it does not know becomes `OTHER`, its last."""
    known = {name: number for number, name in enumerate(codes)}
    number = np.array([known.get(name, len(known)) for name in log.codes], dtype=np.int64)
    code = number[log.code] if len(log) else log.code
    return Log(log.unit, log.time_ns, code, (*codes, OTHER))


def pairs(log: Log) -> Log:
    """What followed what: an entry where a unit's code follows another, named by both."""
    follows = np.flatnonzero(np.diff(log.unit) == 0) + 1
    both = log.code[follows - 1] * len(log.codes) + log.code[follows]
    kinds, code = np.unique(both, return_inverse=True)
    names = [divmod(int(kind), len(log.codes)) for kind in kinds]
    named = tuple(f"{log.codes[first]}{AFTER}{log.codes[second]}" for first, second in names)
    return Log(log.unit[follows], log.time_ns[follows], code.astype(np.int64), named)


def features(log: Log, at: Moments, style: Style, *, name: str) -> Table:
    """All that `style` asks, of each code and of all together: `<name>:<code>:<question>`."""
    moments = _Keys.of(log, at)
    found: dict[str, Floats] = {}
    everything = np.arange(len(log), dtype=np.int64)
    _describe(found, f"{name}:any", moments, everything, style)
    for code, known_as in enumerate(log.codes):
        entries = np.flatnonzero(log.code == code)
        _describe(found, f"{name}:{known_as}", moments, entries, style)
    for place, values in enumerate(_latest(log, moments, style.latest), start=1):
        found[f"{name}:code {place} back"] = values
    values = np.column_stack(list(found.values())) if found else np.empty((len(at), 0))
    return Table(tuple(found), values)


@dataclass(frozen=True)
class _Keys:
    """Unit and time of entries and moments as one number each, in the same order as both."""

    log: Log
    at: Moments
    instants: Ints
    entries: Ints

    @classmethod
    def of(cls, log: Log, at: Moments) -> _Keys:
        instants = np.unique(log.time_ns)
        entries = log.unit * (len(instants) + 1) + np.searchsorted(instants, log.time_ns)
        return cls(log, at, instants, entries)

    def until(self, chosen: Ints, back_ns: int = 0) -> Ints:
        """How many of the chosen entries come before the end of each moment, less some time."""
        rank = np.searchsorted(self.instants, self.at.time_ns - back_ns, side="right")
        wanted = self.at.unit * (len(self.instants) + 1) + rank
        return np.searchsorted(self.entries[chosen], wanted, side="left").astype(np.int64)

    def before(self, chosen: Ints, until: Ints, back: int = 1) -> Ints:
        """The entry so many places before the end, -1 where the unit has none."""
        place = until - back
        some = place >= 0
        entry = np.full(len(until), -1, dtype=np.int64)
        entry[some] = chosen[place[some]]
        own = some.copy()
        own[some] = self.log.unit[entry[some]] == self.at.unit[some]
        return np.where(own, entry, -1)


def _describe(found: dict[str, Floats], name: str, keys: _Keys, chosen: Ints, style: Style) -> None:
    until = keys.until(chosen)
    last = keys.before(chosen, until)
    happened = _times(keys.log, last)
    found[f"{name}:hours since"] = (keys.at.time_ns - happened) / HOUR_NS
    for length in style.lengths_ns:
        counted = until - keys.until(chosen, length)
        found[f"{name}:count:{label(length)}"] = counted.astype(np.float64)
    if style.hours:
        found[f"{name}:hour of day"] = happened % DAY_NS / HOUR_NS
    if style.latest:
        earlier = _times(keys.log, keys.before(chosen, until, 2))
        found[f"{name}:hours between"] = (happened - earlier) / HOUR_NS


def _times(log: Log, entries: Ints) -> Floats:
    """When the entries happened, in nanoseconds; NaN for none."""
    times = np.full(len(entries), np.nan)
    some = entries >= 0
    times[some] = log.time_ns[entries[some]]
    return times


def _latest(log: Log, keys: _Keys, places: int) -> list[Floats]:
    everything = np.arange(len(log), dtype=np.int64)
    until = keys.until(everything)
    found = []
    for back in range(1, places + 1):
        entry = keys.before(everything, until, back)
        code = np.full(len(entry), np.nan)
        code[entry >= 0] = log.code[entry[entry >= 0]]
        found.append(code)
    return found
