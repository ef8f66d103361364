"""How far values have moved between two times: the population stability index. Pure."""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Ints

PARTS = 10
MODERATE, MAJOR = 0.1, 0.25
"""Below the first the values stand where they stood; above the second look, or train again."""
FEWEST = 200
"""With fewer values on either side chance alone would look like a change."""


def index(then: Floats, now: Floats) -> float | None:
    """Compare values of shape (n,) with earlier ones, NaN counting as a value of its own.

    The sum over tenths of the earlier values of (q - p) ln(q / p). None with too few values.
    """
    if min(len(then), len(now)) < FEWEST:
        return None
    edges = _edges(then)
    before, after = (_shares(values, edges) for values in (then, now))
    return float(((after - before) * np.log(after / before)).sum())


def level(stability_index: float) -> str:
    """What a number means: `stable`, `moderate` or `major`."""
    if stability_index < MODERATE:
        return "stable"
    return "moderate" if stability_index < MAJOR else "major"


def _edges(then: Floats) -> Floats:
    known = then[np.isfinite(then)]
    if not len(known):
        return np.empty(0)
    inner = np.linspace(0, 1, PARTS + 1)[1:-1]
    edges: Floats = np.unique(np.quantile(known, inner))
    return edges


def _shares(values: Floats, edges: Floats) -> Floats:
    """Of each part, none of which is empty: half a value is added to each."""
    parts = 2 * len(edges) + 2
    counts = np.bincount(_part(values, edges), minlength=parts) + 0.5
    shares: Floats = counts / counts.sum()
    return shares


def _part(values: Floats, edges: Floats) -> Ints:
    """Between two edges or upon one, for metrics with few values; the last part is NaN."""
    part = np.searchsorted(edges, values, "left") + np.searchsorted(edges, values, "right")
    return np.where(np.isfinite(values), part, 2 * len(edges) + 1).astype(np.int64)
