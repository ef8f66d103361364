"""A fleet of refrigerators stored as ingest would store it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices import appliance, rollup, telemetry
from devices.appliance import Appliance, Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading, Value
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
Values = Callable[[int, float], dict[str, Value]]
Store = Callable[..., list[Appliance]]


@pytest.fixture
def refrigerator(catalogue: Catalogue) -> ApplianceType:
    """The shipped type whose readings these tests store."""
    return catalogue["refrigerator"]


@pytest.fixture
def stored(connection: Connection, refrigerator: ApplianceType) -> Store:
    """Stores two readings an hour of some refrigerators, and refreshes their rollup."""

    def store(hours: range, values: Values, devices: int = 4) -> list[Appliance]:
        found = appliance.register(
            connection,
            [Registration(f"HW-RF-{number}", "refrigerator") for number in range(devices)],
            START,
        )
        readings = [
            Reading(one.id, START + timedelta(hours=hour, minutes=minute), values(number, hour))
            for number, one in enumerate(sorted(found, key=lambda one: one.serial))
            for hour in hours
            for minute in (5, 35)
        ]
        telemetry.store(connection, refrigerator, readings)
        rollup.refresh(connection, refrigerator, START + timedelta(days=100), limit=100_000)
        return sorted(found, key=lambda one: one.serial)

    return store


@pytest.fixture
def healthy() -> Values:
    """Returns what a healthy refrigerator says at an hour; its own level, the kitchen, noise."""
    rng = np.random.default_rng(11)

    def values(number: int, hour: float) -> dict[str, Value]:
        ambient = 22 + number / 2 + 2 * float(np.sin(hour * np.pi / 12)) + rng.normal(0, 0.4)
        duty = 38 + number + 1.5 * (ambient - 22) + rng.normal(0, 1.5)
        return {
            "ambient_temp_c": ambient,
            "compressor_duty_pct": duty,
            "compressor_power_w": 0.85 * duty + number + rng.normal(0, 0.5),
            "fridge_temp_c": 4.2 + rng.normal(0, 0.3),
            "freezer_temp_c": -18.5 + rng.normal(0, 0.3),
            "evaporator_temp_c": -22 + rng.normal(0, 0.3),
            "condenser_temp_c": ambient + 10 + rng.normal(0, 0.5),
            "evaporator_fan_rpm": 20 * duty + rng.normal(0, 20),
            "door_open_pct": 1.0 + abs(rng.normal(0, 0.3)),
            "defrosting": False,
            "water_filter_left_pct": 80 - hour / 24 - number,
        }

    return values
