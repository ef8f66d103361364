"""The lives of a type's consumable, from what its appliances showed and what people said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import numpy as np
from psycopg import sql

from devices import telemetry_table
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry_block import micros
from models import remaining_life
from models.arrays import Floats, Ints
from models.features.days import DAY_NS
from models.fleet import Span
from models.history.worn_life import Shown, Told
from models.recording import Description, Recording
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

PORTION = 100
"""Appliances whose days are read at once."""
Bounds = tuple[int, int]
"""First and last id of a range of appliances."""


def read(
    connection: Connection, description: ApplianceType, consumable: str, bounds: Bounds, span: Span
) -> Shown:
    """Find the lives of one consumable in appliances in service, as known at the span's end."""
    wear = description.consumables[consumable].wear
    asked = _asked(description, consumable, bounds, span)
    statement = sql.SQL(_SQL["daily"]).format(
        hourly=telemetry_table.hourly_table(description.type),
        column=sql.Identifier(f"{wear.metric}_last"),
    )
    rows = connection.cursor(binary=True).execute(statement, asked).fetchall()
    values = np.array(rows, dtype=np.float64).reshape(-1, 3)
    device_ids = values[:, 0].astype(np.int64)
    times = np.array([row[1] for row in rows], dtype=np.int64) * 1000
    used = remaining_life.share_used(values[:, 2], wear)
    told = _told(connection, asked)
    shown = Shown()
    for device_id, part in _by_device(device_ids):
        shown.add(device_id, times[part], used[part], told.get(device_id, Told()))
    return shown


def replaced(
    connection: Connection, description: ApplianceType, consumable: str, bounds: Bounds, span: Span
) -> dict[int, datetime]:
    """When technicians last replaced it, by appliance."""
    rows = connection.execute(
        _SQL["replaced"], _asked(description, consumable, bounds, span)
    ).fetchall()
    told = cast("list[tuple[int, datetime, datetime]]", rows)
    return {device_id: at for device_id, at, _ in told}


def days(
    connection: Connection, description: ApplianceType, device_ids: Sequence[int], span: Span
) -> Recording:
    """Means of every metric by the day; units are named after the appliances, in order of ids."""
    names = list(description.metrics)
    ordered = sorted(device_ids)
    portions = [ordered[at : at + PORTION] for at in range(0, len(ordered), PORTION)]
    parts = [_means(connection, description, portion, span) for portion in portions]
    owners = np.concatenate([np.empty(0, dtype=np.int64), *(part[0] for part in parts)])
    return Recording(
        Description(tuple(names)),
        units=tuple(map(str, ordered)),
        unit=np.searchsorted(np.array(ordered, dtype=np.int64), owners).astype(np.int64),
        time_ns=np.concatenate([np.empty(0, dtype=np.int64), *(part[1] for part in parts)]),
        values=np.concatenate([np.empty((0, len(names))), *(part[2] for part in parts)]),
        step_ns=DAY_NS,
    )


def _means(
    connection: Connection, description: ApplianceType, device_ids: Sequence[int], span: Span
) -> tuple[Ints, Ints, Floats]:
    statement = sql.SQL(_SQL["means"]).format(
        hourly=telemetry_table.hourly_table(description.type),
        means=sql.SQL(", ").join(
            sql.SQL("avg({})").format(sql.Identifier("rollup", f"{name}_mean"))
            for name in description.metrics
        ),
    )
    asked = {"device_ids": list(device_ids), "since": span.start, "until": span.until}
    rows = connection.cursor(binary=True).execute(statement, asked).fetchall()
    values = np.array(rows, dtype=np.float64).reshape(-1, 2 + len(description.metrics))
    times = np.array([row[1] for row in rows], dtype=np.int64) * 1000
    return values[:, 0].astype(np.int64), times, values[:, 2:]


def _asked(
    description: ApplianceType, consumable: str, bounds: Bounds, span: Span
) -> dict[str, object]:
    part = description.consumables[consumable].part_number
    return {
        "type": description.type,
        "consumable": consumable,
        "first_id": bounds[0],
        "last_id": bounds[1],
        "since": span.start,
        "until": span.until,
        "problems": [
            name for name, problem in description.problems.items() if part in problem.parts
        ],
    }


def _told(connection: Connection, asked: Mapping[str, object]) -> dict[int, Told]:
    """What others said of each appliance."""
    said: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for block in ("replaced", "renewed", "troubled", "reminded"):
        rows = connection.execute(_SQL[block], asked).fetchall()
        for device_id, since, until in cast("list[tuple[int, datetime, datetime]]", rows):
            said[device_id][block].append((micros(since) * 1000, micros(until) * 1000))
    return {
        device_id: Told(
            replaced=[at for at, _ in told["replaced"]],
            renewed=[at for at, _ in told["renewed"]],
            troubled=told["troubled"],
            reminded=[at for at, _ in told["reminded"]],
        )
        for device_id, told in said.items()
    }


def _by_device(device_ids: Ints) -> list[tuple[int, slice]]:
    names, first = np.unique(device_ids, return_index=True)
    after = np.append(first, len(device_ids))[1:]
    return [
        (int(name), slice(int(start), int(end)))
        for name, start, end in zip(names, first, after, strict=True)
    ]
