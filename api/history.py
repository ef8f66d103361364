"""An appliance's readings over a span: raw, by hour or by day, as points for each metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd
from pydantic import BaseModel, Field

from devices import rollup, telemetry
from devices.catalogue.appliance_type import ApplianceType, Kind
from storage.pool import Connection

MOST_RAW = 10_000
STATISTICS = ("mean", "min", "max", "last", "count")


class Resolution(StrEnum):
    """How fine."""

    RAW = "raw"
    HOUR = "hour"
    DAY = "day"


class Point(BaseModel):
    """One value; for an hour or a day with the least and the greatest in it."""

    time: datetime
    value: float
    low: float | None = None
    high: float | None = None
    count: int = Field(default=1, description="Readings that it is made of")


@dataclass(frozen=True)
class History:
    """Points of each metric asked for, oldest first."""

    points: dict[str, list[Point]] = field(default_factory=dict)
    next_from: datetime | None = None


def read(
    connection: Connection,
    description: ApplianceType,
    device_id: int,
    names: Sequence[str],
    start: datetime,
    end: datetime,
    resolution: Resolution,
) -> History:
    """Points with start <= time < end of the metrics `names`; a day is a day in UTC."""
    if resolution is Resolution.RAW:
        return _raw(connection, description, device_id, names, start, end)
    columns = [f"{name}_{statistic}" for name in names for statistic in STATISTICS]
    first = start.replace(minute=0, second=0, microsecond=0)
    hours = rollup.window(connection, description, columns, first, end, [device_id])
    if resolution is Resolution.DAY:
        hours["time"] = hours["time"].dt.floor("D")
    return History({name: _points(hours, name, description.metrics[name].kind) for name in names})


def _raw(
    connection: Connection,
    description: ApplianceType,
    device_id: int,
    names: Sequence[str],
    start: datetime,
    end: datetime,
) -> History:
    frame = telemetry.between(connection, description, device_id, start, end, MOST_RAW)
    full = len(frame) == MOST_RAW
    following = frame["time"].iloc[-1].to_pydatetime() if full else None
    points = {}
    for name in names:
        known = frame[["time", name]].dropna()
        points[name] = [
            Point(time=time.to_pydatetime(), value=value)
            for time, value in zip(known["time"], known[name], strict=True)
        ]
    return History(points, following + timedelta(microseconds=1) if following else None)


def _points(hours: pd.DataFrame, name: str, kind: Kind) -> list[Point]:
    """One point for each time that occurs; hours of one day have its time in common."""
    columns = {f"{name}_{statistic}": statistic for statistic in STATISTICS}
    known = hours[["time", *columns]].rename(columns=columns)
    known = known[known["count"] > 0]
    known["total"] = known["mean"] * known["count"]
    merged = known.groupby("time", sort=True).agg(
        {"total": "sum", "count": "sum", "min": "min", "max": "max", "last": "last"}
    )
    gauge = kind is Kind.GAUGE
    return [
        Point(
            time=time.to_pydatetime(),
            value=row.total / row.count if gauge else row.last,
            low=row.min,
            high=row.max,
            count=int(row.count),
        )
        for time, row in zip(merged.index, _rows(merged), strict=True)
    ]


@dataclass(frozen=True)
class _Row:
    total: float
    count: float
    min: float
    max: float
    last: float


def _rows(frame: pd.DataFrame) -> list[_Row]:
    columns = [frame[name].tolist() for name in ("total", "count", "min", "max", "last")]
    return [_Row(*values) for values in zip(*columns, strict=True)]
