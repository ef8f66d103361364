"""How likely a visit confirms a fault: from verdicts where there are some, else from a prior. Pure.

A score is no probability. Findings fall into bands by kind and by how far the score is beyond its
threshold; the verdicts of a band are weighed against a stated prior (beta-binomial), and a higher
score never means less.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from alerts.evidence import Evidence

EDGES = (1.25, 1.6, 2.5)
"""Where bands of an anomaly begin, in multiples of the threshold; the first one below them all."""
PRIORS: dict[str, tuple[float, ...]] = {
    "anomaly": (0.5, 0.6, 0.7, 0.8),
    "alarm": (0.8,),
    "code": (0.9,),
    "silence": (0.3,),
}
"""What we would bet before any verdict came in, by kind and band."""
PRIOR_WEIGHT = 10.0
"""The prior counts as much as so many verdicts."""


@dataclass(frozen=True)
class Tally:
    """Verdicts of one kind and band."""

    kind: str
    band: int
    """0 for the lowest; always 0 where the kind has no scores."""
    confirmed: int
    refuted: int


@dataclass(frozen=True)
class Band:
    """What is believed of one band, and why."""

    kind: str
    band: int
    prior: float
    verdicts: int
    probability: float


def bands(tallies: Sequence[Tally]) -> list[Band]:
    """Weigh verdicts against the priors; every kind and band has a row."""
    known = {(tally.kind, tally.band): tally for tally in tallies}
    found = []
    for kind, priors in PRIORS.items():
        of_kind = [known.get((kind, band), Tally(kind, band, 0, 0)) for band in range(len(priors))]
        counts = np.array([each.confirmed + each.refuted for each in of_kind], dtype=np.float64)
        confirmed = np.array([each.confirmed for each in of_kind], dtype=np.float64)
        weight = counts + PRIOR_WEIGHT
        raw = (confirmed + PRIOR_WEIGHT * np.array(priors)) / weight
        rising = isotonic_regression(raw, weights=weight).x
        found += [
            Band(kind, band, priors[band], int(counts[band]), float(rising[band]))
            for band in range(len(priors))
        ]
    return found


def band_of(seen: Evidence) -> int:
    """In which band of its kind a finding is."""
    if seen.kind != "anomaly" or seen.excess is None:
        return 0
    return bisect_right(EDGES, seen.excess)


def probability(seen: Evidence, known: Sequence[Band]) -> float:
    """Of a fault that a visit would confirm; a calibrated forecast says it itself."""
    if seen.probability is not None:
        return seen.probability
    band = band_of(seen)
    return next(each.probability for each in known if (each.kind, each.band) == (seen.kind, band))
