"""What the anomaly family says of each hour of a part of a fleet, and of which metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry_block import micros
from models import fleet
from models.anomaly import ALARM_AT, AnomalyFamily
from models.arrays import Bools
from models.fleet import Chunk, Fleet, Span
from models.reasons import own_history
from models.reasons.departure import Departure
from models.serving import newest_score
from storage.pool import Connection

CHUNK = 250
"""Appliances at a time: ten days of hours, seen from five sides."""
MOST_MOVED = 3


@dataclass(frozen=True)
class Unusual:
    """The scored hours of some appliances."""

    family: AnomalyFamily
    read: Fleet
    hours: pd.DataFrame
    """device_id, time (of the hour's begin) and score, by device and time."""

    @property
    def raised(self) -> float:
        """Somebody is told from this score on."""
        return ALARM_AT * self.family.threshold

    @property
    def rest(self) -> float:
        """And no longer from here down."""
        return self.family.threshold

    def newest(self) -> pd.DataFrame:
        """As `newest_score` tells it: one row an appliance that was heard of lately."""
        return newest_score.newest(self.family, self.read)

    def metrics(self, device_id: int, at: datetime) -> list[str]:
        """The metrics that depart most at the end of an hour, the furthest first."""
        unit, moment = self._where(device_id, at)
        recording = self.read.recording
        one = recording.of_units(np.arange(len(recording.units)) == unit)
        one = one.only(one.time_ns <= moment)
        if not len(one):
            return []
        table = self.family.departures(one)
        away = np.nan_to_num(np.abs(table.values[-1]))  # noqa: PD011 - a feature table's
        order = np.argsort(-away, kind="stable")
        names = dict.fromkeys(table.names[place].partition(":")[0] for place in order)
        return [name for name in names if name in recording.metrics]

    def moved(self, device_id: int, at: datetime) -> tuple[Departure, ...]:
        """How far the first of them stand from what the appliance did before."""
        names = self.metrics(device_id, at)
        where = self._where(device_id, at)
        return own_history.told(names, {}, self.read.recording, where)[:MOST_MOVED]

    def _where(self, device_id: int, at: datetime) -> tuple[int, int]:
        unit = int(np.searchsorted(self.read.device_ids, device_id))
        return unit, micros(at) * 1000 - 1


def hours(
    connection: Connection,
    description: ApplianceType,
    family: AnomalyFamily,
    chunk: Chunk,
    span: Span,
) -> Unusual:
    """Score the hours of a span, with as much before it as the family looks back at."""
    wide = Span(span.start - timedelta(hours=family.lookback_h), span.until)
    read = fleet.read(connection, description, chunk, wide)
    scored = family.score(read.recording)
    new: Bools = read.recording.time_ns >= micros(span.start) * 1000
    kept = scored[new & scored["score"].notna().to_numpy(np.bool_)]
    frame = pd.DataFrame(
        {
            "device_id": read.device_ids[kept["unit"].to_numpy(np.int64)],
            "time": kept["time"].to_numpy(),
            "score": kept["score"].to_numpy(np.float64),
        }
    )
    return Unusual(family, read, frame)


def problem_of(description: ApplianceType, metrics: Sequence[str]) -> str | None:
    """The problem that the first of these metrics points to, if any does."""
    found = (description.metrics[name].problem for name in metrics)
    return next((problem for problem in found if problem is not None), None)
