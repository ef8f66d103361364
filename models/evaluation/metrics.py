"""Which columns of a recording are metrics, and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from models.arrays import Floats
from models.evaluation import labels
from models.evaluation.document import EvaluationError
from models.evaluation.notes import Notes
from models.evaluation.source import FILE, TIME, UNIT
from models.evaluation.task import Task
from models.recording import Description


def names(frame: pd.DataFrame, task: Task) -> tuple[str, ...]:
    """Those that a task names, or all columns of numbers that no other key names; context last."""
    context = task.context if isinstance(task.context, tuple) else sum(task.context.values(), ())
    if task.metrics is not None:
        return tuple(dict.fromkeys((*task.metrics, *context)))
    used = {
        UNIT, FILE, TIME, *task.ignore,
        *(each.column for each in (task.unit, task.time, task.label, task.remaining) if each),
    }  # fmt: skip
    numeric = [
        str(name)
        for name in frame.columns
        if name not in used and np.isfinite(labels.numbers(frame[name])).any()
    ]
    if not numeric:
        raise EvaluationError("metrics: no column of numbers is left over; say which `metrics`")
    return tuple(dict.fromkeys((*numeric, *context)))


def description(metrics: Sequence[str], task: Task) -> Description:
    """What the task says about them."""
    context: Mapping[str, tuple[str, ...]] = {}
    _check(metrics, task)
    if isinstance(task.context, dict):
        context = {name: task.context.get(name, ()) for name in metrics}
    elif task.context:
        explained = [name for name in metrics if name not in task.context]
        context = dict.fromkeys(explained, task.context)
    return Description(tuple(metrics), context, direction=task.direction)


def _check(metrics: Sequence[str], task: Task) -> None:
    """Raise EvaluationError for something that is said of a metric which is none."""
    explained = task.context if isinstance(task.context, dict) else {}
    for key, told in (("context", explained), ("direction", task.direction)):
        for name in set(told) - set(metrics):
            near = get_close_matches(name, metrics, 1, 0.5)
            raise EvaluationError(
                f"{key}: {name!r} is no metric",
                hint=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(metrics)}",
            )


def values(frame: pd.DataFrame, metrics: Sequence[str], notes: Notes) -> Floats:
    """Their numbers, (rows, metrics); NaN for what is none."""
    found = np.empty((len(frame), len(metrics)))
    for number, name in enumerate(metrics):
        found[:, number] = labels.numbers(frame[name])
        unread = frame[name].notna().to_numpy() & ~np.isfinite(found[:, number])
        notes.count(int(unread.sum()), f"values of {name} are no numbers and count as missing")
    found[~np.isfinite(found)] = np.nan
    return found
