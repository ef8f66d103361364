"""Days are packed on a real TimescaleDB as they are on plain PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from devices import day_packing, hour_block, rollup
from devices.catalogue.appliance_type import ApplianceType
from storage.pool import Connection
from tests.integration.storage.conftest import START, registered
from tests.integration.storage.test_timescale import (
    DAYS,
    END,
    chunks,
    random_readings,
    stored_in_pieces,
)

MIDDLE = START + timedelta(days=DAYS // 2, hours=7)


def test_packed_days_of_several_chunks_hold_what_the_rollup_holds(
    timescale: Connection, fridge: ApplianceType
) -> None:
    device_ids = registered(timescale, fridge)
    readings = random_readings(fridge, device_ids, 3)
    columns = [f"{metric}_mean" for metric in fridge.metrics]
    # The second half of what is stored is late for days that are packed by then.
    for reached, part in ((MIDDLE, readings[::2]), (END, readings[1::2])):
        stored_in_pieces(timescale, fridge, part)
        for until in (reached - timedelta(days=1), reached):
            while day_packing.pack(timescale, fridge, until):
                timescale.commit()
            span = (START, END)
            block = hour_block.read(timescale, fridge, columns, (1, max(device_ids)), span)
            frame = rollup.window(timescale, fridge, columns, *span, device_ids)
            np.testing.assert_array_equal(block.device_ids, frame["device_id"])
            np.testing.assert_array_equal(block.values, frame[columns].to_numpy())
    assert chunks(timescale, "refrigerator_hourly") > 1
    packed = timescale.execute("SELECT count(hours) FROM telemetry.refrigerator_daily").fetchone()
    assert packed is not None
    assert int(str(packed[0])) > day_packing.KEPT.days
