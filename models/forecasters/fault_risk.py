"""Whether a fault is ahead at all: a raw probability, before it is calibrated.

Boosted trees, which win where many faults were seen. Where few were, a forest, or both together,
may be the wiser judge, and which it is is found out on units, or stretches of time, not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from models.arrays import Bools, Floats, Ints
from models.forecasters.calibration import log_odds
from models.forecasters.threads import one_thread

BOOSTING = "boosting"
FOREST = "forest"
BOTH = "both"
ENOUGH_FOR_BOOSTING = 100
"""Faults from which on boosting is not questioned."""


@dataclass(frozen=True)
class Risk:
    """Trees over the features that tell moments apart."""

    columns: Ints
    """Positions of the features used; one that is always missing, or the same, says nothing."""
    trees: tuple[HistGradientBoostingClassifier | ExtraTreesClassifier, ...]
    """One kind or both; of two, the middle of their log-odds counts."""

    @classmethod
    def fit(cls, kind: str, values: Floats, faulty: Bools, seed: int) -> Self:
        """Learn from (rows, features); needs rows of both kinds.

        Rows count alike: what thinning them out changed is for the calibration to put right.
        """
        columns = _telling(values)
        shown = _shown(values, columns)
        with one_thread():
            return cls(columns, tuple(trees.fit(shown, faulty) for trees in _untrained(kind, seed)))

    def probability(self, values: Floats) -> Floats:
        """Of a fault, (rows,), for the same features."""
        shown = _shown(values, self.columns)
        with one_thread():
            odds = [log_odds(trees.predict_proba(shown)[:, 1]) for trees in self.trees]
        return np.asarray(expit(np.mean(odds, axis=0)), dtype=np.float64)


@dataclass(frozen=True)
class Tried:
    """A kind of model, and what it said of rows that it had not seen, (rows,)."""

    kind: str
    unseen: Floats
    """NaN where nothing could be learned from the rest."""

    @classmethod
    def on(
        cls,
        kind: str,
        values: Floats,
        faulty: Bools,
        folds: Sequence[tuple[Bools, Bools]],
        seed: int,
    ) -> Self:
        """Hold out each part in turn; a part counts if the rest has rows of both kinds."""
        unseen = np.full(len(values), np.nan)
        for learn, hold in folds:
            if 0 < faulty[learn].sum() < learn.sum() and hold.any():
                risk = Risk.fit(kind, values[learn], faulty[learn], seed)
                unseen[hold] = risk.probability(values[hold])
        return cls(kind, unseen)

    def skill(self, faulty: Bools, weight: Floats) -> float:
        """Average precision on what was not seen; 0 where that cannot be told."""
        told = np.isfinite(self.unseen)
        if not faulty[told].any():
            return 0.0
        return float(
            average_precision_score(faulty[told], self.unseen[told], sample_weight=weight[told])
        )


def kinds(episodes: int) -> tuple[str, ...]:
    """Which kinds are worth trying with so many faults to learn from."""
    return (BOOSTING,) if episodes >= ENOUGH_FOR_BOOSTING else (BOTH, BOOSTING, FOREST)


def _untrained(kind: str, seed: int) -> list[HistGradientBoostingClassifier | ExtraTreesClassifier]:
    made = {BOOSTING: [_boosting], FOREST: [_forest], BOTH: [_boosting, _forest]}
    return [untrained(seed) for untrained in made[kind]]


def _boosting(seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.07,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )


def _forest(seed: int) -> ExtraTreesClassifier:
    return ExtraTreesClassifier(
        100, min_samples_leaf=10, max_features=0.2, class_weight="balanced", random_state=seed
    )


def _telling(values: Floats) -> Ints:
    known = np.isfinite(values)
    low = np.where(known, values, np.inf).min(axis=0)
    high = np.where(known, values, -np.inf).max(axis=0)
    return np.flatnonzero(known.any(axis=0) & ((low < high) | ~known.all(axis=0)))


def _shown(values: Floats, columns: Ints) -> Floats:
    """Those columns; one of zeros where none of them tells anything."""
    return values[:, columns] if len(columns) else np.zeros((len(values), 1))
