"""A task with its recording read and split, ready to be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.evaluation import dataset as datasets
from models.evaluation import grid, split
from models.evaluation import task as tasks
from models.evaluation.dataset import Dataset
from models.evaluation.grid import Grid
from models.evaluation.notes import Notes
from models.evaluation.outcome import Tell
from models.evaluation.source import Folders
from models.evaluation.span import Span
from models.evaluation.split import Fold
from models.evaluation.task import Length, Task

OWN_STAGES, STAGES_A_FOLD = 1, 3
"""Reading; then of each fold: learning, choosing the threshold, scoring; then judging."""


@dataclass(frozen=True)
class Prepared:
    """Everything that a run needs."""

    task: Task
    name: str
    folders: Folders
    dataset: Dataset
    folds: Sequence[Fold]
    notes: Notes
    seed: int
    on_stage: Tell

    def tell(self, stage: str) -> None:
        """Say that a stage begins."""
        horizons = max(len(self.task.horizon), 1)
        self.on_stage(stage, OWN_STAGES + horizons * (1 + STAGES_A_FOLD * len(self.folds)))

    def grid(self, span: Span, every: Length | None) -> Grid:
        """Moments of a part."""
        return grid.of(self.dataset, span, every)

    def placed(self, moments: Grid) -> pd.DataFrame:
        """Units and times as the files write them, the beginning of the predictions."""
        names = np.array(self._told_names(moments), dtype=object)
        return pd.DataFrame(
            {"unit": names[moments.at.unit], "time": grid.texts(self.dataset, moments)}
        )

    def parts(self) -> dict[str, dict[str, int]]:
        """Units and rows of each part of the first fold."""
        first = self.folds[0]
        parts = {"train": first.train, "validation": first.validation, "test": first.test}
        rows = self.dataset.recording.moments
        return {
            name: {"units": int(part.units.sum()), "rows": int(part.holds(rows).sum())}
            for name, part in parts.items()
            if part is not None
        }

    def _told_names(self, moments: Grid) -> Sequence[str]:
        """What the files call the units, unless two of those predicted are called the same."""
        there = [self.dataset.names[unit] for unit in np.unique(moments.at.unit)]
        same = len(set(there)) < len(there)
        return self.dataset.recording.units if same else self.dataset.names


def prepare(folder: Path, data: Path | None, seed: int, on_stage: Tell) -> Prepared:
    """Read a task and its recording; EvaluationError says what is wrong with either."""
    task = tasks.load(folder)
    home = folder if folder.is_dir() else folder.parent
    base = data if data is not None else (home / task.folder).resolve()
    folders = (base, home.resolve())
    notes = Notes()
    on_stage("reading", 0)
    dataset = datasets.read(task, folders, notes)
    folds = split.folds(task.split, dataset)
    name = task.name or home.resolve().name
    return Prepared(task, name, folders, dataset, folds, notes, seed, on_stage)
