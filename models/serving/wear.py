"""How long each consumable of a type's appliances will last, as last reckoned.

By the life that was learned where a model serves, by the maker's rating elsewhere. One reading a
day is enough: the query brings the last of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import pandas as pd
from psycopg import sql
from psycopg.rows import class_row

from devices import telemetry_table
from devices.catalogue.appliance_type import ApplianceType, Wear
from models import remaining_life
from models.forecasters.consumable import HISTORY, LOOKBACK
from models.remaining_life import Estimate, Renewal, Usage
from models.serving import learned_life
from models.serving.learned_life import LearnedLife
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class ConsumableEstimate:
    """What is known of one consumable; days count from its last reading before `at`."""

    device_id: int
    consumable: str
    at: datetime
    used: float
    """0 for new, 1 for spent, more when overdue."""
    days_left: float | None
    """None where the appliance is not in use."""
    days_low: float | None
    days_high: float | None
    installed_at: datetime
    """Stays the same until the next replacement."""
    model_id: int | None = None
    """The learned life that it rests on; None: as the maker rates it."""


@dataclass(frozen=True)
class _Told:
    """An estimate, and which model made it."""

    estimate: Estimate
    model_id: int | None


def estimate_consumables(
    connection: Connection, description: ApplianceType, at: datetime
) -> list[ConsumableEstimate]:
    """Reckon anew for every appliance in service, from its history before `at`, and keep it."""
    kept: list[ConsumableEstimate] = []
    for name in description.consumables:
        usages = _usages(connection, description, name, at)
        learned = learned_life.serving(connection, description, name)
        shifts = (
            {} if learned is None else learned.shifts(connection, description, list(usages), at)
        )
        kept += _keep(connection, name, at, _estimates(usages, learned, shifts))
    return kept


def _usages(
    connection: Connection, description: ApplianceType, consumable: str, at: datetime
) -> dict[int, Usage]:
    """What the appliances' histories say since the last replacement, seen or told of."""
    wear = description.consumables[consumable].wear
    history = _daily(connection, description, wear.metric, at)
    renewals = _renewals(connection, description, consumable, at)
    found = {}
    for each, rows in history.groupby("device_id"):
        device_id = int(str(each))
        usage = remaining_life.usage_of(rows, wear, renewals.get(device_id))
        if usage is not None:
            found[device_id] = usage
    return found


def _daily(
    connection: Connection, description: ApplianceType, metric: str, at: datetime
) -> pd.DataFrame:
    cursor = connection.execute(
        _statement("daily", description, metric),
        {"type": description.type, "start": at - HISTORY, "end": at},
    )
    frame = pd.DataFrame(cursor.fetchall(), columns=["device_id", "time", "value"])
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    return frame.astype({"value": "float64"})


def _renewals(
    connection: Connection, description: ApplianceType, consumable: str, at: datetime
) -> dict[int, Renewal]:
    """What technicians said that they replaced, since a life at most can last."""
    wear = description.consumables[consumable].wear
    asked = {
        "type": description.type,
        "consumable": consumable,
        "start": at - LOOKBACK,
        "end": at,
    }
    rows = cast(
        "list[tuple[int, datetime, float, float]]",
        connection.execute(_statement("renewals", description, wear.metric), asked).fetchall(),
    )
    return {
        device_id: Renewal(told_at, _newest(wear, least, most))
        for device_id, told_at, least, most in rows
    }


def _newest(wear: Wear, least: float, most: float) -> float:
    """Of two values, the one that looks less used."""
    return least if wear.spent > wear.new else most


def _statement(block: str, description: ApplianceType, metric: str) -> sql.Composed:
    return sql.SQL(_SQL[block]).format(
        hourly=telemetry_table.hourly_table(description.type),
        column=sql.Identifier(f"{metric}_last"),
    )


def _estimates(
    usages: Mapping[int, Usage], learned: LearnedLife | None, shifts: Mapping[int, float]
) -> dict[int, _Told]:
    rate = remaining_life.fleet_rate(list(usages.values()))
    told = {}
    for device_id, usage in usages.items():
        found = None
        if learned is not None:
            found = learned.estimate(device_id, usage, rate, shifts.get(device_id, 0.0))
        told[device_id] = (
            _Told(remaining_life.days_left(usage, rate), None)
            if learned is None or found is None
            else _Told(found, learned.model_id)
        )
    return told


def _keep(
    connection: Connection, consumable: str, at: datetime, told: Mapping[int, _Told]
) -> Sequence[ConsumableEstimate]:
    found = [one.estimate for one in told.values()]
    with connection.cursor(row_factory=class_row(ConsumableEstimate)) as cursor:
        return cursor.execute(
            _SQL["upsert"],
            {
                "consumable": consumable,
                "at": at,
                "device_ids": list(told),
                "used": [one.used for one in found],
                "days_left": [one.days_left for one in found],
                "low": [one.low for one in found],
                "high": [one.high for one in found],
                "installed_at": [one.installed_at for one in found],
                "replaced_at": [one.replaced_at for one in found],
                "model_ids": [one.model_id for one in told.values()],
            },
        ).fetchall()
