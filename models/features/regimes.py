"""Which way of running a row was made in, and what each metric says with that taken out.

A pump that is on or off, a machine that changes between six settings: the setting moves every
metric far more than wear does. A metric is a setting if it jumps between a few levels all life
long; each combination of levels is a regime, and metrics are told as departures from its usual.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features import trajectory
from models.recording import Recording

MOST_LEVELS = 8
MOST_REGIMES = 24
MOST_SETTINGS = 4
RARE = 0.01
"""A way of running that makes up no more than this share of the rows tells nothing apart."""
GAP = 0.03
"""Levels are apart by more than this share of the metric's range."""
CLEAR = 0.001
"""Share of a setting's variance that may remain within its levels."""
OFTEN = 0.05
"""Share of the rows at which a setting changes its level."""
OF_AGE = 0.05
"""What tells this share of a life's age is wear, not a setting."""
MOVES = 0.5
"""Share of some other metric's variance that settings must explain to be worth a regime."""
FEWEST_ROWS = 10


@dataclass(frozen=True)
class Regimes:
    """Settings with the borders between their levels, and the usual values in each regime."""

    settings: tuple[str, ...] = ()
    borders: tuple[Floats, ...] = ()
    regimes: Ints | None = None
    """(regimes,): the numbers of those that were seen often enough."""
    centre: Floats | None = None
    """(regimes, metrics)."""
    spread: Floats | None = None

    @classmethod
    def of(cls, lives: Recording) -> Regimes:
        """Learn from lives; without settings nothing is taken out."""
        settings, borders = _settings(lives)
        found = cls(settings, borders)
        if not settings or not _worth_it(lives, found.number(lives), settings):
            return cls()
        number = found.number(lives)
        known, count = np.unique(number, return_counts=True)
        known = known[count >= FEWEST_ROWS]
        if len(known) > MOST_REGIMES:
            return cls()
        rows = [lives.values[number == regime] for regime in known]
        return replace(
            found,
            regimes=known,
            centre=np.array([_means(part) for part in rows]),
            spread=np.array([_spreads(part) for part in rows]),
        )

    def number(self, lives: Recording) -> Ints:
        """Number the combination of levels of each row; -1 where a setting is missing."""
        number = np.zeros(len(lives), dtype=np.int64)
        for metric, borders in zip(self.settings, self.borders, strict=True):
            values = lives.column(metric)
            number = number * MOST_LEVELS + np.searchsorted(borders, values)
            number[~np.isfinite(values)] = -(MOST_LEVELS ** len(self.settings))
        return np.maximum(number, -1)

    def taken_out(self, lives: Recording) -> Recording:
        """The recording with every metric as a departure from what is usual in its regime."""
        if self.regimes is None or self.centre is None or self.spread is None:
            return lives
        number = self.number(lives)
        place = np.minimum(np.searchsorted(self.regimes, number), len(self.regimes) - 1)
        values = (lives.values - self.centre[place]) / self.spread[place]
        values[self.regimes[place] != number] = np.nan
        return replace(lives, values=values, last=None, low=None, high=None, deviation=None)


def _settings(lives: Recording) -> tuple[tuple[str, ...], tuple[Floats, ...]]:
    """Choose metrics with levels, the clearest first, as long as each tells ways apart."""
    chosen: list[tuple[str, Floats]] = []
    ways = 1
    for metric, borders in _with_levels(lives):
        more = [*chosen, (metric, borders)]
        found = Regimes(*_unzipped(more))
        _, count = np.unique(found.number(lives), return_counts=True)
        told = int(np.sum(count > RARE * len(lives)))
        if told > ways and len(more) <= MOST_SETTINGS:
            chosen, ways = more, told
    return _unzipped(chosen)


def _unzipped(pairs: list[tuple[str, Floats]]) -> tuple[tuple[str, ...], tuple[Floats, ...]]:
    return tuple(name for name, _ in pairs), tuple(borders for _, borders in pairs)


def _with_levels(lives: Recording) -> list[tuple[str, Floats]]:
    age = _age(lives)
    found: list[tuple[float, str, Floats]] = []
    for metric in lives.metrics:
        values = lives.column(metric)
        borders = _borders(values)
        if borders is None or not _is_setting(lives, metric, borders, age):
            continue
        clear = _explained(np.searchsorted(borders, values), values, np.isfinite(values))
        found.append((clear, metric, borders))
    return [(metric, borders) for _, metric, borders in sorted(found, key=lambda one: -one[0])]


def _borders(values: Floats) -> Floats | None:
    """Find the middles of the gaps between a metric's levels; None unless it has a few."""
    known = np.unique(values[np.isfinite(values)])
    if len(known) < 2:  # noqa: PLR2004 - a single value is no choice
        return None
    wide = np.flatnonzero(np.diff(known) > GAP * np.ptp(known))
    if not 1 <= len(wide) < MOST_LEVELS:
        return None
    return (known[wide] + known[wide + 1]) / 2


def _is_setting(lives: Recording, metric: str, borders: Floats, age: Floats) -> bool:
    values = lives.column(metric)
    known = np.isfinite(values)
    level = np.searchsorted(borders, values)
    same = np.diff(lives.unit) == 0
    often = bool(np.mean(np.diff(level)[same] != 0) >= OFTEN) if same.any() else False
    return (
        often
        and _explained(level, values, known) > 1 - CLEAR
        and _explained(level, age, known) < OF_AGE
    )


def _worth_it(lives: Recording, number: Ints, settings: tuple[str, ...]) -> bool:
    return any(
        _explained(number, lives.column(metric), np.isfinite(lives.column(metric))) > MOVES
        for metric in lives.metrics
        if metric not in settings
    )


def _explained(level: Ints, values: Floats, known: Bools) -> float:
    """Share of the variance that lies between levels."""
    if known.sum() < FEWEST_ROWS or np.var(values[known]) == 0:
        return 0.0
    _, place = np.unique(level[known], return_inverse=True)
    count = np.bincount(place)
    mean = np.bincount(place, weights=values[known]) / count
    return float(1 - np.mean((values[known] - mean[place]) ** 2) / np.var(values[known]))


def _age(lives: Recording) -> Floats:
    """How far each row is on its life's way, from 0 to 1."""
    first = trajectory.first_rows(lives)[lives.unit]
    rows = np.bincount(lives.unit, minlength=len(lives.units))[lives.unit]
    age: Floats = (np.arange(len(lives)) - first) / np.maximum(rows - 1, 1)
    return age


def _means(values: Floats) -> Floats:
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean: Floats = np.where(known, values, 0.0).sum(axis=0) / count
    return mean


def _spreads(values: Floats) -> Floats:
    squares = _means((values - _means(values)) ** 2)
    return np.where(squares > 0, np.sqrt(squares), 1.0)
