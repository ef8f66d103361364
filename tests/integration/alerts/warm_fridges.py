"""Fridges whose duty follows the kitchen's warmth, stored as ingest would: detectors learn it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from devices import appliance, rollup, telemetry
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry import Reading
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRAINED_H = 8 * 24
METRIC = "compressor_duty_pct"
Worn = dict[int, float]
Store = Callable[[range, Worn], None]


def storing(connection: Connection, fridge: ApplianceType) -> Store:
    """Make what stores two readings an hour of four fridges; some may work harder, being worn."""
    rng = np.random.default_rng(5)
    told = [Registration(f"F-{n}", "refrigerator") for n in range(4)]
    ids = sorted(one.id for one in appliance.register(connection, told, START))

    def store(hours: range, worn: Worn) -> None:
        readings = []
        for number, device in enumerate(ids):
            for hour in hours:
                for minute in (5, 35):
                    ambient = 22 + 2 * float(np.sin(hour * np.pi / 12)) + rng.normal(0, 0.4)
                    duty = 38 + number + 1.5 * (ambient - 22) + rng.normal(0, 1.5)
                    values = {
                        "ambient_temp_c": ambient,
                        "door_open_pct": 1.0 + abs(rng.normal(0, 0.3)),
                        METRIC: duty + worn.get(number, 0.0),
                    }
                    at = START + timedelta(hours=hour, minutes=minute)
                    readings.append(Reading(device, at, dict(values)))
        telemetry.store(connection, fridge, readings)
        rollup.refresh(connection, fridge, START + timedelta(days=99), limit=100_000)

    return store
