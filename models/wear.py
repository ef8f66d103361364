"""How long each consumable of a type's appliances will last, as last reckoned.

One reading a day is enough: the query brings the last of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from psycopg import sql
from psycopg.rows import class_row

from devices import telemetry_table
from devices.catalogue.appliance_type import ApplianceType, Wear
from models import remaining_life
from models.remaining_life import Estimate
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

HISTORY = timedelta(days=60)
"""Long enough for a rate, short enough that habits are today's."""


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


def estimate_consumables(
    connection: Connection, description: ApplianceType, at: datetime
) -> list[ConsumableEstimate]:
    """Reckon anew for every appliance in service, from its history before `at`, and keep it."""
    kept: list[ConsumableEstimate] = []
    for name, consumable in description.consumables.items():
        history = _daily(connection, description, consumable.wear.metric, at)
        estimates = _estimates(history, consumable.wear)
        kept += _keep(connection, name, at, estimates)
    return kept


def _daily(
    connection: Connection, description: ApplianceType, metric: str, at: datetime
) -> pd.DataFrame:
    statement = sql.SQL(_SQL["daily"]).format(
        hourly=telemetry_table.hourly_table(description.type),
        column=sql.Identifier(f"{metric}_last"),
    )
    cursor = connection.execute(
        statement, {"type": description.type, "start": at - HISTORY, "end": at}
    )
    frame = pd.DataFrame(cursor.fetchall(), columns=["device_id", "time", "value"])
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    return frame.astype({"value": "float64"})


def _estimates(history: pd.DataFrame, wear: Wear) -> dict[int, Estimate]:
    usages = {
        int(str(device_id)): usage
        for device_id, rows in history.groupby("device_id")
        if (usage := remaining_life.usage_of(rows, wear)) is not None
    }
    rate = remaining_life.fleet_rate(list(usages.values()))
    return {device_id: remaining_life.days_left(usage, rate) for device_id, usage in usages.items()}


def _keep(
    connection: Connection, consumable: str, at: datetime, estimates: dict[int, Estimate]
) -> Sequence[ConsumableEstimate]:
    found = list(estimates.values())
    with connection.cursor(row_factory=class_row(ConsumableEstimate)) as cursor:
        return cursor.execute(
            _SQL["upsert"],
            {
                "consumable": consumable,
                "at": at,
                "device_ids": list(estimates),
                "used": [one.used for one in found],
                "days_left": [one.days_left for one in found],
                "low": [one.low for one in found],
                "high": [one.high for one in found],
                "installed_at": [one.installed_at for one in found],
                "replaced_at": [one.replaced_at for one in found],
            },
        ).fetchall()
