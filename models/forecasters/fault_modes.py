"""Which mode it will be, if there is a fault: one blend for all modes, however many or rare.

Learned from the rows that precede a fault alone, so a mode seen twice costs no more than a
common one, and no model is asked to tell one row from a million. A forest finds what came before
in the same company; a straight line carries on where nothing like it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Ridge

from models.arrays import Bools, Floats

TREES = 100
FEWER_TREES = 30
LEAF = 2
SHARE_OF_FEATURES = 0.1
STIFFNESS = 0.1
"""Of the straight line, for each row that it learns from."""
OUTERMOST = 5.0
"""No feature counts for more than this."""
FEWEST_ROWS = 10
"""With fewer rows, a mode is as likely as it was often."""


@dataclass(frozen=True)
class Scale:
    """Brings features of any size nearer to one, (features,) each; what is missing is usual.

    They are divided by the root of their spread only: one that hardly ever differs stays small.
    """

    middle: Floats
    spread: Floats

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Learn from (rows, features); long tails are drawn in first."""
        drawn = np.arcsinh(values)
        known = np.isfinite(drawn)
        count = np.maximum(known.sum(axis=0), 1)
        middle = np.where(known, drawn, 0.0).sum(axis=0) / count
        square = np.where(known, (drawn - middle) ** 2, 0.0).sum(axis=0) / count
        return cls(middle, np.where(square > 0, square**0.25, 1.0))

    def __call__(self, values: Floats) -> Floats:
        """Scale (rows, features)."""
        scaled = (np.arcsinh(values) - self.middle) / self.spread
        return np.clip(np.nan_to_num(scaled, nan=0.0), -OUTERMOST, OUTERMOST)


@dataclass(frozen=True)
class ModeBlend:
    """Probabilities of (modes,) given a fault; without models, each mode's share."""

    shares: Floats
    scale: Scale | None = None
    forest: ExtraTreesRegressor | None = None
    line: Ridge | None = None

    @classmethod
    def fit(cls, values: Floats, modes: Floats, seed: int, trees: int = TREES) -> Self:
        """Learn from (rows, features) and 0/1 (rows, modes), NaN where a mode is not known."""
        known = np.isfinite(modes)
        shares = (np.where(known, modes, 0).sum(axis=0) + 0.5) / (known.sum(axis=0) + 1.0)
        if modes.shape[1] == 1 or len(modes) < FEWEST_ROWS:
            return cls(shares)
        scale, truth = Scale.of(values), np.where(known, modes, shares)
        shown = scale(values)
        forest = ExtraTreesRegressor(
            trees, min_samples_leaf=LEAF, max_features=SHARE_OF_FEATURES, random_state=seed
        )
        line = Ridge(alpha=1.0 + STIFFNESS * len(shown))
        return cls(shares, scale, forest.fit(shown, truth), line.fit(shown, truth))

    @classmethod
    def unseen(
        cls, values: Floats, modes: Floats, folds: Iterable[tuple[Bools, Bools]], seed: int
    ) -> Floats:
        """What was said of each row by a blend of fewer trees that had not seen it, (rows, modes).

        NaN where there was nothing to learn from.
        """
        told = np.full(modes.shape, np.nan)
        for learn, hold in folds:
            if learn.any() and hold.any():
                blend = cls.fit(values[learn], modes[learn], seed, FEWER_TREES)
                told[hold] = blend.probabilities(values[hold])
        return told

    def probabilities(self, values: Floats) -> Floats:
        """Of each mode given a fault, (rows, modes)."""
        if self.scale is None or self.forest is None or self.line is None:
            alone = len(self.shares) == 1
            share = np.ones(1) if alone else self.shares
            return np.tile(share, (len(values), 1))
        shown = self.scale(values)
        both = self.forest.predict(shown) + np.clip(self.line.predict(shown), 0.0, 1.0)
        found: Floats = np.reshape(both / 2, (len(values), -1))
        return found
