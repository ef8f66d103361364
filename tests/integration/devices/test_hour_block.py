"""Hours read as a block are those that the frame of the rollup holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices import appliance, hour_block, rollup, telemetry
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading, Value
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
END = START + timedelta(hours=30)
COLUMNS = ["compressor_power_w_mean", "fridge_temp_c_last", "compressor_power_w_max"]


def told(number: int, hour: int) -> dict[str, Value]:
    """What a device says in an hour; now and then it leaves out a metric."""
    power: dict[str, Value] = {"compressor_power_w": 80.0 + number + hour / 7}
    return power | ({"fridge_temp_c": 4.0 + hour / 10} if hour % 3 else {})


def stored(connection: Connection, catalogue: Catalogue) -> list[int]:
    """Store hours of three devices, with gaps, and one that has none; return their ids."""
    found = appliance.register(
        connection, [Registration(f"HW-{number}", "refrigerator") for number in range(4)], START
    )
    ids = sorted(one.id for one in found)
    readings = [
        Reading(ids[number], START + timedelta(hours=hour, minutes=minute), told(number, hour))
        for number in range(3)
        for hour in range(number, 30)
        if (hour + number) % 5
        for minute in (5, 35)
    ]
    telemetry.store(connection, catalogue["refrigerator"], readings)
    rollup.refresh(connection, catalogue["refrigerator"], END, limit=10_000)
    return ids


def test_a_block_holds_what_the_frame_holds(connection: Connection, catalogue: Catalogue) -> None:
    ids = stored(connection, catalogue)
    description = catalogue["refrigerator"]
    span = (START + timedelta(hours=2), START + timedelta(hours=28))
    block = hour_block.read(connection, description, COLUMNS, (ids[1], ids[3]), span)
    frame = rollup.window(connection, description, COLUMNS, *span, ids[1:])
    assert len(block) == len(frame) > 30
    assert block.device_ids.tolist() == frame["device_id"].tolist()
    assert block.times.tolist() == [int(at.timestamp() * 1e6) for at in frame["time"]]
    np.testing.assert_array_equal(block.values, frame[COLUMNS].to_numpy())
    assert np.isnan(block.values).any()


def test_nobody_and_nothing_give_an_empty_block(
    connection: Connection, catalogue: Catalogue
) -> None:
    ids = stored(connection, catalogue)
    for devices, since in (((ids[3], ids[3]), START), ((ids[0], ids[3]), END)):
        block = hour_block.read(
            connection,
            catalogue["refrigerator"],
            COLUMNS,
            devices,
            (since, since + timedelta(days=7)),
        )
        assert len(block) == 0
        assert block.values.shape == (0, len(COLUMNS))


def test_a_column_that_the_type_lacks_is_refused(
    connection: Connection, catalogue: Catalogue
) -> None:
    with pytest.raises(ValueError, match="no rollup columns"):
        hour_block.read(connection, catalogue["refrigerator"], ["spin_mean"], (1, 2), (START, END))
