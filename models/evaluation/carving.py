"""A validation part taken out of the training part where a task names none."""

from __future__ import annotations

import numpy as np

from models.evaluation import split
from models.evaluation.span import FUTURE, PAST, Span
from models.evaluation.split import Fold
from models.recording import Recording

EVERY = 4
"""One in so many training units; of time the same share."""
FEWEST_UNITS = 8
"""With fewer the end of the training time is taken."""


def carved(fold: Fold, recording: Recording, gap_ns: int) -> Fold:
    """By unit where the test part has other units too, by the end of the time with a gap else."""
    if fold.validation is not None:
        return fold
    units = np.flatnonzero(fold.train.units)
    apart = not (fold.train.units & fold.test.units).any()
    if apart and len(units) >= FEWEST_UNITS:
        chosen = np.zeros(len(fold.train.start), dtype=np.bool_)
        chosen[units[EVERY - 1 :: EVERY]] = True
        return Fold(fold.train.of_units(~chosen), fold.train.of_units(chosen), fold.test)
    return _by_time(fold, recording, gap_ns)


def _by_time(fold: Fold, recording: Recording, gap_ns: int) -> Fold:
    first, last = split.extent(recording)
    begin = np.maximum(first, fold.train.start)
    end = np.minimum(last + 1, fold.train.end)
    cut = end - (end - begin) // EVERY
    kept = np.where(fold.train.units, cut - gap_ns, PAST)
    return Fold(
        Span(fold.train.start, np.minimum(fold.train.end, kept)),
        Span(np.where(fold.train.units, cut, FUTURE), fold.train.end),
        fold.test,
    )
