"""What is left of a life, learned from features: several regressors, weighed by lives left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import nnls
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor

from models.arrays import Bools, Floats, Ints
from models.forecasters.threads import one_thread
from models.forecasters.usual_life import UsualLife

FOLDS = 5
BAGS = 4
"""Boosted trees of so many seeds speak with one voice; one is enough to weigh it."""


@dataclass(frozen=True)
class Examples:
    """What to learn from; every array has a row a moment."""

    features: Floats
    traits: Floats
    age: Floats
    """In the unit of `left`."""
    left: Floats
    life: Ints
    weight: Floats

    def only(self, chosen: Bools) -> Examples:
        """Take a part of the moments."""
        return Examples(
            self.features[chosen],
            self.traits[chosen],
            self.age[chosen],
            self.left[chosen],
            self.life[chosen],
            self.weight[chosen],
        )


@dataclass(frozen=True)
class Members:
    """Three ways to see what is left, fitted on the same lives.

    From what is seen, directly; by how long the whole life will be, which does not change while
    one waits; and by how long lives of the kind last.
    """

    direct: tuple[Any, ...]
    whole: Any
    usual: UsualLife
    cap: float
    """What is left is never more; with a cap the whole life is unknown, and left to the first."""

    @classmethod
    def fitted(cls, examples: Examples, cap: float, seed: int, bags: int = 1) -> Members:
        """Fit on all examples."""
        trees = ExtraTreesRegressor(
            n_estimators=60, min_samples_leaf=10, max_features=0.2, random_state=seed
        )
        shown = examples.features
        # Equal weights would change nothing but make the search for bins slow.
        weight = None if (examples.weight == 1).all() else examples.weight
        whole = examples.left + _age(examples, cap)
        return cls(
            tuple(
                _boosted(seed + bag).fit(shown, examples.left, sample_weight=weight)
                for bag in range(bags)
            ),
            trees.fit(shown, whole, sample_weight=weight),
            UsualLife.of(examples.traits, examples.age + examples.left, examples.life),
            cap,
        )

    def columns(self, shown: Examples) -> Floats:
        """What each of them says is left, (moments, members)."""
        whole = self.whole.predict(shown.features) - _age(shown, self.cap)
        usual = self.usual.predict(shown.traits) - shown.age
        direct = np.mean([each.predict(shown.features) for each in self.direct], axis=0)
        found = [direct, whole, usual]
        left: Floats = np.clip(np.column_stack(found), 0.0, self.cap)
        return left


@dataclass(frozen=True)
class Blend:
    """Fitted members and their weights, (2, members): near the end, and at a life's beginning.

    Early on, how long lives of the kind last is the best that is known; near the end, what is seen.
    """

    members: Members
    weights: Floats
    longest: float
    """What is left at a usual life's beginning."""

    def predict(self, shown: Examples) -> Floats:
        """What is left, (moments,)."""
        with one_thread():
            columns = self.members.columns(shown)
        left: Floats = _by_stage(columns, self.longest) @ self.weights.ravel()
        return left


def fit(examples: Examples, cap: float, seed: int) -> tuple[Blend, Floats]:
    """Fit; also tell what each moment would get from a blend that never saw its life."""
    unseen = _unseen(examples, cap, seed)
    longest = max(float(np.quantile(examples.left, 0.9)), float(np.finfo(np.float64).tiny))
    staged = _by_stage(unseen, longest)
    root = np.sqrt(examples.weight)
    weights, _ = nnls(staged * root[:, None], examples.left * root)
    with one_thread():
        members = Members.fitted(examples, cap, seed, BAGS)
    return Blend(members, weights.reshape(2, -1), longest), staged @ weights


def _unseen(examples: Examples, cap: float, seed: int) -> Floats:
    """What members that never saw a moment's life say of it, (moments, members)."""
    unseen = np.zeros((len(examples.left), 3))
    fold = folds(examples.life, seed)
    with one_thread():
        for number in range(int(fold.max()) + 1):
            learned = Members.fitted(examples.only(fold != number), cap, seed)
            unseen[fold == number] = learned.columns(examples.only(fold == number))
    return unseen


def _by_stage(columns: Floats, longest: float) -> Floats:
    """Each member's word twice, (moments, 2 members): as near the end, and as far from it."""
    far = np.clip(columns[:, :1] / longest, 0.0, 1.0)
    return np.hstack([columns * (1 - far), columns * far])


def _boosted(seed: int) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        max_iter=250,
        learning_rate=0.05,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=5.0,
        max_features=0.1,
        early_stopping=False,
        random_state=seed,
    )


def _age(shown: Examples, cap: float) -> Floats:
    return np.zeros(len(shown.age)) if np.isfinite(cap) else shown.age


def folds(life: Ints, seed: int) -> Ints:
    """The fold of each moment; a life is in one fold only."""
    lives = np.unique(life)
    order = np.random.default_rng(seed).permutation(len(lives)) % min(FOLDS, len(lives))
    return order[np.searchsorted(lives, life)]
