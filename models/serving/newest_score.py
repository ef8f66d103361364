"""What a model, of whatever kind, says of each appliance of a fleet now."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import pandas as pd

from models.arrays import Floats
from models.detectors.context_residual import ContextResidual
from models.features import hours
from models.fleet import Fleet
from models.recording import HOUR_NS, Moments, Recording

WEEK_H = 168
FRESH_H = 6
"""An appliance that has been silent for longer has no score now."""
SAID = ("observed", "expected", "spread")


@runtime_checkable
class RowDetector(Protocol):
    """Scores every row of a recording: unit, time, score."""

    @property
    def threshold(self) -> float:
        """A score from here on is an anomaly."""
        ...

    @property
    def clear_below(self) -> float:
        """An anomaly is over when the score stays under this."""
        ...

    def score(self, recording: Recording) -> pd.DataFrame:
        """One row a reading row, in the recording's order; higher is more anomalous."""
        ...


class MomentScorer(Protocol):
    """Scores units at moments, as every `models.forecasters.forecaster.Forecaster` does."""

    def score(self, recording: Recording, at: Moments) -> pd.DataFrame:
        """One row a moment, in the order given: unit, time, score, and whatever else it says."""
        ...


Scorer: TypeAlias = ContextResidual | RowDetector | MomentScorer


def lookback_h(model: Scorer) -> int:
    """How many hours before now the model needs to see; a week if it does not say."""
    return int(getattr(model, "lookback_h", WEEK_H)) + FRESH_H


def statistics(model: Scorer) -> tuple[str, ...]:
    """What the model needs to know of each hour."""
    return ("mean", "last") if isinstance(model, ContextResidual) else ("mean",)


def newest(model: Scorer, fleet: Fleet) -> pd.DataFrame:
    """One row an appliance of which the model can say something, in order of their ids.

    Columns: device_id, score, and whatever else the model says, as numbers.
    """
    if isinstance(model, ContextResidual):
        found = _by_residual(model, fleet)
    elif isinstance(model, RowDetector):
        found = _last_rows(model.score(_near(model, fleet)), fleet).assign(
            threshold=model.threshold, clear_below=model.clear_below
        )
    else:
        found = model.score(_near(model, fleet), fleet.now).drop(columns="time")
    if "unit" in found:
        found.insert(0, "device_id", fleet.device_ids[found.pop("unit").to_numpy(np.int64)])
    return found[found["score"].notna()].sort_values("device_id", ignore_index=True)


def _by_residual(model: ContextResidual, fleet: Fleet) -> pd.DataFrame:
    recording = fleet.recording
    needed = (model.metric, *model.context)
    places = [recording.metrics.index(name) for name in needed]
    rows = recording.time_ns >= _since(model, fleet)
    mean: Floats = recording.values  # noqa: PD011 - not a frame's
    last = mean if recording.last is None else recording.last
    columns = {
        f"{name}_{statistic}": told[rows, place]
        for name, place in zip(needed, places, strict=True)
        for statistic, told in (("mean", mean), ("last", last))
    }
    frame = pd.DataFrame(
        {
            "device_id": fleet.device_ids[recording.unit[rows]],
            "time": pd.to_datetime(recording.time_ns[rows], utc=True),
            **{name: columns[name] for name in hours.columns(needed)},
        }
    )
    scored = _fresh(model.score(frame), fleet).drop_duplicates("device_id", keep="last")
    return scored[["device_id", "score", *SAID]].assign(
        threshold=model.threshold, clear_below=model.clear_below
    )


def _near(model: Scorer, fleet: Fleet) -> Recording:
    """What the model looks back at: another's longer look changes nothing of what it says."""
    near = fleet.recording.time_ns >= _since(model, fleet)
    return fleet.recording if near.all() else fleet.recording.only(near)


def _since(model: Scorer, fleet: Fleet) -> int:
    return int(fleet.now.time_ns.max(initial=0)) - (lookback_h(model) * HOUR_NS - 1)


def _last_rows(scored: pd.DataFrame, fleet: Fleet) -> pd.DataFrame:
    return _fresh(scored, fleet).drop_duplicates("unit", keep="last").drop(columns="time")


def _fresh(scored: pd.DataFrame, fleet: Fleet) -> pd.DataFrame:
    return scored[scored["time"] >= fleet.until - timedelta(hours=FRESH_H)]
