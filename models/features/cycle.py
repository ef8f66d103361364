"""How long a metric's cycle is: a compressor's, a day's; where there is one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from models.arrays import Floats, Ints

SHORTEST = 6
"""Rows; what is shorter cannot be told from noise."""
REPEATS = 4
"""A cycle is believed after so many of its lengths."""
ENOUGH_UNITS = 100
"""More units of a fleet need not be asked."""
NEARLY = 0.9
"""Two cycles are as like as one: the shortest that is nearly as clear as the clearest counts."""
CLEAR = 0.3
"""Least correlation with the cycle before, and least rise to it from the trough between."""


def length(unit: Ints, values: Floats) -> int:
    """Rows of the clearest cycle of a column, (rows,) by unit and time; 0 if there is none."""
    edges = np.concatenate([[0], np.flatnonzero(np.diff(unit)) + 1, [len(unit)]])
    longest = int(np.diff(edges).max(initial=0)) // REPEATS
    if longest <= SHORTEST:
        return 0
    spans = list(pairwise(edges))
    total, weight = np.zeros(longest + 1), 0.0
    for first, after in spans[:: len(spans) // ENOUGH_UNITS + 1]:
        if after - first >= REPEATS * longest / 2:
            total += _correlations(values[first:after], longest)
            weight += 1
    return _first_peak(total / max(weight, 1.0))


def _correlations(values: Floats, longest: int) -> Floats:
    """Of a column with itself 0 to `longest` rows earlier."""
    centred = np.nan_to_num(values - np.nanmean(values)) if np.isfinite(values).any() else values
    spectrum = np.abs(np.fft.rfft(np.nan_to_num(centred), 2 * len(values))) ** 2
    products = np.fft.irfft(spectrum)[: longest + 1]
    if not products[0] > 0:
        return np.zeros(longest + 1)
    pairs = len(values) - np.arange(longest + 1)
    correlations: Floats = products / products[0] * len(values) / pairs
    return correlations


def _first_peak(correlations: Floats) -> int:
    """The first lag nearly as clear as the clearest after the first trough; 0 if none is clear."""
    rising = np.flatnonzero(np.diff(correlations) > 0)
    start = max(int(rising[0]), SHORTEST) if len(rising) else len(correlations)
    inner = correlations[start:-1]
    if not len(inner):
        return 0
    peak = (inner >= correlations[start - 1 : -2]) & (inner >= correlations[start + 1 :])
    clearest = float(inner[peak].max(initial=0.0))
    good = np.flatnonzero(peak & (inner >= NEARLY * clearest))
    lag = start + int(good[0]) if len(good) else 0
    rise = clearest - float(correlations[1 : lag + 1].min(initial=1.0))
    return lag if clearest >= CLEAR and rise >= CLEAR else 0
