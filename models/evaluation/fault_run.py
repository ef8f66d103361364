"""Fits a forecaster of faults on a task, freezes its threshold, and judges the test part once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.arrays import Floats, Ints
from models.evaluation import baselines, bootstrap, duration, fault_truth
from models.evaluation import grid as grids
from models.evaluation.baselines import Said
from models.evaluation.curves import Ranking
from models.evaluation.fault_figures import FaultFigures, Foretold
from models.evaluation.fault_truth import Truth
from models.evaluation.grid import Grid
from models.evaluation.outcome import Figures, Judged, Outcome
from models.evaluation.prepared import Prepared
from models.evaluation.span import Span, part, seen
from models.evaluation.split import Fold
from models.evaluation.task import Length
from models.forecasters.fault import FaultForecaster
from models.recording import Moments

MODEL = "model"
NO_VALIDATION = "no validation part is named: the model's own threshold is used, from folds"
STEPS_A_HORIZON = 8


@dataclass(frozen=True)
class _Part:
    """A part's moments, what came, and what model and baselines say."""

    grid: Grid
    truth: Truth
    said: Mapping[str, Said]


@dataclass(frozen=True)
class _Fold:
    test: _Part
    failures: Moments
    thresholds: Mapping[str, float]


def run(prepared: Prepared) -> list[Outcome]:
    """Evaluate: one outcome a horizon."""
    return [_of_horizon(prepared, horizon) for horizon in prepared.task.horizon]


def _of_horizon(prepared: Prepared, horizon: Length) -> Outcome:
    horizon_ns = duration.parse(horizon, prepared.dataset.clock.own_ns)
    every = prepared.task.every
    if every is None and not len(prepared.dataset.recording):
        every = horizon_ns / STEPS_A_HORIZON / prepared.dataset.clock.own_ns
        prepared.notes.add("`every` is not said: the grid has eight moments a horizon")
    folds = [_fold(prepared, fold, horizon_ns, every) for fold in prepared.folds]
    grid, order = grids.together([each.test.grid for each in folds])
    names = sorted({name for each in folds for name in each.test.truth.names})
    model = _joined(folds, names, order, MODEL)
    outcome = Outcome(
        figures={},
        intervals={},
        baselines={},
        thresholds=tuple(each.thresholds[MODEL] for each in folds),
        predictions=_predictions(prepared, grid, model, names),
        units=len(np.unique(grid.at.unit)),
        moments=len(grid),
        horizon=str(horizon),
    )
    truth = np.concatenate([each.test.truth.any for each in folds])[order]
    failures = _failures([each.failures for each in folds])
    if not np.isfinite(truth).any() or not (len(failures) or (truth == 1).any()):
        prepared.notes.add("no fault of the test part is known: it was scored, and not judged")
        return outcome
    mode_truth = _table([(each.test.truth.names, each.test.truth.modes) for each in folds], names)
    lengths = [len(each.test.grid) for each in folds]

    def judge(name: str) -> tuple[FaultFigures, Foretold, Floats]:
        said = _joined(folds, names, order, name)
        threshold = np.repeat([each.thresholds[name] for each in folds], lengths)[order]
        foretold = Foretold(
            grid.at, truth, said.score, mode_truth[order], said.modes, failures, horizon_ns
        )
        return FaultFigures(foretold, threshold), foretold, threshold

    prepared.tell("judging")
    return _judged(prepared, outcome, judge, [name for name in folds[0].test.said if name != MODEL])


def _judged(
    prepared: Prepared,
    outcome: Outcome,
    judge: Callable[[str], tuple[FaultFigures, Foretold, Floats]],
    others: Sequence[str],
) -> Outcome:
    figures, foretold, threshold = judge(MODEL)
    prepared.notes.count(
        figures.not_scored, "moments of the test part are not judged: what follows was not watched"
    )
    prepared.notes.count(
        int(np.isnan(foretold.score).sum()), "moments got no score: too little is known there"
    )
    beside: dict[str, Figures] = {}
    for name in others:
        other, _, _ = judge(name)
        beside[name] = other.figures(np.ones(other.units))
    return replace(
        outcome,
        figures=figures.figures(np.ones(figures.units)),
        intervals=bootstrap.intervals(figures.figures, figures.units, prepared.seed),
        baselines=beside,
        positives=float(np.nansum(foretold.truth)),
        judged=Judged(foretold, figures, threshold),
    )


