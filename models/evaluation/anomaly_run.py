"""Fits the anomaly family on a task, freezes its threshold, and judges the test part once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.anomaly import ALARM_AT, AnomalyFamily
from models.arrays import Bools, Floats, Ints
from models.detectors import alarms
from models.evaluation import baselines, bootstrap, carving
from models.evaluation import grid as grids
from models.evaluation.anomaly_figures import MOST_FALSE, AnomalyFigures, Scored
from models.evaluation.curves import Ranking
from models.evaluation.grid import Grid
from models.evaluation.nab_score import Series, best_score, score_at, windows_of
from models.evaluation.outcome import Judged, Outcome
from models.evaluation.prepared import Prepared
from models.evaluation.span import Span, part, seen
from models.evaluation.split import Fold
from models.evaluation.vus import segments

FEWEST_EVENTS = 8
"""Labelled events in the training part from which a threshold can be chosen by labels."""


@dataclass(frozen=True)
class _Judging:
    """The test part's rows, their scores and thresholds; all of shape (rows,)."""

    grid: Grid
    score: Floats
    threshold: Floats
    own_threshold: Floats
    """The family's, from healthy rows: people are told by it, whatever the labels say of rows."""
    change: Floats
    change_threshold: Floats

    def alarms(self, step_ns: int) -> Bools:
        """Rows at which people would have been told, as in service: one an episode."""
        relative = _relative(self.score, self.own_threshold)
        return alarms.onsets(self.grid.at, relative, ALARM_AT, 1.0, step_ns)

    @classmethod
    def of(cls, folds: Sequence[_Judging]) -> _Judging:
        """All folds together, by unit and time."""
        grid, order = grids.together([each.grid for each in folds])
        columns = ("score", "threshold", "own_threshold", "change", "change_threshold")
        joined = (np.concatenate([getattr(each, name) for each in folds]) for name in columns)
        return cls(grid, *(each[order] for each in joined))


def run(prepared: Prepared) -> list[Outcome]:
    """Evaluate: one outcome."""
    folds = [_fold(prepared, fold) for fold in prepared.folds]
    judging = _Judging.of(folds)
    frame = prepared.placed(judging.grid)
    frame["score"] = judging.score
    frame["alarm"] = judging.alarms(prepared.dataset.recording.step_ns).astype(np.int64)
    silent = int(np.isnan(judging.score).sum())
    prepared.notes.count(silent, "rows got no score: too little is known there")
    outcome = Outcome(
        figures={},
        intervals={},
        baselines={},
        thresholds=tuple(float(each.threshold[0]) for each in folds if len(each.threshold)),
        predictions=frame,
        units=len(np.unique(judging.grid.at.unit)),
        moments=len(judging.grid),
    )
    truth = _truth(prepared, judging.grid)
    if np.isfinite(truth).any():
        return [_judged(prepared, outcome, judging, truth)]
    prepared.notes.add("the test part has no labels: it was scored, and not judged")
    return [outcome]


def _judged(prepared: Prepared, outcome: Outcome, judging: _Judging, truth: Floats) -> Outcome:
    prepared.tell("judging")
    at, step_ns = judging.grid.at, prepared.dataset.recording.step_ns

    def judge(score: Floats, threshold: Floats, begins: Bools) -> AnomalyFigures:
        return AnomalyFigures(Scored(at.unit, at.time_ns, truth, score), threshold, begins)

    def plainly(score: Floats, threshold: Floats) -> AnomalyFigures:
        begins = alarms.onsets(at, _relative(score, threshold), 1.0, 1.0, step_ns)
        return judge(score, threshold, begins)

    model = judge(judging.score, judging.threshold, judging.alarms(step_ns))
    ones = np.ones(len(truth))
    beside = {
        baselines.ALWAYS: plainly(ones, ones),
        baselines.PERSISTENCE: plainly(judging.change, judging.change_threshold),
    }
    everyone = np.ones(model.units)
    return replace(
        outcome,
        figures={
            **model.figures(everyone),
            "f1_best_at_far_15": model.best_f1(),
            **_nab(prepared, judging),
        },
        intervals=bootstrap.intervals(model.figures, model.units, prepared.seed),
        baselines={name: each.figures(everyone) for name, each in beside.items()},
        positives=float(np.nansum(truth)),
        judged=Judged(Scored(at.unit, at.time_ns, truth, judging.score), model, judging.threshold),
    )


