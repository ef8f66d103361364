"""Hours of refrigerators as their rollup holds them: the duty follows the kitchen's warmth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from devices import appliance, watermark
from devices.appliance import Registration
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
METRIC = "compressor_duty_pct"
FAMILY = f"context_residual:{METRIC}"
COLUMNS = ("ambient_temp_c", "door_open_pct", METRIC, "water_filter_left_pct")
FRIDGES = 5
More = Callable[[int, int], float]
"""What the duty of a fridge has beyond what is healthy, at an hour."""


def at(hour: float) -> datetime:
    """The instant so many hours after the start."""
    return START + hour * HOUR


def nothing_more(_fridge: int, _hour: int) -> float:
    """All are healthy."""
    return 0.0


def store(
    connection: Connection, hours: range, more: More = nothing_more, fridges: int = FRIDGES
) -> list[int]:
    """Store these hours of the fridges, and let ingest have come so far; return their ids.

    What a fridge says at an hour depends on the two alone.
    """
    told = [Registration(f"FH-{number}", "refrigerator") for number in range(fridges)]
    ids = sorted(one.id for one in appliance.register(connection, told, START))
    rows = [
        (device, at(hour), *_values(number, hour, more(number, hour)))
        for number, device in enumerate(ids)
        for hour in hours
    ]
    names = ", ".join(f"{name}_{kind}" for name in COLUMNS for kind in ("mean", "last"))
    statement = f"COPY telemetry.refrigerator_hourly (device_id, time, {names}) FROM STDIN"
    with connection.cursor().copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)
    watermark.advance(connection, "test", at(hours.stop))
    connection.commit()
    return ids


def _values(number: int, hour: int, more: float) -> tuple[float, ...]:
    rng = np.random.default_rng((number, hour))
    ambient = 22 + number / 2 + 2 * float(np.sin(hour * np.pi / 12)) + rng.normal(0, 0.4)
    door = 1.0 + abs(rng.normal(0, 0.3))
    duty = 38 + number + 1.5 * (ambient - 22) + rng.normal(0, 1.5) + more
    left = 90 - number - hour / 48
    means = np.array([ambient, door, duty, left])
    last = means + rng.normal(0, [0.1, 0.2, 1.0, 0.0])
    return tuple(float(value) for pair in zip(means, last, strict=True) for value in pair)
