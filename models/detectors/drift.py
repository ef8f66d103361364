"""Slow drift is no anomaly: what counts as ordinary follows each unit, but not fast.

The reference moves towards what is seen at a limited speed, so that a change that comes quickly
is told for long, and one that takes longer than the whole history is not told at all.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats
from models.recording import Moments

EVERY = 12
"""Rows between two moves of the reference."""
PULL = 0.25
"""Share of a departure by which a move at most closes it."""


def without_drift(rows: Moments, departures: Floats, speed: float) -> Floats:
    """Departures (rows, columns) from references that move by at most `speed` a row."""
    first = np.maximum.accumulate(np.where(rows.starts, np.arange(len(rows)), 0))
    rank = np.arange(len(rows)) - first
    turning = np.flatnonzero(rank % EVERY == 0)
    number = rank[turning] // EVERY
    reference = np.zeros((len(turning), departures.shape[1]))
    followed = np.flatnonzero(number[1:] > 0)
    order = followed[np.argsort(number[followed], kind="stable")]
    for blocks in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        away = np.nan_to_num(departures[turning[blocks]] - reference[blocks])
        move = np.clip(PULL * away, -EVERY * speed, EVERY * speed)
        reference[blocks + 1] = reference[blocks] + move
    block = np.searchsorted(turning, np.arange(len(rows)), side="right") - 1
    return departures - reference[block]