def _nab(prepared: Prepared, judging: _Judging) -> dict[str, float]:
    """The score of the Numenta benchmark, standard profile, where labels are windows."""
    label, given = prepared.dataset.label, prepared.task.label
    if label is None or given is None or given.path is None:
        return {}
    recording = prepared.dataset.recording
    told = np.where(np.isnan(judging.score), np.nan, judging.alarms(recording.step_ns))
    return {
        "nab_standard": score_at(_corpus(prepared, judging, label, told), 1.0).score,
        "nab_standard_best": best_score(
            _corpus(prepared, judging, label, _news(prepared, judging))
        ).score,
    }


def _corpus(prepared: Prepared, judging: _Judging, label: Floats, told: Floats) -> list[Series]:
    """Each unit's series with what was `told` of the judged rows."""
    recording = prepared.dataset.recording
    values = np.full(len(recording), np.nan)
    values[_rows(judging.grid)] = told
    return [
        Series(values[rows], windows_of(label[rows]))
        for rows in (recording.unit == unit for unit in np.unique(judging.grid.at.unit))
    ]


def _news(prepared: Prepared, judging: _Judging) -> Floats:
    return alarms.news(judging.grid.at, judging.score, prepared.dataset.recording.step_ns)


def _relative(score: Floats, threshold: Floats) -> Floats:
    return score / np.maximum(threshold, np.finfo(np.float64).tiny)


def _fold(prepared: Prepared, fold: Fold) -> _Judging:
    dataset = prepared.dataset
    prepared.tell("learning")
    chosen = _with_validation(prepared, fold)
    family = _learned(prepared, chosen.train)
    prepared.tell("choosing the threshold")
    threshold = _threshold(prepared, family, chosen.validation)
    if chosen is not fold:
        # What was held out teaches too; the threshold stays as many times the family's own.
        above = threshold / family.threshold
        family = _learned(prepared, fold.train)
        threshold = above * family.threshold
    prepared.tell("scoring")
    grid = prepared.grid(fold.test, prepared.task.every)
    change = baselines.change(dataset.recording, fold.train)
    rows = fold.train.holds(dataset.recording.moments)
    return _Judging(
        grid,
        _scores(prepared, family, fold.test)[_rows(grid)],
        np.full(len(grid), threshold),
        np.full(len(grid), family.threshold),
        change[_rows(grid)],
        np.full(len(grid), float(np.quantile(change[rows], 1 - MOST_FALSE))),
    )


def _learned(prepared: Prepared, train: Span) -> AnomalyFamily:
    dataset = prepared.dataset
    labels = None
    if dataset.label is not None:
        labels = dataset.label[train.holds(dataset.recording.moments)]
        labels = labels if np.isfinite(labels).any() else None
    return AnomalyFamily(seed=prepared.seed).fit(part(dataset.recording, train), labels)


def _with_validation(prepared: Prepared, fold: Fold) -> Fold:
    """Enough labelled events in the training part are worth a validation part."""
    label = prepared.dataset.label
    if fold.validation is not None or label is None:
        return fold
    moments = prepared.dataset.recording.moments
    inside = fold.train.holds(moments)
    _, after = segments((label == 1) & inside)
    if len(after) < FEWEST_EVENTS or not (label[inside] == 0).any():
        return fold
    prepared.notes.add("no validation part is named: one was taken out of the training part")
    return carving.carved(fold, prepared.dataset.recording, 0)


def _threshold(prepared: Prepared, family: AnomalyFamily, validation: Span | None) -> float:
    """By the best F1 at few false alarms where validation labels show both, or the family's own."""
    label = prepared.dataset.label
    if validation is None or label is None:
        return family.threshold
    rows = validation.holds(prepared.dataset.recording.moments) & np.isfinite(label)
    truth = label[rows]
    if not {0.0, 1.0} <= set(truth):
        return family.threshold
    score = _scores(prepared, family, validation)[rows]
    found, _ = Ranking.of(truth, score).best_f1(MOST_FALSE)
    return found if np.isfinite(found) else family.threshold


def _scores(prepared: Prepared, family: AnomalyFamily, span: Span) -> Floats:
    """Score of every row, (rows,); NaN where it was not asked for."""
    recording = prepared.dataset.recording
    asked: Bools = recording.time_ns < span.end_or_never[recording.unit]
    found = np.full(len(recording), np.nan)
    found[asked] = family.score(seen(recording, span))["score"].to_numpy(np.float64)
    return found


def _rows(grid: Grid) -> Ints:
    return grid.row if grid.row is not None else np.empty(0, dtype=np.int64)


def _truth(prepared: Prepared, grid: Grid) -> Floats:
    label = prepared.dataset.label
    return np.full(len(grid), np.nan) if label is None else label[_rows(grid)]
