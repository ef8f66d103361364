"""Figures of a ranking: what share of the alarms is right, what share of the truth is found.

Rows may carry weights, so that a resampling of units is a weighting and nothing is sorted again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints

BINS = 10
NEVER = float("inf")


@dataclass(frozen=True)
class Ranking:
    """Rows by falling score; rows of one score stand or fall together."""

    order: Ints
    truth: Floats
    """In that order."""
    score: Floats
    ends: Ints
    """Positions of the last row of each score."""

    @classmethod
    def of(cls, truth: Floats, score: Floats) -> Ranking:
        """Rank; a score that is missing ranks below all others."""
        known = np.where(np.isnan(score), -np.inf, score)
        order = np.argsort(-known, kind="stable")
        ranked = known[order]
        steps = np.flatnonzero(ranked[1:] != ranked[:-1])
        return cls(order, truth[order], ranked, np.append(steps, len(ranked) - 1))

    def counts(self, weight: Floats | None = None) -> tuple[Floats, Floats]:
        """True and all alarms if the threshold is each of the scores in turn."""
        if not len(self.order):
            return np.zeros(0), np.zeros(0)
        weights = np.ones(len(self.order)) if weight is None else weight[self.order]
        return np.cumsum(weights * self.truth)[self.ends], np.cumsum(weights)[self.ends]

    def average_precision(self, weight: Floats | None = None) -> float:
        """Area under precision over recall, by steps; NaN without both classes."""
        true, alarms = self.counts(weight)
        if not len(true) or true[-1] <= 0 or true[-1] >= alarms[-1]:
            return np.nan
        precision = true / np.maximum(alarms, np.finfo(np.float64).tiny)
        return float((np.diff(true, prepend=0.0) * precision).sum() / true[-1])

    def recall_at(self, false_share: float, weight: Floats | None = None) -> float:
        """The most that is found while at most so large a share of the rest is alarmed."""
        true, alarms = self.counts(weight)
        if not len(true) or true[-1] <= 0 or true[-1] >= alarms[-1]:
            return np.nan
        allowed = (alarms - true) <= false_share * (alarms[-1] - true[-1])
        return float(true[allowed].max(initial=0.0) / true[-1])

    def best_f1(self, most_false: float = 1.0) -> tuple[float, float]:
        """The threshold with the highest F1 at no more false alarms than that share, and its F1."""
        true, alarms = self.counts()
        if not len(true) or true[-1] <= 0:
            return NEVER, np.nan
        f1 = 2 * true / (alarms + true[-1])
        allowed = (alarms - true) <= most_false * (alarms[-1] - true[-1])
        allowed &= np.isfinite(self.score[self.ends])
        if not allowed.any():
            return NEVER, 0.0
        best = int(np.argmax(np.where(allowed, f1, -1.0)))
        return self._between(best), float(f1[best])

    def quantile_threshold(self, most_false: float) -> float:
        """The lowest threshold that alarms at most such a share of the rows that are not true."""
        true, alarms = self.counts()
        false = alarms - true
        allowed = np.flatnonzero(false <= most_false * false.max(initial=0.0))
        return self._between(int(allowed[-1])) if len(allowed) else NEVER

    def _between(self, number: int) -> float:
        """Half-way to the next lower score, so that equal scores elsewhere fall on one side."""
        here = float(self.score[self.ends[number]])
        if number + 1 >= len(self.ends):
            return here
        below = float(self.score[self.ends[number + 1]])
        return (here + below) / 2 if np.isfinite(below) else here


def f1(truth: Floats, alarm: Bools, weight: Floats) -> dict[str, float]:
    """F1, precision, recall and the share of the rest that is alarmed."""
    hits = float((weight * truth * alarm).sum())
    alarms, positives = float((weight * alarm).sum()), float((weight * truth).sum())
    rest = float(weight.sum()) - positives
    return {
        "f1": 2 * hits / (alarms + positives) if positives > 0 else np.nan,
        "precision": hits / alarms if alarms > 0 else np.nan,
        "recall": hits / positives if positives > 0 else np.nan,
        "false_alarm_rate": (alarms - hits) / rest if rest > 0 else np.nan,
    }


def calibration_bins(probability: Floats) -> Ints:
    """Which of ten equal bins each probability falls into."""
    return np.clip((probability * BINS).astype(np.int64), 0, BINS - 1)


def calibration_error(truth: Floats, probability: Floats, weight: Floats) -> float:
    """Expected calibration error: how far bins' mean probability is from what came true."""
    bins = calibration_bins(probability)
    said = np.bincount(bins, weight * probability, BINS)
    came = np.bincount(bins, weight * truth, BINS)
    total = weight.sum()
    return float(np.abs(said - came).sum() / total) if total > 0 else np.nan
