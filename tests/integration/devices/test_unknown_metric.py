"""Metrics outside the catalogue are kept aside."""

from __future__ import annotations

from datetime import UTC, datetime

from devices import unknown_metric
from devices.appliance import Appliance
from devices.unknown_metric import Unknown
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_what_is_kept_already_stays(connection: Connection, kettles: list[Appliance]) -> None:
    one = kettles[0].id
    huge = {"steam_pct": 10**30, "note": "雾"}
    unknown_metric.store(connection, [Unknown(one, START, huge), Unknown(one, START, {"b": 1})])
    unknown_metric.store(connection, [Unknown(one, START, {"c": 2.5})])
    found = connection.execute("SELECT device_id, values FROM hearthwatch.unknown_metrics")
    assert found.fetchall() == [(one, huge)]