def _fold(prepared: Prepared, fold: Fold, horizon_ns: int, every: Length | None) -> _Fold:
    dataset = prepared.dataset
    names = fault_truth.modes(dataset, fold.train)
    grid = prepared.grid(fold.train, every)
    truth = fault_truth.of(dataset, grid, horizon_ns, fold.train, names)
    prepared.tell("learning")
    model = FaultForecaster(horizon_ns, seed=prepared.seed)
    model.fit(part(dataset.recording, fold.train), grid.at, truth.target)

    def says(span: Span, *, model_too: bool = True) -> _Part:
        asked = prepared.grid(span, every)
        came = fault_truth.of(dataset, asked, horizon_ns, span, names)
        said = {
            baselines.ALWAYS: baselines.always(len(asked), len(names)),
            baselines.PERSISTENCE: baselines.recently(dataset, asked, horizon_ns, names),
            baselines.BUDGET: baselines.age(dataset, asked, fold.train, len(names)),
        }
        if model_too:
            scored = model.score(seen(dataset.recording, span), asked.at)
            said[MODEL] = Said(scored["score"].to_numpy(np.float64), _modes(scored, names))
        return _Part(asked, came, said)

    prepared.tell("choosing the threshold")
    if fold.validation is None:
        prepared.notes.add(NO_VALIDATION)
    chosen = says(fold.validation or fold.train, model_too=fold.validation is not None)
    thresholds = {MODEL: model.threshold}
    thresholds |= {name: _threshold(chosen, name, model.threshold) for name in chosen.said}
    if fold.validation is not None and not (chosen.truth.any == 1).any():
        prepared.notes.add("the validation part has no fault: the threshold is the model's own")
    prepared.tell("scoring")
    test = says(fold.test)
    return _Fold(test, fault_truth.failures(dataset, test.grid, test.truth, fold.test), thresholds)


def _threshold(chosen: _Part, name: str, otherwise: float) -> float:
    """By the best F1, where the part has a fault."""
    known = np.isfinite(chosen.truth.any)
    found, _ = Ranking.of(chosen.truth.any[known], chosen.said[name].score[known]).best_f1()
    return found if np.isfinite(found) else otherwise


def _modes(scored: pd.DataFrame, names: Sequence[str]) -> Floats:
    if not names:
        return np.zeros((len(scored), 0))
    return np.column_stack([scored[f"probability:{name}"].to_numpy(np.float64) for name in names])


def _joined(folds: Sequence[_Fold], names: Sequence[str], order: Ints, name: str) -> Said:
    score = np.concatenate([each.test.said[name].score for each in folds])
    modes = _table([(each.test.truth.names, each.test.said[name].modes) for each in folds], names)
    return Said(score[order], modes[order])


def _table(parts: Sequence[tuple[Sequence[str], Floats]], names: Sequence[str]) -> Floats:
    """Folds below each other, with the columns that all of them have together."""
    found = []
    for own, values in parts:
        wide = np.full((len(values), len(names)), np.nan)
        wide[:, [names.index(name) for name in own]] = values
        found.append(wide)
    return np.vstack(found)


def _failures(parts: Sequence[Moments]) -> Moments:
    unit = np.concatenate([each.unit for each in parts])
    time_ns = np.concatenate([each.time_ns for each in parts])
    order = np.lexsort((time_ns, unit))
    return Moments(unit[order], time_ns[order])


def _predictions(prepared: Prepared, grid: Grid, model: Said, names: Sequence[str]) -> pd.DataFrame:
    frame = prepared.placed(grid)
    frame["score"] = model.score
    if len(names) < 2:  # noqa: PLR2004 - one mode is the score
        return frame
    columns = [f"score:{name}" for name in names]
    return pd.concat([frame, pd.DataFrame(model.modes, columns=columns)], axis=1)
