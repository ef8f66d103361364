"""How well anomaly scores tell labelled rows from healthy ones, by row, by event and by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.evaluation import curves, duration, vus, watching
from models.evaluation.curves import Ranking

MOST_FALSE = 0.15
LONGEST_BUFFER = 500


@dataclass(frozen=True)
class Scored:
    """Rows by unit and time; all of shape (rows,)."""

    unit: Ints
    time_ns: Ints
    truth: Floats
    """1, 0 or NaN."""
    score: Floats
    """NaN where the model cannot say: no alarm."""


@dataclass(frozen=True)
class _OfUnits:
    """Figures that each unit has by itself, (units,)."""

    precision: Floats
    volume: Floats
    events: Floats
    found: Floats
    false_alarms: Floats
    days: Floats


class AnomalyFigures:
    """Figures of scored rows at a threshold, one or one a row, that was chosen elsewhere.

    `begins`, (rows,), says at which rows somebody would be told.
    """

    def __init__(self, scored: Scored, threshold: float | Floats, begins: Bools) -> None:
        self.unit, self.units = watching.compact(scored.unit)
        self._known = np.isfinite(scored.truth)
        self.alarm: Bools = np.nan_to_num(scored.score, nan=-np.inf) >= threshold
        self._truth = scored.truth[self._known]
        self._row_unit = self.unit[self._known]
        self.ranking = Ranking.of(self._truth, scored.score[self._known])
        self._each = self._of_units(scored, begins)

    def figures(self, weight: Floats) -> dict[str, float]:
        """All figures, each unit counting by its weight, (units,)."""
        rows = weight[self._row_unit]
        at = curves.f1(self._truth, self.alarm[self._known], rows)
        within = at["false_alarm_rate"] <= MOST_FALSE
        each = self._each
        events, days = float(weight @ each.events), float(weight @ each.days)
        return {
            "pr_auc": self.ranking.average_precision(rows),
            "pr_auc_per_unit": _mean(each.precision, weight),
            "vus_pr": _mean(each.volume, weight),
            "event_recall": float(weight @ each.found) / events if events else np.nan,
            "false_alarms_per_unit_day": float(weight @ each.false_alarms) / days
            if days
            else np.nan,
            **at,
            "f1_at_far_15": at["f1"] if within else np.nan,
        }

    def best_f1(self) -> float:
        """What the best threshold for the judged part itself would give: not to be reached."""
        return self.ranking.best_f1(MOST_FALSE)[1]

    def _of_units(self, scored: Scored, begins: Bools) -> _OfUnits:
        longest = _usual_length(self.unit, scored.truth)
        found = np.full((5, self.units), np.nan)
        for number in range(self.units):
            rows = self.unit == number
            truth = scored.truth[rows]
            known = np.isfinite(truth)
            score = scored.score[rows][known]
            found[0, number] = Ranking.of(truth[known], score).average_precision()
            found[1, number] = vus.volume(truth[known] == 1, score, longest)
            found[2:, number] = _events(np.flatnonzero(begins[rows]), truth, longest // 2)
        days = watching.watched_ns(self.unit, scored.time_ns, self.units) / duration.NS["d"]
        return _OfUnits(found[0], found[1], found[2], found[3], found[4], days)


def _events(begins: Ints, truth: Floats, early: int) -> tuple[int, int, int]:
    """Labelled runs, those found, and false alarms.

    An alarm belongs to a run if it begins in it or at most `early` rows before; one that stood
    all along was not raised by it. Where nobody knows, an alarm is not false.
    """
    first, after = vus.segments(truth == 1)
    number = np.searchsorted(after, begins, side="right")
    padded = np.append(first, len(truth) + early + 1)
    right = begins >= padded[number] - early
    false = ~right & (truth[begins] == 0)
    return len(first), len(np.unique(number[right])), int(false.sum())


def _usual_length(unit: Ints, truth: Floats) -> int:
    """The median length of a labelled run, in rows, as the longest buffer."""
    lengths = []
    for number in np.unique(unit):
        first, after = vus.segments(truth[unit == number] == 1)
        lengths += list(after - first)
    return int(min(np.median(lengths), LONGEST_BUFFER)) if lengths else 0


def _mean(values: Floats, weight: Floats) -> float:
    known = np.isfinite(values) & (weight > 0)
    return float(np.average(values[known], weights=weight[known])) if known.any() else np.nan
