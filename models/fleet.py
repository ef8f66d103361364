"""What a part of a fleet reported, from the database: the recording that models are shown.

A part is a range of ids, so that memory stays the same however large the fleet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

import numpy as np

from devices import hour_block
from devices.catalogue.appliance_type import ApplianceType, Severity
from devices.hour_block import HourBlock
from devices.telemetry_block import micros
from models.arrays import Floats, Ints
from models.recording import HOUR_NS, Description, Log, Moments, Recording
from models.training import detector_training
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

LOGS_REACH = timedelta(days=400)
"""Fault codes and repairs that are older are not told."""
STATISTICS = ("mean", "last", "min", "max", "sd")
"""What may be told of each hour; `mean` always is."""
TRAITS = ("age_days",)
LAST_ID = 2**31 - 1


@dataclass(frozen=True)
class Chunk:
    """Appliances in service with first_id <= id <= last_id."""

    first_id: int
    last_id: int
    devices: int


@dataclass(frozen=True)
class Span:
    """Hours with start <= time < until."""

    start: datetime
    until: datetime


@dataclass(frozen=True)
class Fleet:
    """The recording of some appliances; unit `i` is the appliance `device_ids[i]`."""

    device_ids: Ints
    recording: Recording
    until: datetime

    @property
    def now(self) -> Moments:
        """Each unit at the last instant that is told."""
        units = np.arange(len(self.device_ids), dtype=np.int64)
        return Moments(units, np.full(len(units), micros(self.until) * 1000 - 1))


def chunks(connection: Connection, type_name: str, size: int) -> list[Chunk]:
    """Deal a type's appliances out in order of their ids, `size` at a time."""
    rows = connection.execute(_SQL["chunks"], {"type": type_name, "size": size}).fetchall()
    return [Chunk(*cast("tuple[int, int, int]", row)) for row in rows]


def read(
    connection: Connection,
    description: ApplianceType,
    chunk: Chunk,
    span: Span,
    statistics: Sequence[str] = ("mean",),
) -> Fleet:
    """Read a chunk's hours with its logs, as known at the span's end; some may have no hours."""
    asked = _asked(description, (chunk.first_id, chunk.last_id), span.until)
    members = connection.execute(_SQL["members"], asked).fetchall()
    device_ids = np.array([row[0] for row in members], dtype=np.int64)
    told = [name for name in STATISTICS if name == "mean" or name in statistics]
    columns = [f"{metric}_{name}" for name in told for metric in description.metrics]
    bounds = (chunk.first_id, chunk.last_id)
    block = hour_block.read(connection, description, columns, bounds, (span.start, span.until))
    return Fleet(
        device_ids,
        _recording(
            description,
            device_ids,
            block,
            told,
            events=_log(connection, "events", asked, device_ids),
            maintenance=_log(connection, "maintenance", asked, device_ids),
            failures=_log(connection, "failures", asked, device_ids),
            ages=_ages(cast("list[tuple[int, date | None]]", members), span.until),
        ),
        span.until,
    )


def failures(
    connection: Connection, description: ApplianceType, since: datetime, until: datetime
) -> list[tuple[int, datetime, str]]:
    """List every failure of a type's appliances, as known at `until`: id, time and problem."""
    asked = _asked(description, (0, LAST_ID), until) | {"since": since}
    rows = connection.execute(_SQL["failures"], asked).fetchall()
    return cast("list[tuple[int, datetime, str]]", rows)


def describe(description: ApplianceType) -> Description:
    """What the catalogue says of a type's metrics, as models want to know it."""
    watched = description.watched()
    return Description(
        metrics=tuple(description.metrics),
        context={name: metric.context for name, metric in watched.items()},
        direction={
            name: metric.anomaly.value for name, metric in watched.items() if metric.anomaly
        },
        resolution={
            name: detector_training.untrained(name, metric).resolution
            for name, metric in watched.items()
        },
        unit_of_measure={name: metric.unit for name, metric in description.metrics.items()},
    )


def _recording(
    description: ApplianceType,
    device_ids: Ints,
    block: HourBlock,
    told: Sequence[str],
    *,
    events: Log,
    maintenance: Log,
    failures: Log,
    ages: Floats,
) -> Recording:
    unit, known = _units(device_ids, block.device_ids)
    values = block.values if known.all() else block.values[known]
    times = block.times if known.all() else block.times[known]
    width = len(description.metrics)
    parts = {
        name: values[:, place * width : (place + 1) * width] for place, name in enumerate(told)
    }
    return Recording(
        description=describe(description),
        units=tuple(map(str, device_ids.tolist())),
        unit=unit[known],
        time_ns=times * 1000,
        values=parts["mean"],
        step_ns=HOUR_NS,
        last=parts.get("last"),
        low=parts.get("min"),
        high=parts.get("max"),
        deviation=parts.get("sd"),
        events=events,
        maintenance=maintenance,
        failures=failures,
        traits=ages,
        trait_names=TRAITS,
    )


def _asked(
    description: ApplianceType, bounds: tuple[int, int], until: datetime
) -> dict[str, object]:
    """What is asked of the logs of a range of ids."""
    problems = {
        code: fault.problem
        for code, fault in description.fault_codes.items()
        if fault.severity is not Severity.LOW
    }
    return {
        "type": description.type,
        "first_id": bounds[0],
        "last_id": bounds[1],
        "since": until - LOGS_REACH,
        "until": until,
        "codes": list(problems),
        "problems": list(problems.values()),
    }


def _units(
    device_ids: Ints, asked: Ints
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Where each id stands among the units, and whether it does."""
    if not len(device_ids):
        return np.zeros(len(asked), dtype=np.int64), np.zeros(len(asked), dtype=np.bool_)
    place = np.searchsorted(device_ids, asked).clip(max=len(device_ids) - 1)
    return place.astype(np.int64), device_ids[place] == asked


def _log(connection: Connection, block: str, asked: dict[str, object], device_ids: Ints) -> Log:
    rows = cast(
        "list[tuple[int, datetime, str]]", connection.execute(_SQL[block], asked).fetchall()
    )
    unit, known = _units(device_ids, np.array([row[0] for row in rows], dtype=np.int64))
    times = np.array([micros(row[1]) * 1000 for row in rows], dtype=np.int64)
    codes = [row[2] for row, is_known in zip(rows, known, strict=True) if is_known]
    return Log.of(unit[known], times[known], codes)


def _ages(members: Sequence[tuple[int, date | None]], until: datetime) -> Floats:
    """Days since each appliance was installed, (units, 1); NaN if nobody knows."""
    today = until.astimezone(UTC).date()
    days = [(today - installed).days if installed else np.nan for _, installed in members]
    return np.array(days, dtype=np.float64)[:, None]
