"""A fleet with a week of hourly rollups: a few appliances are simulated, all others vary them.

Hours are stored one after the other over all devices, the order in which a rollup grows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from psycopg import sql

from benchmarks import storage_fleet
from benchmarks.storage_fleet import Recording
from devices import telemetry_table
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry_table import STATISTICS
from models.arrays import Floats
from storage.pool import Connection

HOURS = 168
MINUTES = 60
VARIES = 0.02
"""Metrics of one device differ from those of the simulated one by up to so much of their value."""


def fill(
    connection: Connection,
    description: ApplianceType,
    start: datetime,
    advance: Callable[[], None],
) -> int:
    """Store a week of hours of every appliance of the type; return how many device-hours."""
    recording = storage_fleet.record(description, start, HOURS * MINUTES)
    _keep_simulated(connection, description, recording)
    statement = _repeating(description)
    stored = 0
    for hour in range(HOURS):
        at = start + timedelta(hours=hour)
        found = connection.execute(statement, {"type": description.type, "at": at})
        stored += found.rowcount
        connection.commit()
        advance()
    return stored


def _keep_simulated(
    connection: Connection, description: ApplianceType, recording: Recording
) -> None:
    """Put the simulated hours into a table of this session, in the rollup's columns."""
    hourly = telemetry_table.hourly_table(description.type)
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE simulated (LIKE {})").format(hourly))
    columns = sql.SQL(", ").join(map(sql.Identifier, _columns(description)))
    statement = sql.SQL("COPY simulated (device_id, time, {}) FROM STDIN").format(columns)
    hours = _hours(recording)
    with connection.cursor().copy(statement) as copy:
        for hour, unit in np.ndindex(hours.shape[:2]):
            at = recording.start + timedelta(hours=hour)
            copy.write_row([unit, at, *map(_field, hours[hour, unit].ravel().tolist())])
    connection.commit()


def _field(value: float) -> int | float | None:
    if np.isnan(value):
        return None
    return int(value) if value == MINUTES else value


def _hours(recording: Recording) -> Floats:
    """(hours, units, metrics, statistics) of the minutes."""
    values = recording.values.reshape(HOURS, MINUTES, storage_fleet.SIMULATED, -1)
    known = np.isfinite(values).all(axis=1)
    found = np.stack(
        [
            np.full(known.shape, float(MINUTES)),
            values.mean(axis=1),
            values.min(axis=1),
            values.max(axis=1),
            values.std(axis=1, ddof=1),
            values[:, -1],
        ],
        axis=-1,
    )
    found[~known] = np.nan
    return found


def _repeating(description: ApplianceType) -> sql.Composed:
    """One hour of all appliances, each like a simulated one, but each metric of its own size."""
    columns = _columns(description)
    values = [
        sql.SQL("simulated.{}").format(sql.Identifier(column))
        if column.endswith("_count")
        else sql.SQL("simulated.{} * (1 + {} * sin(appliance.id * {}))").format(
            sql.Identifier(column), VARIES, 1 + place // len(STATISTICS)
        )
        for place, column in enumerate(columns)
    ]
    return sql.SQL(
        "INSERT INTO {hourly} (device_id, time, {columns})"
        " SELECT appliance.id, simulated.time, {values} FROM hearthwatch.appliances AS appliance"
        " JOIN simulated ON simulated.device_id = appliance.id %% {units}"
        " WHERE appliance.type = %(type)s AND simulated.time = %(at)s ORDER BY appliance.id"
    ).format(
        hourly=telemetry_table.hourly_table(description.type),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(values),
        units=storage_fleet.SIMULATED,
    )


def _columns(description: ApplianceType) -> list[str]:
    return [f"{metric}_{each}" for metric in description.metrics for each in STATISTICS]
