"""Volume under the precision-recall surface of one series (Paparrizos and others, VLDB 2022).

Labels are widened by a buffer whose weight falls to the sides, because nobody knows to the row
when an anomaly begins; the area is averaged over buffer lengths from none to the longest. It is
summed by steps, like average precision: straight lines between points would flatter few points.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints

MOST_LENGTHS = 16
"""Buffer lengths between none and the longest at which the surface is cut."""


def volume(truth: Bools, score: Floats, longest: int) -> float:
    """Mean over buffers of 0 to `longest` rows; NaN where nothing or everything is true."""
    if not truth.any() or truth.all():
        return np.nan
    lengths = np.unique(np.linspace(0, longest, min(longest + 1, MOST_LENGTHS)).round())
    known = np.where(np.isnan(score), -np.inf, score)
    order = np.argsort(-known, kind="stable")
    ranked = known[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    return float(np.mean([_area(truth, known, order, ends, int(each)) for each in lengths]))


def widened(truth: Bools, length: int) -> Floats:
    """Label of each row: 1 within, falling as a root to either side up to half the length."""
    rows = np.flatnonzero(truth)
    here = np.arange(len(truth))
    after = np.searchsorted(rows, here)
    ahead = rows[np.minimum(after, len(rows) - 1)] - here
    behind = here - rows[np.maximum(after - 1, 0)]
    distance = np.minimum(np.where(ahead < 0, len(truth), ahead), np.abs(behind))
    distance = np.where(truth, 0, distance)
    weight = np.sqrt(np.maximum(1 - distance / max(length, 1), 0.0))
    return np.where(distance <= length // 2, weight, 0.0)


def segments(truth: Bools) -> tuple[Ints, Ints]:
    """First row, and row after the last, of each run of true rows."""
    edges = np.diff(np.concatenate(([0], truth.astype(np.int64), [0])))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _area(truth: Bools, score: Floats, order: Ints, ends: Ints, length: int) -> float:
    label = widened(truth, length)
    true = np.cumsum(label[order])[ends]
    precision = true / (ends + 1)
    recall = np.minimum(true / ((truth.sum() + label.sum()) / 2), 1.0)
    recall = recall * _existence(label, score, score[order][ends])
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def _existence(label: Floats, score: Floats, thresholds: Floats) -> Floats:
    """Share of the segments that have an alarm at each of the falling thresholds."""
    first, after = segments(label > 0)
    peaks = np.sort(
        np.maximum.reduceat(np.append(score, -np.inf), np.ravel([first, after], "F"))[::2]
    )
    return (len(peaks) - np.searchsorted(peaks, thresholds, side="left")) / len(peaks)
