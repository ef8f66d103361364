"""What a mode's share of the faults is worth, learned from faults that the blend did not see.

A rare mode keeps what the blend says of it; the more cases a mode has, the more its own curve
counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.arrays import Floats, Ints
from models.forecasters.calibration import log_odds

HALFWAY = 20.0
"""Cases after which a mode's own curve counts for as much as what the blend says."""
FEWEST_CASES = 5
SUREST = 0.998
"""Shares beyond this, and below one less this, are one and the same."""
SLOPES = (0.2, 5.0)


@dataclass(frozen=True)
class ModeOdds:
    """A straight line in log-odds for each mode, (modes,) both."""

    base: Floats
    slope: Floats

    @classmethod
    def plain(cls, modes: int) -> Self:
        """Believe shares as they are."""
        return cls(np.zeros(modes), np.ones(modes))

    @classmethod
    def fit(cls, shares: Floats, truth: Floats, episode: Ints) -> Self:
        """Learn from shares of unseen faults (rows, modes), and what came; NaN if not known.

        `episode` numbers the faults: rows of one fault are one case.
        """
        found = cls.plain(truth.shape[1])
        for mode, (share, came) in enumerate(zip(shares.T, truth.T, strict=True)):
            told = np.isfinite(share) & np.isfinite(came)
            cases = min(len(np.unique(episode[told & (came == wanted)])) for wanted in (0, 1))
            if cases >= FEWEST_CASES:
                line = LogisticRegression(C=1.0).fit(_odds(share[told])[:, None], came[told])
                trust = cases / (cases + HALFWAY)
                slope = float(np.clip(line.coef_[0, 0], *SLOPES))
                found.base[mode] = trust * float(line.intercept_[0])
                found.slope[mode] = 1 + trust * (slope - 1)
        return found

    def __call__(self, shares: Floats) -> Floats:
        """Calibrate (rows, modes)."""
        return np.asarray(expit(self.base + self.slope * _odds(shares)), dtype=np.float64)


def _odds(shares: Floats) -> Floats:
    return log_odds(np.clip(shares, 1 - SUREST, SUREST))
