"""How far each appliance is, hour by hour, from what its context explains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pandas as pd

from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.features import hours
from models.shelf import Model
from runtime.errors import NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

COLUMNS = (
    "device_id",
    "metric",
    "model_id",
    "time",
    "observed",
    "expected",
    "spread",
    "score",
    "threshold",
    "clear_below",
)
SERIES = ("time", "observed", "expected", "spread", "score")


def score_type(
    connection: Connection,
    description: ApplianceType,
    models: Sequence[Model],
    since: datetime,
    until: datetime,
) -> pd.DataFrame:
    """Score hours with since <= time < until: one row (`COLUMNS`) a device, metric and hour.

    Hours without the metric or its context, or with too little before them, have no row.
    """
    parts = [pd.DataFrame(columns=list(COLUMNS))]
    loaded = [(model, shelf.load(connection, model)) for model in models]
    for lookback_h in sorted({detector.lookback_h for _, detector in loaded}):
        group = [(m, d) for m, d in loaded if d.lookback_h == lookback_h]
        start = since - timedelta(hours=lookback_h)
        columns = _columns(detector for _, detector in group)
        frame = rollup.window(connection, description, columns, start, until)
        parts += [_scored(frame, model, detector, since) for model, detector in group]
    filled = [part for part in parts if not part.empty]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def expected_series(
    connection: Connection,
    description: ApplianceType,
    device_id: int,
    metric: str,
    start: datetime,
    end: datetime,
) -> pd.DataFrame:
    """One device's hours with what the serving model expects, for a plot: columns `SERIES`.

    NotFoundError if no model serves for this metric.
    """
    serving = [m for m in shelf.serving(connection, description.type) if m.metric == metric]
    if not serving:
        raise NotFoundError(f"no model watches {metric} of {description.type}")
    detector = shelf.load(connection, serving[0])
    first = start - timedelta(hours=detector.lookback_h)
    columns = _columns([detector])
    frame = rollup.window(connection, description, columns, first, end, [device_id])
    scored = detector.score(frame)
    return scored.loc[scored["time"] >= start, list(SERIES)].reset_index(drop=True)


def scored_until(connection: Connection, type_name: str, family: str) -> datetime | None:
    """Up to which hour a family has scored a type; None before the first time."""
    row = connection.execute(_SQL["scored_until"], {"type": type_name, "family": family}).fetchone()
    return row[0] if row and isinstance(row[0], datetime) else None


def advance(connection: Connection, type_name: str, family: str, until: datetime) -> None:
    """Note that hours before `until` are scored; never goes back."""
    connection.execute(
        _SQL["advance"], {"type": type_name, "family": family, "scored_until": until}
    )


def _columns(detectors: Iterable[ContextResidual]) -> list[str]:
    names = {name for detector in detectors for name in (detector.metric, *detector.context)}
    return hours.columns(sorted(names))


def _scored(
    frame: pd.DataFrame, model: Model, detector: ContextResidual, since: datetime
) -> pd.DataFrame:
    scored = detector.score(frame)
    rows = scored[(scored["time"] >= since) & scored["score"].notna()]
    return rows.assign(
        metric=model.metric,
        model_id=model.id,
        threshold=detector.threshold,
        clear_below=detector.clear_below,
    )[list(COLUMNS)]
