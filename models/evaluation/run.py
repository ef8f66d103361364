"""One evaluation from a task's folder to figures and predictions."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from models.detectors.detector import NotEnoughDataError
from models.evaluation import anomaly_run, fault_run, life_run
from models.evaluation.document import EvaluationError
from models.evaluation.outcome import Report, Tell
from models.evaluation.prepared import Prepared, prepare

RUNS = {"anomaly": anomaly_run.run, "fault": fault_run.run, "remaining_life": life_run.run}


def evaluate(folder: Path, data: Path | None, seed: int, on_stage: Tell) -> Report:
    """Read, split, fit, freeze, score once; EvaluationError says what is wrong with the task."""
    prepared = prepare(folder, data, seed, on_stage)
    try:
        outcomes = RUNS[prepared.task.kind](prepared)
    except NotEnoughDataError as error:
        # What was left out while reading is often the reason.
        noticed = "; ".join(prepared.notes.lines)
        hint = f"noticed while reading: {noticed}" if noticed else error.hint
        raise NotEnoughDataError(
            f"{prepared.name}: split: train: {error.message}", hint=hint
        ) from error
    return Report(
        task=prepared.name,
        kind=prepared.task.kind,
        seed=seed,
        outcomes=tuple(outcomes),
        notes=tuple(prepared.notes.lines),
        parts=prepared.parts(),
        remaining_unit=_remaining_unit(prepared),
    )


def write(report: Report, path: Path) -> None:
    """Write the test part's predictions as CSV; with several horizons, each row names its own."""
    frames = [
        each.predictions.assign(horizon=each.horizon)
        if len(report.outcomes) > 1
        else each.predictions
        for each in report.outcomes
    ]
    try:
        whole = pd.concat(frames, ignore_index=True)
        whole.to_csv(path, index=False, quoting=csv.QUOTE_MINIMAL, float_format="%.8g")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be written: {error.strerror}") from error


def _remaining_unit(prepared: Prepared) -> str:
    if prepared.task.kind != "remaining_life":
        return ""
    if prepared.dataset.remaining is not None:
        return "as in the column"
    return prepared.dataset.clock.unit or "as in the time column"
