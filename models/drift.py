"""Whether what the champions see, and what they say, still looks as it did in their training.

Measured on the same few appliances then and now, so that a growing fleet is no drift; for the
whole type, and for each firmware and each region of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from psycopg.rows import class_row

from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models import shelf, stability
from models.arrays import Floats
from models.detectors.context_residual import ContextResidual
from models.features import hours
from models.serving import readable
from models.version import Model
from storage import lock, query
from storage.pool import Connection

_SQL = query.beside(__file__)

MOST_DEVICES = 400
NOW = timedelta(days=7)
"""Every hour of the day and every day of the week, in both spans."""
THEN = timedelta(days=14)
"""Of a long training the end counts: it is nearest in season."""


@dataclass(frozen=True)
class Drift:
    """How far one input or the score has moved, for one part of a type's appliances."""

    type: str
    model_id: int
    family: str
    version: int
    kind: str
    """`input` or `score`."""
    name: str
    """The metric, or the family."""
    part: str
    """`type` (all of them), `firmware` or `region`."""
    part_name: str
    stability_index: float
    values_then: int
    """Hours of training it is compared with."""
    values_now: int
    measured_at: datetime

    @property
    def level(self) -> str:
        """`stable`, `moderate` or `major`."""
        return stability.level(self.stability_index)


@dataclass(frozen=True)
class _Column:
    """The values of one input, or the scores: by device, then and now."""

    kind: str
    name: str
    then: pd.DataFrame
    now: pd.DataFrame


def measure(connection: Connection, description: ApplianceType, at: datetime) -> int:
    """Measure the drift of a type's champions in the week before `at`, and keep it; how many.

    Left out: what has too few hours on either side, such as a model of yesterday.
    """
    lock.acquire(connection, f"drift:{description.type}")
    sample = connection.execute(
        _SQL["sample"], {"type": description.type, "most": MOST_DEVICES}
    ).fetchall()
    devices = pd.DataFrame(sample, columns=["device_id", "firmware", "region"])
    kept = 0
    for model in readable.serving(connection, description.type):
        columns = _columns(connection, description, model, at, devices["device_id"].tolist())
        found = [row for column in columns for row in _indices(column, devices)]
        _keep(connection, model, at, found)
        kept += len(found)
    return kept


def latest(
    connection: Connection,
    *,
    type_name: str | None = None,
    region: str | None = None,
    limit: int = 500,
) -> list[Drift]:
    """What was measured last of the champions, the greatest first; of one region if asked."""
    with connection.cursor(row_factory=class_row(Drift)) as cursor:
        return cursor.execute(
            _SQL["latest"], {"type": type_name, "region": region, "limit": limit}
        ).fetchall()


def _columns(
    connection: Connection,
    description: ApplianceType,
    model: Model,
    at: datetime,
    devices: Sequence[int],
) -> Iterator[_Column]:
    """Each input of a model that the catalogue still has and, of a detector, its scores."""
    metrics = [name for name in model.metrics if name in description.metrics]
    spans = (
        (max(model.span_from, model.span_until - THEN), model.span_until),
        (max(at - NOW, model.span_until), at),
    )
    then, now = (
        rollup.window(connection, description, hours.columns(metrics), start, end, devices)
        for start, end in spans
    )
    for name in metrics:
        yield _Column("input", name, _values(then, f"{name}_mean"), _values(now, f"{name}_mean"))
    if model.metric and set(model.metrics) <= set(metrics):
        detector = shelf.load(connection, model)
        yield _Column("score", model.family, _scores(detector, then), _scores(detector, now))


def _scores(detector: ContextResidual, frame: pd.DataFrame) -> pd.DataFrame:
    """Scores that there are; at the start of a span there is too little behind them."""
    if frame.empty:
        return pd.DataFrame({"device_id": [], "value": []})
    return _values(detector.score(frame).dropna(subset=["score"]), "score")


def _values(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame[["device_id", column]].rename(columns={column: "value"})


def _indices(column: _Column, devices: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """Rows of kind, name, part, its name, index, values then and now."""
    everything = column.then["value"].to_numpy(np.float64)
    for part, part_name, chosen in _parts(devices):
        now = _of(column.now, chosen)
        then = _of(column.then, chosen)
        compared = then if len(then) >= stability.FEWEST else everything
        moved = stability.index(compared, now)
        if moved is not None:
            yield column.kind, column.name, part, part_name, moved, len(compared), len(now)


def _parts(devices: pd.DataFrame) -> Iterator[tuple[str, str, pd.Series[int]]]:
    yield "type", "", devices["device_id"]
    for part in ("firmware", "region"):
        for name, rows in devices.groupby(part):
            if name:
                yield part, str(name), rows["device_id"]


def _of(frame: pd.DataFrame, devices: pd.Series[int]) -> Floats:
    return frame.loc[frame["device_id"].isin(devices), "value"].to_numpy(np.float64)


def _keep(
    connection: Connection, model: Model, at: datetime, found: Sequence[tuple[object, ...]]
) -> None:
    connection.execute(_SQL["forget"], {"model_id": model.id})
    if not found:
        return
    names = ("kinds", "names", "parts", "part_names", "indices", "then", "now")
    columns = dict(zip(names, map(list, zip(*found, strict=True)), strict=True))
    connection.execute(_SQL["keep"], {"model_id": model.id, "measured_at": at, **columns})
