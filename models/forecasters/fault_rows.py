"""Which moments a fault model learns from, what each counts for, and which are kept apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.recording import Moments

MOST_ROWS = 60_000
"""More teach little and cost time; all that precede a fault are kept, up to half of these."""
FOLDS = 3
FEWEST_UNITS = 6
"""With fewer units that had faults, what is held out is a stretch of time, not a unit."""


@dataclass(frozen=True)
class Chosen:
    """Rows of the moments given, (chosen,), and what each counts for."""

    rows: Ints
    weight: Floats


def choose(faulty: Bools, rng: np.random.Generator, most: int = MOST_ROWS) -> Chosen:
    """Thin out rows, each kind on its own, so that weighted counts stay what they were."""
    kinds = [np.flatnonzero(faulty), np.flatnonzero(~faulty)]
    kept = [_some(kinds[0], max(most // 2, most - len(kinds[1])), rng)]
    kept.append(_some(kinds[1], most - len(kept[0]), rng))
    weight = [
        np.full(len(some), len(all_) / max(len(some), 1))
        for some, all_ in zip(kept, kinds, strict=True)
    ]
    rows = np.concatenate(kept)
    order = np.argsort(rows)
    return Chosen(rows[order], np.concatenate(weight)[order])


def episodes(at: Moments, faulty: Bools, horizon_ns: int) -> Ints:
    """Number the faults behind the faulty rows from 0; -1 for other rows.

    Rows of a unit belong to one fault until a horizon goes by without any.
    """
    order = np.lexsort((at.time_ns, at.unit))
    rows = order[faulty[order]]
    begins = np.ones(len(rows), dtype=np.bool_)
    begins[1:] = (np.diff(at.unit[rows]) != 0) | (np.diff(at.time_ns[rows]) > horizon_ns)
    found = np.full(len(at), -1, dtype=np.int64)
    found[rows] = np.cumsum(begins) - 1
    return found


def folds(at: Moments, episode: Ints, horizon_ns: int, seed: int) -> Iterator[tuple[Bools, Bools]]:
    """Masks of what to learn from and what to hold out, by unit if enough of them had faults."""
    faulty = episode >= 0
    if len(np.unique(at.unit[faulty])) >= FEWEST_UNITS:
        part = _parts_of_units(at, faulty, np.random.default_rng(seed))
        for fold in range(FOLDS):
            yield part != fold, part == fold
        return
    cuts = _cuts(at, episode)
    for begin, end in itertools.pairwise(cuts):
        held = (at.time_ns >= begin) & (at.time_ns < end)
        near = (at.time_ns >= begin - horizon_ns) & (at.time_ns < end + horizon_ns)
        yield ~near, held


def _some(rows: Ints, most: int, rng: np.random.Generator) -> Ints:
    if len(rows) <= most:
        return rows
    return np.sort(rng.choice(rows, most, replace=False))


def _parts_of_units(at: Moments, faulty: Bools, rng: np.random.Generator) -> Ints:
    """Deal the units out, those with most faulty rows first, so that each part has its share."""
    count = int(at.unit.max()) + 1
    most_first = np.lexsort((rng.random(count), -np.bincount(at.unit[faulty], minlength=count)))
    part = np.empty(count, dtype=np.int64)
    part[most_first] = np.arange(count) % FOLDS
    return part[at.unit]


def _cuts(at: Moments, episode: Ints) -> Ints:
    """Instants between faults that part them, in their order, into equal numbers."""
    known = np.flatnonzero(episode >= 0)
    last = np.full(int(episode.max()) + 1, np.iinfo(np.int64).min)
    np.maximum.at(last, episode[known], at.time_ns[known])
    ends = np.sort(last)
    inner = [ends[len(ends) * fold // FOLDS - 1] + 1 for fold in range(1, FOLDS)]
    return np.array([at.time_ns.min(), *inner, at.time_ns.max() + 1], dtype=np.int64)
