"""What an excursion leaves behind: a unit that comes back is not quite where it was.

After a departure a part of it is forgiven for a while, so that the slow return from an episode
is not taken for a second one.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from models.arrays import Floats
from models.recording import Moments

FORGIVEN = 0.15
"""Share of the highest recent score that is not news."""
LASTING_STEPS = 1200.0
"""Rows after which the rest of it has faded to a third."""
HIGHEST = 50.0
"""Scores count up to this: one absurd value must not blind us."""


def after_peaks(rows: Moments, score: Floats, step_ns: int) -> Floats:
    """Lower scores by what earlier peaks explain; (rows,)."""
    steps = rows.time_ns / (step_ns * LASTING_STEPS)
    peak = np.where(np.isfinite(score), np.minimum(score, HIGHEST), 0.0)
    before = np.zeros(len(score))
    for first, after in _units(rows):
        # A peak fades by its age: the highest of log(peak) + time is the one that counts now.
        since = steps[first:after] - steps[first]
        with np.errstate(divide="ignore"):
            risen = np.maximum.accumulate(np.log(peak[first:after]) + since)
        before[first + 1 : after] = np.exp(risen[:-1] - since[1:])
    lowered: Floats = score / np.hypot(1.0, FORGIVEN * before)
    return lowered


def _units(rows: Moments) -> list[tuple[int, int]]:
    changes = np.flatnonzero(np.diff(rows.unit)) + 1
    edges = [0, *changes.tolist(), len(rows)]
    return [(first, after) for first, after in pairwise(edges) if after]
