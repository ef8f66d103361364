"""What is left of a life, learned from features: several regressors, weighed by lives left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import nnls
from sklearn.ensemble import HistGradientBoostingRegressor

from models.arrays import Bools, Floats, Ints
from models.forecasters.life_smooth import Smooth
from models.forecasters.threads import one_thread
from models.forecasters.usual_life import UsualLife

FOLDS = 5
BAGS = 6
"""Boosted trees, and networks, of so many seeds speak with one voice."""
BAGS_TO_WEIGH = 2
"""So many are enough to weigh that voice."""
PEERS = 1.15
"""A member off by no more than so many times what the best is off has a word of its own."""
MEMBERS = ("trees", "networks", "kernel", "usual life")


@dataclass(frozen=True)
class Examples:
    """What to learn from; every array has a row a moment."""

    features: Floats
    fused: Floats
    """The few of them that smooth functions are shown."""
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
            self.fused[chosen],
            self.traits[chosen],
            self.age[chosen],
            self.left[chosen],
            self.life[chosen],
            self.weight[chosen],
        )


@dataclass(frozen=True)
class Plain:
    """What is left by rules among all features, and by how long lives of the kind last."""

    trees: tuple[Any, ...]
    usual: UsualLife
    cap: float

    @classmethod
    def fitted(cls, examples: Examples, cap: float, seeds: range) -> Plain:
        """Fit on all examples."""
        # Equal weights would change nothing but make the search for bins slow.
        weight = None if (examples.weight == 1).all() else examples.weight
        return cls(
            tuple(
                _boosted(each).fit(examples.features, examples.left, sample_weight=weight)
                for each in seeds
            ),
            UsualLife.of(examples.traits, examples.age + examples.left, examples.life),
            cap,
        )

    def columns(self, shown: Examples) -> Floats:
        """What each of the two says is left, (moments, 2)."""
        trees = np.mean([each.predict(shown.features) for each in self.trees], axis=0)
        usual = self.usual.predict(shown.traits) - shown.age
        left: Floats = np.clip(np.column_stack([trees, usual]), 0.0, self.cap)
        return left


@dataclass(frozen=True)
class Members:
    """All ways to see what is left, fitted on the same lives: those, and smooth functions."""

    plain: Plain
    smooth: Smooth

    @classmethod
    def fitted(cls, examples: Examples, cap: float, seed: int, bags: int = 1) -> Members:
        """Fit on all examples."""
        seeds = range(seed, seed + bags)
        smooth = Smooth.fitted(examples.fused, examples.left, examples.weight, seeds)
        return cls(Plain.fitted(examples, cap, seeds), smooth)

    def columns(self, shown: Examples) -> Floats:
        """What each of them says is left, (moments, members), in the order of `MEMBERS`."""
        trees, usual = self.plain.columns(shown).T
        smooth = np.clip(self.smooth.columns(shown.fused), 0.0, self.plain.cap)
        left: Floats = np.column_stack([trees, *smooth, usual])
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
    """Fit; also return what each moment would get from a blend that never saw its life.

    Weights are half those that are best for the lives left out and half equal among peers: the
    best for some lives are too bold for others.
    """
    unseen = _unseen(examples, seed, lambda known: Members.fitted(known, cap, seed, BAGS_TO_WEIGH))
    longest = _longest(examples)
    staged = _by_stage(unseen, longest)
    fitted = _weighed(staged, examples)
    weights = (fitted + np.tile(_among_peers(unseen, examples), 2)) / 2
    with one_thread():
        members = Members.fitted(examples, cap, seed, BAGS)
    return Blend(members, weights.reshape(2, -1), longest), staged @ weights


def plainly(examples: Examples, cap: float, seed: int) -> Floats:
    """What each moment would get without smooth functions, from who never saw its life, (moments,).

    These learn by heart how hard units were used so far, and say nothing about a harder use.
    """
    seeds = range(seed, seed + BAGS_TO_WEIGH)
    unseen = _unseen(examples, seed, lambda known: Plain.fitted(known, cap, seeds))
    staged = _by_stage(unseen, _longest(examples))
    return staged @ _weighed(staged, examples)


def _longest(examples: Examples) -> float:
    return max(float(np.quantile(examples.left, 0.9)), float(np.finfo(np.float64).tiny))


def _weighed(columns: Floats, examples: Examples) -> Floats:
    """The weights that make columns, (moments, members), fit best, (members,)."""
    root = np.sqrt(examples.weight)
    weights: Floats = nnls(columns * root[:, None], examples.left * root)[0]
    return weights


def _unseen(examples: Examples, seed: int, fitted: Callable[[Examples], Plain | Members]) -> Floats:
    """What members that never saw a moment's life say of it, (moments, members)."""
    fold = folds(examples.life, seed)
    parts = []
    with one_thread():
        for number in range(int(fold.max()) + 1):
            learned = fitted(examples.only(fold != number))
            parts.append(learned.columns(examples.only(fold == number)))
    unseen = np.empty((len(fold), parts[0].shape[1]))
    unseen[np.argsort(fold, kind="stable")] = np.vstack(parts)
    return unseen


def _among_peers(unseen: Floats, examples: Examples) -> Floats:
    """Equal weights for members about as good as the best of them, (members,)."""
    square = np.average((unseen - examples.left[:, None]) ** 2, axis=0, weights=examples.weight)
    peers = np.sqrt(square) <= PEERS * np.sqrt(square.min())
    shares: Floats = peers / peers.sum()
    return shares


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


def folds(life: Ints, seed: int) -> Ints:
    """The fold of each moment; a life is in one fold only."""
    lives = np.unique(life)
    order = np.random.default_rng(seed).permutation(len(lives)) % min(FOLDS, len(lives))
    return order[np.searchsorted(lives, life)]
