"""What a raw score is worth as a probability, learned from units that the model did not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from models.arrays import Bools, Floats

ENOUGH_FOR_STEPS = 30
"""Episodes from which on the shape itself is learned; a curve of two numbers needs fewer."""
LEAST_SLOPE = 1e-3
"""Scores that say nothing get nearly one probability, in the order they had."""
FURTHEST = 30.0
"""Log-odds beyond this are one and the same."""
KEEPS_ORDER = 1e-9


@dataclass(frozen=True)
class Calibration:
    """A rising line through points: log-odds of the raw score, and the probability there."""

    score: Floats
    probability: Floats

    @classmethod
    def fit(cls, raw: Floats, truth: Bools, weight: Floats, episodes: int) -> Self:
        """Learn from raw probabilities (rows,) of unseen units, what came and the rows' weights.

        `episodes` is the number of faults behind the positive rows: rows of one fault are alike.
        """
        odds = log_odds(raw)
        if episodes >= ENOUGH_FOR_STEPS:
            score, probability = _steps(odds, truth, weight)
        else:
            score, probability = _curve(odds, truth, weight)
        surest = 0.5 / max(episodes, 1)
        return cls(score, np.clip(probability, surest * truth.mean(), 1 - surest))

    def __call__(self, raw: Floats) -> Floats:
        """Turn raw probabilities into calibrated ones; higher stays higher."""
        odds = log_odds(raw)
        return np.interp(odds, self.score, self.probability) + KEEPS_ORDER * odds / FURTHEST


def best_level(raw: Floats, truth: Bools, weight: Floats) -> float:
    """The score from which on an alarm is worth most by F1, of rows with their weights."""
    order = np.argsort(-raw, kind="stable")
    score, found = raw[order], np.cumsum((weight * truth)[order])
    value = 2 * found / (np.cumsum(weight[order]) + found[-1])
    ends = np.flatnonzero(np.append(score[1:] != score[:-1], [True]))
    best = ends[np.argmax(value[ends])]
    return float((score[best] + score[min(best + 1, len(score) - 1)]) / 2)


def log_odds(probability: Floats) -> Floats:
    """Spread probabilities near 0 and 1 out."""
    kept = np.clip(probability, 1e-12, 1 - 1e-12)
    odds: Floats = np.clip(np.log(kept / (1 - kept)), -FURTHEST, FURTHEST)
    return odds


def _steps(odds: Floats, truth: Bools, weight: Floats) -> tuple[Floats, Floats]:
    """Isotonic regression, joined from the middle of each step to the next."""
    fitted = IsotonicRegression().fit_transform(odds, truth, sample_weight=weight)
    step = np.unique(fitted, return_inverse=True)[1]
    total = np.bincount(step, weight)
    return np.bincount(step, weight * odds) / total, np.bincount(step, weight * fitted) / total


def _curve(odds: Floats, truth: Bools, weight: Floats) -> tuple[Floats, Floats]:
    """Platt's logistic curve, told as points."""
    fitted = LogisticRegression(C=1.0).fit(odds[:, None], truth, sample_weight=weight)
    slope = max(float(fitted.coef_[0, 0]), LEAST_SLOPE)
    base = float(fitted.intercept_[0])
    if slope == LEAST_SLOPE:
        base = float(log_odds(np.array(np.average(truth, weights=weight))))
    points = np.linspace(-FURTHEST, FURTHEST, 241)
    return points, 1 / (1 + np.exp(-(base + slope * points)))
