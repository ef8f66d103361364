"""What labels teach of which departures matter: where some of the history is labelled anomalous.

A cautious logistic regression on the departures, blended with the score that needs no labels;
it counts for more the more episodes it has seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from models.arrays import Bools, Floats
from models.recording import Moments

FEWEST_EPISODES = 2
"""In each half of the history; fewer tell what was wrong then, not what goes wrong."""
FEWEST_UNITS = 4
"""With fewer the halves are of time."""
HALFWAY = 15.0
"""Episodes after which labels count for as much as everything else."""
MOST = 0.8
"""Share of the blend that labels may have."""
CAUTION = 0.003
"""Inverse penalty of the weights."""
LEAST = 0.1
"""Added to scores before their logarithm is taken."""


@dataclass(frozen=True)
class Weighing:
    """Weights of departures, as logarithms; of shape (columns + 1,), the last one for the score."""

    centre: Floats
    scale: Floats
    weights: Floats
    level: float
    """What is added so that healthy rows look as they do to the score."""
    share: float
    """Of the labels in the blend."""
    threshold: float

    @classmethod
    def of(
        cls, rows: Moments, departures: Floats, score: Floats, bad: Bools, threshold: float
    ) -> Self | None:
        """Learn from all rows of a history; None where labels teach nothing that holds."""
        known = np.isfinite(score)
        rows, departures, score, bad = rows.only(known), departures[known], score[known], bad[known]
        share = min(_episodes(rows, bad) / (_episodes(rows, bad) + HALFWAY), MOST)
        if not cls._holds(rows, departures, score, bad, share):
            return None
        found = cls._learned(departures, score, bad, share)
        above = float((score[~bad] > threshold).mean())
        blended = found.blend(departures[~bad], score[~bad])
        return replace(found, threshold=max(float(np.quantile(blended, 1 - above)), LEAST**3))

    @classmethod
    def _holds(
        cls, rows: Moments, departures: Floats, score: Floats, bad: Bools, share: float
    ) -> bool:
        """Whether what one half teaches ranks the other half better, both ways together."""
        first = _first_half(rows)
        gain = 0.0
        for half in (first, ~first):
            if _episodes(rows, bad & half) < FEWEST_EPISODES or not (half & ~bad).any():
                return False
            told = cls._learned(departures[~half], score[~half], bad[~half], share)
            blended = told.blend(departures[half], score[half])
            gain += average_precision_score(bad[half], blended)
            gain -= average_precision_score(bad[half], score[half])
        return gain > 0

    @classmethod
    def _learned(cls, departures: Floats, score: Floats, bad: Bools, share: float) -> Self:
        columns = _columns(departures, score)
        centre, scale = columns.mean(axis=0), np.maximum(columns.std(axis=0), LEAST)
        model = LogisticRegression(C=CAUTION, class_weight="balanced", max_iter=1000)
        model.fit((columns - centre) / scale, bad)
        weights = np.asarray(model.coef_[0], dtype=np.float64)
        told, usual = ((columns - centre) / scale @ weights)[~bad], columns[~bad, -1]
        stretch = float(usual.std() / max(told.std(), LEAST**3))
        level = float(usual.mean() - stretch * told.mean())
        return cls(centre, scale, stretch * weights, level, share, np.nan)

    def blend(self, departures: Floats, score: Floats) -> Floats:
        """Scores, (rows,), on the scale of those without labels; NaN where these are."""
        columns = _columns(departures, score)
        told = (columns - self.centre) / self.scale @ self.weights + self.level
        mixed = np.exp((1 - self.share) * columns[:, -1] + self.share * told)
        return np.where(np.isfinite(score), np.maximum(mixed - LEAST, 0.0), np.nan)


def _columns(departures: Floats, score: Floats) -> Floats:
    """Logarithms; what is not known counts as ordinary."""
    sizes = np.log1p(np.nan_to_num(np.abs(departures)))
    return np.column_stack([sizes, np.log(np.nan_to_num(score) + LEAST)])


def _first_half(rows: Moments) -> Bools:
    """Every second unit; the earlier half of the time where there are too few."""
    units = np.unique(rows.unit)
    if len(units) >= FEWEST_UNITS:
        return np.isin(rows.unit, units[::2])
    return np.asarray(rows.time_ns < np.median(rows.time_ns))


def _episodes(rows: Moments, bad: Bools) -> int:
    begins = bad.copy()
    begins[1:] &= ~(bad[:-1] & (np.diff(rows.unit) == 0))
    return int(begins.sum())
