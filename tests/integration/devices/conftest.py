"""A small appliance type of its own, and some of its devices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from devices import appliance, telemetry_table
from devices.appliance import Appliance, Registration
from devices.catalogue.appliance_type import ApplianceType
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEXT = {"en": "Text", "zh": "文字"}
TEMPERATURE = {"title": TEXT, "unit": "°C", "kind": "gauge", "physical": {"low": -50, "high": 150}}
ENERGY = {
    "title": TEXT,
    "unit": "kWh",
    "kind": "counter",
    "storage": "double",
    "physical": {"low": 0, "high": 1e9},
}
LID = {"title": TEXT, "unit": "", "kind": "state", "storage": "boolean"}
PHASE = {
    "title": TEXT,
    "unit": "",
    "kind": "state",
    "storage": "integer",
    "states": {0: TEXT, 1: TEXT, 2: TEXT},
}


def described(**metrics: dict[str, Any]) -> ApplianceType:
    """A kettle with these metrics."""
    return ApplianceType.model_validate(
        {
            "type": "kettle",
            "title": TEXT,
            "reports_every_s": 60,
            "silent_after_h": 6,
            "metrics": metrics,
            "problems": {},
        }
    )


@pytest.fixture
def kettle(connection: Connection) -> ApplianceType:
    """A kettle with its table, on the test's own connection and already committed."""
    made = described(temp_c=TEMPERATURE, energy_kwh=ENERGY, lid_open=LID, phase=PHASE)
    telemetry_table.ensure(connection, {"kettle": made})
    connection.commit()
    return made


@pytest.fixture
def kettles(connection: Connection, kettle: ApplianceType) -> list[Appliance]:
    """Three of them, by id."""
    found = appliance.register(
        connection, [Registration(f"K-{number}", kettle.type) for number in range(3)], START
    )
    connection.commit()
    return sorted(found, key=lambda one: one.id)
