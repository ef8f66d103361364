"""What every forecaster offers: two methods, and one direction of score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, Self

import pandas as pd

from models.arrays import Bools, Floats, Ints
from models.recording import Moments, Recording


@dataclass(frozen=True)
class Target:
    """What truly came after each moment; `values` has shape (moments, names), NaN if not known.

    For faults a column a mode: 1 if that mode comes within the horizon, 0 if not. For lives one
    column, `remaining`: what was left; where `censored`, at least so much was left.
    """

    names: tuple[str, ...]
    values: Floats
    censored: Bools

    def only(self, chosen: Bools | Ints) -> Target:
        """Take a part of the moments."""
        return replace(self, values=self.values[chosen], censored=self.censored[chosen])


class Forecaster(Protocol):
    """Learns from units whose fate is known; says for any unit at any time what is to come.

    What it says of a moment rests on what was known at that moment, never on later rows.
    """

    def fit(self, recording: Recording, at: Moments, target: Target) -> Self:
        """Learn; raises models.detectors.detector.NotEnoughDataError rather than guess."""
        ...

    def score(self, recording: Recording, at: Moments) -> pd.DataFrame:
        """One row a moment, in the order given; higher scores need somebody sooner.

        Columns: unit (position), time (UTC), score. Faults: score is the probability of any mode,
        with `probability:<mode>` for each. Lives: remaining, lower and upper (80 %), and score is
        the remaining life, negated. NaN where too little is known of the unit.
        """
        ...
