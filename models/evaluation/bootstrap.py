"""How far a figure may be off by the luck of which units there were: resampling by unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from models.arrays import Floats

ROUNDS = 200
SHARE = 0.95
FEWEST_UNITS = 3
MOST_MISSING = 0.5

Figures = Mapping[str, float]
Interval = tuple[float, float]


def intervals(
    figures: Callable[[Floats], Figures], units: int, seed: int, rounds: int = ROUNDS
) -> dict[str, Interval]:
    """95 % of each figure over resampled units; `figures` takes a weight a unit.

    Nothing for fewer than three units, nor for a figure that most resamplings cannot tell.
    """
    if units < FEWEST_UNITS:
        return {}
    rng = np.random.default_rng(seed)
    drawn = [
        figures(rng.multinomial(units, np.full(units, 1 / units)).astype(np.float64))
        for _ in range(rounds)
    ]
    tails = [(1 - SHARE) / 2, (1 + SHARE) / 2]
    found: dict[str, Interval] = {}
    for name in drawn[0]:
        values = np.array([each[name] for each in drawn])
        known = values[np.isfinite(values)]
        if len(known) >= MOST_MISSING * rounds:
            low, high = np.quantile(known, tails)
            found[name] = (float(low), float(high))
    return found
