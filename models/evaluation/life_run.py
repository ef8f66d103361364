"""Fits a forecaster of remaining life on a task and judges the test part once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from models.detectors.detector import NotEnoughDataError
from models.evaluation import baselines, bootstrap, life_truth
from models.evaluation import grid as grids
from models.evaluation.baselines import Lives
from models.evaluation.duration import LAST
from models.evaluation.grid import Grid
from models.evaluation.life_figures import Foreseen, LifeFigures
from models.evaluation.outcome import Judged, Outcome
from models.evaluation.prepared import Prepared
from models.evaluation.span import part, seen
from models.evaluation.split import Fold
from models.forecasters.forecaster import Target
from models.forecasters.life import LifeForecaster

MODEL = "model"
COLUMNS = ("remaining", "lower", "upper")


@dataclass(frozen=True)
class _Fold:
    grid: Grid
    target: Target
    uncapped: Floats
    said: Mapping[str, Lives]


def run(prepared: Prepared) -> list[Outcome]:
    """Evaluate: one outcome."""
    whole = _together([_fold(prepared, fold) for fold in prepared.folds])
    model = whole.said[MODEL]
    frame = prepared.placed(whole.grid)
    frame["remaining"], frame["lower"], frame["upper"] = model.remaining, model.lower, model.upper
    outcome = Outcome(
        figures={},
        intervals={},
        baselines={},
        thresholds=(),
        predictions=frame,
        units=len(np.unique(whole.grid.at.unit)),
        moments=len(whole.grid),
    )
    censored = whole.target.censored
    prepared.notes.count(int(censored.sum()), "moments are not judged: the end was not seen")
    if (np.isfinite(whole.target.values[:, 0]) & ~censored).any():
        return [_judged(prepared, outcome, whole)]
    prepared.notes.add("nothing is known of what was left: it was predicted, and not judged")
    return [outcome]


def _judged(prepared: Prepared, outcome: Outcome, whole: _Fold) -> Outcome:
    prepared.tell("judging")
    foreseen = {name: _foreseen(prepared, whole, lives) for name, lives in whole.said.items()}
    judges = {name: LifeFigures(each) for name, each in foreseen.items()}
    model = judges.pop(MODEL)
    prepared.notes.count(model.silent, "moments got no prediction: too little is known there")
    everyone = np.ones(model.units)
    return replace(
        outcome,
        figures=model.figures(everyone),
        intervals=bootstrap.intervals(model.figures, model.units, prepared.seed),
        baselines={name: each.figures(everyone) for name, each in judges.items()},
        judged=Judged(foreseen[MODEL], model),
    )


def _foreseen(prepared: Prepared, whole: _Fold, lives: Lives) -> Foreseen:
    truth = whole.target.values[:, 0]
    known = np.isfinite(truth) & ~whole.target.censored
    life = baselines.elapsed(prepared.dataset, whole.grid) + whole.uncapped
    share = np.where(life > 0, whole.uncapped / np.where(life > 0, life, 1.0), 0.0)
    return Foreseen(
        whole.grid.at.unit[known],
        whole.grid.at.time_ns[known],
        truth[known],
        lives.remaining[known],
        lives.lower[known],
        lives.upper[known],
        share[known],
    )


def _fold(prepared: Prepared, fold: Fold) -> _Fold:
    dataset, task = prepared.dataset, prepared.task
    told = life_truth.ends(task, dataset, fold.test, prepared.folders)
    cap = life_truth.cap(task, dataset.clock.own_ns)
    learn = prepared.grid(fold.train, None if task.every == LAST else task.every)
    target = life_truth.of(dataset, learn, fold.train, task, told, learning=True)
    if not (np.diff(learn.at.unit) == 0).any():
        raise NotEnoughDataError(
            "no unit of the training part has two readings: nothing shows how a life goes on"
        )
    prepared.tell("learning")
    model = LifeForecaster(cap=cap, seed=prepared.seed)
    model.fit(part(dataset.recording, fold.train), learn.at, target)
    prepared.tell("scoring")
    grid = prepared.grid(fold.test, task.every)
    scored = model.score(seen(dataset.recording, fold.test), grid.at)
    columns = (scored[name].to_numpy(np.float64) for name in COLUMNS)
    without_cap = task.model_copy(update={"cap": None})
    whole = life_truth.of(dataset, grid, fold.test, without_cap, told, learning=False)
    return _Fold(
        grid,
        life_truth.of(dataset, grid, fold.test, task, told, learning=False),
        whole.values[:, 0],
        {MODEL: Lives(*columns), **baselines.lives(dataset, learn, target, grid, cap)},
    )


def _together(folds: Sequence[_Fold]) -> _Fold:
    """All folds, by unit and time."""
    grid, order = grids.together([each.grid for each in folds])
    values = np.vstack([each.target.values for each in folds])[order]
    censored = np.concatenate([each.target.censored for each in folds])[order]
    said = {name: [each.said[name] for each in folds] for name in folds[0].said}
    return _Fold(
        grid,
        Target((life_truth.NAME,), values, censored),
        np.concatenate([each.uncapped for each in folds])[order],
        {
            name: Lives(
                *(
                    np.concatenate([getattr(each, column) for each in parts])[order]
                    for column in COLUMNS
                )
            )
            for name, parts in said.items()
        },
    )
