"""What a run of scoring left in the database, and how runs are compared."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from devices.appliance import Appliance
from devices.telemetry import Value
from models.serving import fleet_scoring, scoring_run
from models.serving.fleet_scoring import Errand, Tally
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
TRAINED_H = 8 * 24
AT = START + timedelta(hours=TRAINED_H)
FRIDGES = 6
Values = Callable[[int, float], dict[str, Value]]
Store = Callable[..., list[Appliance]]
Scores = dict[tuple[int, str], tuple[datetime, float]]


def scored(connection: Connection) -> Scores:
    rows = connection.execute(
        "SELECT device_id, family, at, score FROM hearthwatch.device_scores"
    ).fetchall()
    connection.rollback()
    found: Any = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    return dict(found)


def run(connection: Connection, errand: Errand, size: int = 3) -> Tally:
    left = fleet_scoring.begin(connection, errand, size)
    connection.commit()
    with scoring_run.local(1) as executor:
        return scoring_run.run(executor, 1, errand, left, threading.Event(), lambda *_: None)
