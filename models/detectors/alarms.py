"""One alarm an episode: a score that stays high, or flickers, is one event and not many."""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats
from models.features import reduction, windows
from models.features.reduction import Bounds
from models.recording import Moments

REST_STEPS = 96
"""Rows for which an episode must have been over before the next one is another."""
NEWS = 1.1
"""A score is news if it is so many times as high as all of the last rows."""


def onsets(
    rows: Moments, score: Floats, threshold: float, clear_below: float, step_ns: int
) -> Bools:
    """Rows at which an episode begins, (rows,).

    It begins at the threshold and lasts until scores have been under `clear_below` for a while;
    an unknown score changes nothing.
    """
    above, settled = score >= threshold, score < clear_below
    lively = np.where(np.isfinite(score) & ~settled, 1.0, 0.0)
    recent = _highest_before(rows, lively, step_ns)
    order = np.arange(len(score))
    calm = rows.starts | (recent <= 0)
    last_calm = np.maximum.accumulate(np.where(calm, order, 0))
    raised = np.cumsum(above, dtype=np.int64) - above
    return np.asarray(above & (raised == raised[last_calm]))


def news(rows: Moments, score: Floats, step_ns: int) -> Floats:
    """Scores where they are higher than those of the last rows, NaN elsewhere: (rows,)."""
    highest = _highest_before(rows, np.nan_to_num(score, nan=-np.inf), step_ns)
    return np.where(score > NEWS * np.maximum(highest, 0.0), score, np.nan)


def _highest_before(rows: Moments, values: Floats, step_ns: int) -> Floats:
    """The highest value of the rows before each, minus infinity without any."""
    earlier = Moments(rows.unit, rows.time_ns - REST_STEPS * step_ns)
    bounds = Bounds(windows.rows_until(rows, earlier), np.arange(len(rows)))
    return reduction.highest(values[:, None], bounds)[:, 0]
