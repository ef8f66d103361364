"""Sums and extremes over windows of rows, each made from its own rows alone.

Differences of running sums would be shorter, but one wild value would spoil the digits of every
later window. Here a window is reduced by itself where windows hardly overlap, as in scoring, and
from blocks of doubling length where they overlap much, as in training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints

OVERLAP = 8
"""Windows that hold more rows in all than so many times the rows there are share blocks."""


@dataclass(frozen=True)
class Bounds:
    """Rows [first, after) of each window; both of shape (windows,)."""

    first: Ints
    after: Ints

    @property
    def rows(self) -> Ints:
        """How many rows each window holds."""
        return self.after - self.first

    def only(self, chosen: Ints) -> Bounds:
        """Take a part of the windows."""
        return Bounds(self.first[chosen], self.after[chosen])

    def within(self, rows: slice) -> Bounds:
        """Count the rows from the first of some that hold all of the windows."""
        return Bounds(self.first - rows.start, self.after - rows.start)


def hardly_overlap(bounds: Bounds, rows: int) -> bool:
    """Whether each window is best reduced by itself, given how many rows there are."""
    return bool(bounds.rows.sum() <= OVERLAP * max(rows, 1))


def total(values: Floats, bounds: Bounds) -> Floats:
    """Sum of (rows, columns) `values` over each window: (windows, columns), 0 without rows."""
    return _reduced(np.add, values, bounds, 0.0)


def highest(values: Floats, bounds: Bounds) -> Floats:
    """Maximum over each window, minus infinity without rows."""
    return _reduced(np.maximum, values, bounds, -np.inf)


def _reduced(operation: np.ufunc, values: Floats, bounds: Bounds, empty: float) -> Floats:
    if hardly_overlap(bounds, len(values)):
        return _each(operation, values, bounds, empty)
    return _blocks(operation, np.ascontiguousarray(values), bounds, empty)


def _each(operation: np.ufunc, values: Floats, bounds: Bounds, empty: float) -> Floats:
    found = np.full((len(bounds.rows), values.shape[1]), empty)
    some = np.flatnonzero(bounds.rows > 0)
    if not len(some):
        return found
    # A pair of positions is reduced from the first up to the second; the last one goes to the end.
    pairs = np.column_stack([bounds.first[some], bounds.after[some]]).ravel()
    if pairs[-1] == len(values):
        pairs = pairs[:-1]
    if pairs.max() == len(values):
        values = np.vstack([values, np.full((1, values.shape[1]), empty)])
    # By column: where columns are contiguous, as in `windows`, that is three times as fast.
    found[some] = operation.reduceat(values.T, pairs, axis=1)[:, ::2].T
    return found


def _blocks(operation: np.ufunc, values: Floats, bounds: Bounds, empty: float) -> Floats:
    """Take the blocks that the binary digits of a window's length name, from its end on."""
    found = np.full((len(bounds.rows), values.shape[1]), empty)
    end = bounds.after.copy()
    block, size, longest = values, 1, int(bounds.rows.max(initial=0))
    while size <= longest:
        named = np.flatnonzero(bounds.rows & size)
        end[named] -= size
        found[named] = operation(found[named], block[end[named]])
        if 2 * size <= longest:
            block = operation(block[:-size], block[size:])
        size *= 2
    return found
