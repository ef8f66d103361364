"""The score of the Numenta anomaly benchmark: early warnings count more, false ones cost.

As its standard profile does it: of a labelled window only the earliest detection counts, worth 1
at the window's beginning and nearly nothing at its end; a false one costs 0.11, less right after
a window; a missed window costs 1. 100 is perfect, 0 is what a detector that says nothing gets.
Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms", 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats

FALSE_COST = 0.11
MISSED_COST = 1.0
PROBATION_SHARE = 0.15
LONGEST_PROBATION = 750
"""Rows; 15 % of 5,000."""
STEEPNESS = 5.0
LONG_AFTER = 3.0
"""Window lengths after a window from where on a false detection costs in full."""


@dataclass(frozen=True)
class Series:
    """Scores of the rows of one unit in order of time, and its windows as (first, last) rows."""

    scores: Floats
    windows: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Result:
    """What a detector is worth, and from which score on it was taken to say something."""

    score: float
    threshold: float


@dataclass(frozen=True)
class _Steps:
    """What each detection adds, from the highest score down, over one that says nothing."""

    scores: Floats
    gains: Floats
    windows: int


def windows_of(labels: Floats) -> list[tuple[int, int]]:
    """Runs of rows with a label above 0, as (first, last)."""
    inside = np.concatenate([[False], np.nan_to_num(labels) > 0, [False]])
    edges = np.flatnonzero(np.diff(inside.astype(np.int8)))
    return [(int(first), int(after) - 1) for first, after in edges.reshape(-1, 2)]


def score_at(corpus: Sequence[Series], threshold: float) -> Result:
    """Score rows at or above a threshold that was chosen before; NaN without any window."""
    steps = _steps(corpus)
    return Result(_normal(steps, steps.gains[steps.scores >= threshold].sum()), threshold)


def best_score(corpus: Sequence[Series]) -> Result:
    """Score with the one threshold that suits the corpus best, as the benchmark does."""
    steps = _steps(corpus)
    total = np.concatenate([[0.0], np.cumsum(steps.gains)])
    thresholds = np.concatenate([[np.inf], steps.scores])
    complete = np.concatenate([np.diff(thresholds) != 0, [True]])
    best = int(np.argmax(np.where(complete, total, -np.inf)))
    return Result(_normal(steps, float(total[best])), float(thresholds[best]))


def _normal(steps: _Steps, gain: float) -> float:
    most = (1 + MISSED_COST) * steps.windows
    return 100 * gain / most if steps.windows else float("nan")


def _steps(corpus: Sequence[Series]) -> _Steps:
    scores, gains, windows = [np.empty(0)], [np.empty(0)], 0
    for series in corpus:
        worth, inside = _worth(series)
        start = _probation(series.scores)
        judged = np.isfinite(series.scores) & (np.arange(len(worth)) >= start)
        outside = judged & (inside < 0)
        scores.append(series.scores[outside])
        gains.append(worth[outside])
        for number, (_, last) in enumerate(series.windows):
            windows += last >= start
            rows = np.flatnonzero(judged & (inside == number))
            rows = rows[np.argsort(-series.scores[rows], kind="stable")]
            earned = np.maximum.accumulate(np.concatenate([[-MISSED_COST], worth[rows]]))
            scores.append(series.scores[rows])
            gains.append(np.diff(earned))
    whole, added = np.concatenate(scores), np.concatenate(gains)
    order = np.argsort(-whole, kind="stable")
    return _Steps(whole[order], added[order], windows)


def _probation(scores: Floats) -> int:
    """The first row that counts: not one that was learned from and has no score."""
    first = int(np.argmax(np.isfinite(scores))) if np.isfinite(scores).any() else len(scores)
    return max(first, min(int(PROBATION_SHARE * len(scores)), LONGEST_PROBATION))


def _worth(series: Series) -> tuple[Floats, Floats]:
    """What a detection at each row is worth, and the number of the row's window or -1."""
    rows = np.arange(len(series.scores), dtype=np.float64)
    worth = np.full(len(rows), -FALSE_COST)
    inside = np.full(len(rows), -1.0)
    for number, (first, last) in enumerate(series.windows):
        length = last - first + 1.0
        after = rows > last
        past = (rows[after] - last) / max(length - 1, 1.0)
        worth[after] = FALSE_COST * np.where(past >= LONG_AFTER, -1.0, _sigmoid(past))
        within = (rows >= first) & (rows <= last)
        worth[within] = _sigmoid(-(last - rows[within] + 1) / length) / _sigmoid(np.array(-1.0))
        inside[within] = number
    return worth, inside


def _sigmoid(position: Floats) -> Floats:
    """1 a window's length before its end, 0 at its end, -1 long after."""
    scaled: Floats = 2 / (1 + np.exp(STEEPNESS * position)) - 1
    return scaled
