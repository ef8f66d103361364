"""What an evaluation found: figures beside those of trivial baselines, and every prediction."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from models.arrays import Floats
from models.evaluation.anomaly_figures import AnomalyFigures, Scored
from models.evaluation.bootstrap import Interval
from models.evaluation.fault_figures import FaultFigures, Foretold
from models.evaluation.life_figures import Foreseen, LifeFigures
from models.evaluation.task import Kind

Figures = Mapping[str, float]
Tell = Callable[[str, int], None]
"""Called when something begins that takes a while: what, and how many such stages there are."""


@dataclass(frozen=True)
class Judged:
    """What the plots of a report are drawn from."""

    scored: Scored | Foretold | Foreseen
    figures: AnomalyFigures | FaultFigures | LifeFigures
    threshold: float | Floats = 0.0


@dataclass(frozen=True)
class Outcome:
    """Of one task, and one horizon of it."""

    figures: Figures
    """Empty where the test part has no labels."""
    intervals: Mapping[str, Interval]
    baselines: Mapping[str, Figures]
    thresholds: tuple[float, ...]
    """One a fold, chosen on the validation part."""
    predictions: pd.DataFrame
    units: int
    """Units that were judged."""
    moments: int
    positives: float | None = None
    horizon: str | None = None
    judged: Judged | None = None


@dataclass(frozen=True)
class Report:
    """All that one run of the command found."""

    task: str
    kind: Kind
    seed: int
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Units and rows of each part of the first fold."""
    remaining_unit: str = ""

    def as_json(self) -> dict[str, object]:
        """One object; figures that cannot be told are null."""
        first, *others = self.outcomes
        told: dict[str, object] = {
            "task": self.task,
            "kind": self.kind,
            "seed": self.seed,
            "parts": self.parts,
            **_told(first),
        }
        if others or first.horizon:
            told["horizons"] = {str(each.horizon): _told(each) for each in self.outcomes}
        if self.remaining_unit:
            told["remaining_unit"] = self.remaining_unit
        return {**told, "notes": list(self.notes)}


def _told(outcome: Outcome) -> dict[str, object]:
    return {
        "labelled": bool(outcome.figures),
        "units": outcome.units,
        "moments": outcome.moments,
        "positives": outcome.positives,
        "thresholds": [_number(each) for each in outcome.thresholds],
        "figures": {name: _number(each) for name, each in outcome.figures.items()},
        "intervals": {
            name: [_number(end) for end in each] for name, each in outcome.intervals.items()
        },
        "baselines": {
            name: {key: _number(each) for key, each in figures.items()}
            for name, figures in outcome.baselines.items()
        },
    }


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
