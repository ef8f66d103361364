"""How well probabilities of a fault tell what came, by moment, by failure and by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints
from models.evaluation import curves, duration, watching
from models.evaluation.curves import Ranking
from models.features import windows
from models.recording import Moments

MONTH_NS = 30.4375 * duration.NS["d"]
FEW_FALSE = 0.01


@dataclass(frozen=True)
class Foretold:
    """Moments by unit and time with what was said and what came; NaN where nobody knows."""

    at: Moments
    truth: Floats
    """(moments,)"""
    score: Floats
    mode_truth: Floats
    """(moments, modes)"""
    mode_score: Floats
    failures: Moments
    horizon_ns: int


@dataclass(frozen=True)
class _Mode:
    """What was said and what came of one mode, of the moments whose truth is known."""

    ranking: Ranking
    truth: Floats
    probability: Floats
    unit: Ints

    @classmethod
    def of(cls, foretold: Foretold, unit: Ints, number: int) -> _Mode:
        truth, score = foretold.mode_truth[:, number], foretold.mode_score[:, number]
        known = np.isfinite(truth)
        probability = np.clip(np.nan_to_num(score[known]), 0.0, 1.0)
        return cls(Ranking.of(truth[known], score[known]), truth[known], probability, unit[known])


class FaultFigures:
    """Figures at a threshold, one or one a moment, that was chosen elsewhere."""

    def __init__(self, foretold: Foretold, threshold: float | Floats) -> None:
        self.units_there = np.unique(foretold.at.unit)
        self.unit, self.units = watching.compact(foretold.at.unit)
        known = np.isfinite(foretold.truth)
        self.not_scored = int((~known).sum())
        self._truth = foretold.truth[known]
        self._score = np.nan_to_num(foretold.score[known], nan=0.0)
        self._row_unit = self.unit[known]
        alarm = np.nan_to_num(foretold.score, nan=-np.inf) >= threshold
        self._alarm = alarm[known]
        self.ranking = Ranking.of(self._truth, foretold.score[known])
        self._modes = [_Mode.of(foretold, self.unit, mode) for mode in range(_count(foretold))]
        self._failure_unit, self._lead_h = self._leads(foretold, alarm)
        runs = watching.alarms(self.unit, foretold.at.time_ns, alarm, foretold.horizon_ns)
        right = np.unique(runs[alarm & (foretold.truth != 0)])
        first = np.unique(runs, return_index=True)[1]
        false = first[(runs[first] >= 0) & ~np.isin(runs[first], right)]
        self._false = np.bincount(self.unit[false], minlength=self.units).astype(np.float64)
        watched = watching.watched_ns(self.unit, foretold.at.time_ns, self.units)
        self._months = watched / MONTH_NS

    def figures(self, weight: Floats) -> dict[str, float]:
        """All figures, each unit counting by its weight, (units,)."""
        rows = weight[self._row_unit]
        of_failures = weight[self._failure_unit]
        warned = np.isfinite(self._lead_h)
        months = float(weight @ self._months)
        return {
            "pr_auc": self.ranking.average_precision(rows),
            "mean_average_precision": _mean(
                [each.ranking.average_precision(weight[each.unit]) for each in self._modes]
            ),
            **curves.f1(self._truth, self._alarm, rows),
            "failures": float(of_failures.sum()),
            "failures_warned": float(of_failures[warned].sum()),
            "failures_warned_share": float(of_failures[warned].sum() / of_failures.sum())
            if of_failures.sum()
            else np.nan,
            "median_lead_h": _weighted_median(self._lead_h[warned], of_failures[warned]),
            "false_alarms_per_unit_month": float(weight @ self._false) / months
            if months
            else np.nan,
            "recall_at_1_percent_false_alarms": self.ranking.recall_at(FEW_FALSE, rows),
            "calibration_error": curves.calibration_error(
                self._truth, np.clip(self._score, 0.0, 1.0), rows
            ),
            "calibration_error_per_mode": _mean(
                [
                    curves.calibration_error(each.truth, each.probability, weight[each.unit])
                    for each in self._modes
                ]
            ),
        }

    def reliability(self) -> tuple[Floats, Floats, Ints]:
        """Of each bin: the mean probability, the share that came true, and how many."""
        probability = np.clip(self._score, 0.0, 1.0)
        bins = curves.calibration_bins(probability)
        count = np.bincount(bins, minlength=curves.BINS)
        some = np.maximum(count, 1)
        said = np.bincount(bins, probability, curves.BINS) / some
        return said, np.bincount(bins, self._truth, curves.BINS) / some, count

    def _leads(
        self, foretold: Foretold, alarm: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> tuple[Ints, Floats]:
        """Unit and hours from the first alarm within the horizon, of failures that had a chance.

        A chance is a moment that was judged in the horizon before it.
        """
        at, fails = foretold.at, foretold.failures
        before = Moments(fails.unit, fails.time_ns - 1)
        first = windows.rows_until(at, Moments(fails.unit, fails.time_ns - foretold.horizon_ns - 1))
        after = windows.rows_until(at, before)
        alarmed = np.flatnonzero(alarm)
        place = np.searchsorted(alarmed, first)
        padded = np.append(alarmed, len(alarm))
        hit = padded[place]
        times = np.append(at.time_ns, 0)
        lead = (fails.time_ns - times[hit]) / duration.NS["h"]
        chance = after > first
        leads = np.where(hit < after, lead, np.nan)[chance]
        compacted = np.searchsorted(self.units_there, fails.unit[chance])
        return compacted.astype(np.int64), leads


def _count(foretold: Foretold) -> int:
    return len(foretold.mode_truth.T)


def _mean(values: Sequence[float]) -> float:
    """Of those that can be told."""
    some = [each for each in values if np.isfinite(each)]
    return float(np.mean(some)) if some else np.nan


def _weighted_median(values: Floats, weight: Floats) -> float:
    if not len(values) or weight.sum() <= 0:
        return np.nan
    return float(np.median(np.repeat(values, weight.astype(np.int64))))
