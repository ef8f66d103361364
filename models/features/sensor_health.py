"""Whether a sensor still tells anything: how long silent, how long unchanged, how far it drifts.

A sensor that fell silent or froze is itself a finding, so it becomes a number, never an error.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features import windows
from models.features.table import Table
from models.recording import HOUR_NS, Moments, Recording

QUESTIONS = ("hours silent", "hours unchanged")


def health(recording: Recording, at: Moments) -> Table:
    """Ask `QUESTIONS` of every metric: `<metric>:<question>`, and how long since any row at all."""
    until = windows.rows_until(recording.moments, at)
    names, columns = ["hours without a row"], [_hours_since(recording, at, until - 1)]
    for number, metric in enumerate(recording.metrics):
        known = np.isfinite(recording.values[:, number])
        last = _latest(known)
        began = _unchanged_since(recording, number, known)
        for question, rows in zip(QUESTIONS, (last, began), strict=True):
            names.append(f"{metric}:{question}")
            columns.append(_hours_since(recording, at, _row_before(rows, until)))
    return Table(tuple(names), np.column_stack(columns))


def _row_before(rows: Ints, until: Ints) -> Ints:
    if not len(rows):
        return np.full(len(until), -1, dtype=np.int64)
    return np.where(until > 0, rows[np.maximum(until - 1, 0)], -1)


def _hours_since(recording: Recording, at: Moments, row: Ints) -> Floats:
    """Hours from a row to the moment; NaN if it is none, or another unit's."""
    hours = np.full(len(at), np.nan)
    some = np.flatnonzero(row >= 0)
    some = some[recording.unit[row[some]] == at.unit[some]]
    hours[some] = (at.time_ns[some] - recording.time_ns[row[some]]) / HOUR_NS
    return hours


def _latest(marked: Bools) -> Ints:
    """For each row, the last marked row up to it; -1 before the first."""
    places = np.where(marked, np.arange(len(marked)), -1)
    return np.maximum.accumulate(places).astype(np.int64)


def _unchanged_since(recording: Recording, number: int, known: Bools) -> Ints:
    """For each row, the row from which on the metric has had the value it has now."""
    rows = np.flatnonzero(known)
    values, unit = recording.values[rows, number], recording.unit[rows]
    begins = np.zeros(len(known), dtype=np.bool_)
    begins[rows[:1]] = True
    begins[rows[1:]] = (np.diff(values) != 0) | (np.diff(unit) != 0)
    return _latest(begins)
