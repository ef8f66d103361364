"""What a detector sees of each hour: the metric watched and the context that explains it.

Pure, and no number at an hour depends on a later one. Some metrics are *held*: measured once a
cycle and repeated until the next; their new values count, not their hours, and what happened
during the whole cycle explains them. Of the others an hour at rest, in which nothing moves, says
nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.arrays import Bools, Floats, Ints
from models.features import reduction
from models.features.reduction import Bounds

HOUR_NS = 3_600_000_000_000
SAME = 1e-6
"""Relative difference below which two stored values are one (columns are single precision)."""
SETTLES = 0.6
"""A metric is held if after this share of its changes it stands still."""
MOST_CHANGES = 0.5
"""A held metric changes in fewer hours than this share."""
LONGEST_CYCLE_H = 24
"""What was before that does not explain a value that is held."""
_APART = 100_000_000
"""More hours than there are since the epoch: keeps devices apart in one sorted key."""


@dataclass(frozen=True)
class Hours:
    """Rows of a rollup, by device and time, ready for a model; arrays have shape (rows,)."""

    device_id: Ints
    time_ns: Ints
    """Start of the hour in nanoseconds since the epoch."""
    observed: Floats
    fresh: Bools
    """The hour brings a value that was not known before."""
    context: Floats
    """(rows, contexts); NaN where missing."""
    before: Floats
    """The context an hour earlier, (rows, contexts); as now where that hour is missing."""

    @property
    def known(self) -> Bools:
        """Rows that have the metric and at least one of its contexts."""
        return np.isfinite(self.observed) & np.isfinite(self.context).any(axis=1)

    def only(self, rows: Bools) -> Hours:
        """Take a part of the rows."""
        return Hours(
            self.device_id[rows],
            self.time_ns[rows],
            self.observed[rows],
            self.fresh[rows],
            self.context[rows],
            self.before[rows],
        )


def columns(metrics: Iterable[str]) -> list[str]:
    """Name the rollup columns that a detector of these metrics needs, in a stable order."""
    return [f"{metric}_{statistic}" for metric in metrics for statistic in ("mean", "last")]


def held(frame: pd.DataFrame, metrics: Iterable[str]) -> frozenset[str]:
    """Tell which of the metrics are measured now and then and held in between."""
    ordered = frame.sort_values(["device_id", "time"])
    follows = _follows(*_keys(ordered))
    return frozenset(name for name in metrics if _is_held(ordered, name, follows))


def rows(frame: pd.DataFrame, metric: str, context: Sequence[str], held: frozenset[str]) -> Hours:
    """Build a rollup's rows; `frame` has device_id, time and `columns([metric, *context])`."""
    ordered = frame.sort_values(["device_id", "time"])
    device_id, time_ns = _keys(ordered)
    follows = _follows(device_id, time_ns)
    observed = _values(ordered, metric, held)
    explaining = np.column_stack([_values(ordered, name, held) for name in context])
    if metric in held:
        fresh = _fresh(device_id, observed)
        gauges = np.array([name not in held for name in context], dtype=np.bool_)
        keys = device_id * _APART + time_ns // HOUR_NS
        explaining[:, gauges] = _since_last(keys, fresh, explaining[:, gauges])
    else:
        fresh = np.isfinite(observed) & ~(follows & _at_rest(ordered, metric, context))
    return Hours(
        device_id=device_id,
        time_ns=time_ns,
        observed=observed,
        fresh=fresh,
        context=explaining,
        before=np.where(follows[:, None], _previous(explaining), explaining),
    )


def _is_held(frame: pd.DataFrame, name: str, follows: Bools) -> bool:
    mean = frame[f"{name}_mean"].to_numpy(np.float64)
    last = frame[f"{name}_last"].to_numpy(np.float64)
    changing = ~_same(mean, last) & np.isfinite(mean)
    judged = np.flatnonzero(changing[1:-1] & follows[1:-1] & follows[2:]) + 1
    if not len(judged):
        return False
    moved = ~_same(last[judged], last[judged - 1])
    settled = _same(mean[judged + 1], last[judged]) & _same(last[judged + 1], last[judged])
    seldom = changing.mean() < MOST_CHANGES
    return bool(seldom and (moved & settled).mean() >= SETTLES)


def _keys(frame: pd.DataFrame) -> tuple[Ints, Ints]:
    times = frame["time"].to_numpy("datetime64[ns]").astype(np.int64)
    return frame["device_id"].to_numpy(np.int64), times


def _follows(device_id: Ints, time_ns: Ints) -> Bools:
    """Whether the row before is the same device's previous hour."""
    follows = np.zeros(len(device_id), dtype=np.bool_)
    follows[1:] = (np.diff(device_id) == 0) & (np.diff(time_ns) == HOUR_NS)
    return follows


def _fresh(device_id: Ints, observed: Floats) -> Bools:
    """Differs from the device's last known value, over gaps too."""
    fresh = np.zeros(len(observed), dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(observed))
    changed = np.ones(len(known), dtype=np.bool_)
    same = _same(observed[known][1:], observed[known][:-1])
    changed[1:] = ~same | (np.diff(device_id[known]) != 0)
    fresh[known] = changed
    return fresh


def _at_rest(frame: pd.DataFrame, metric: str, context: Sequence[str]) -> Bools:
    """Whether the metric and some of its context stood for the hour where the row before ended."""
    around = np.column_stack([_still(frame, name) for name in context])
    return _still(frame, metric) & around.any(axis=1)


def _still(frame: pd.DataFrame, name: str) -> Bools:
    mean = frame[f"{name}_mean"].to_numpy(np.float64)
    last = frame[f"{name}_last"].to_numpy(np.float64)
    still = np.zeros(len(mean), dtype=np.bool_)
    still[1:] = _same(mean[1:], last[1:]) & _same(mean[1:], last[:-1])
    return still


def _since_last(keys: Ints, fresh: Bools, context: Floats) -> Floats:
    """Mean of each context over the hours since the value before, (rows, contexts)."""
    after = np.ones(len(keys), dtype=np.bool_)
    after[1:] = fresh[:-1] | (np.diff(keys // _APART) != 0)
    start = np.maximum.accumulate(np.where(after, np.arange(len(keys)), 0))
    start = np.maximum(start, np.searchsorted(keys, keys - LONGEST_CYCLE_H, side="right"))
    cycle = Bounds(start, np.arange(len(keys)) + 1)
    seen = reduction.total(np.isfinite(context).astype(np.float64), cycle)
    mean: Floats = reduction.total(np.nan_to_num(context), cycle) / np.maximum(seen, 1)
    return np.where(seen > 0, mean, np.nan)


def _values(frame: pd.DataFrame, name: str, held: frozenset[str]) -> Floats:
    statistic = "last" if name in held else "mean"
    return frame[f"{name}_{statistic}"].to_numpy(np.float64)


def _previous(rows: Floats) -> Floats:
    shifted = np.empty_like(rows)
    shifted[:1] = rows[:1]
    shifted[1:] = rows[:-1]
    return shifted


def _same(left: Floats, right: Floats) -> Bools:
    close: Bools = np.abs(left - right) <= SAME * np.maximum(np.abs(left), 1e-3)
    return close
