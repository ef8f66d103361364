from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry import Value
from models.serving import wear
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
Store = Callable[..., list[Appliance]]


def filter_left(number: int, hour: float) -> dict[str, Value]:
    """The first three wear at one, two and three per cent a day; the last is not used."""
    rate = (1.0, 2.0, 3.0, 0.0)[number]
    return {"water_filter_left_pct": 60.0 - rate * hour / 24}


def test_each_filter_gets_its_days_left(
    connection: Connection, refrigerator: ApplianceType, stored: Store
) -> None:
    fridges = stored(range(0, 240, 6), filter_left)
    at = START + timedelta(days=10)
    found = {one.device_id: one for one in wear.estimate_consumables(connection, refrigerator, at)}
    left = [found[fridge.id].days_left for fridge in fridges]
    assert left[:3] == [
        pytest.approx(45, rel=0.3),
        pytest.approx(20, rel=0.2),
        pytest.approx(10, rel=0.2),
    ]
    assert left[3] is None
    middle = found[fridges[1].id]
    assert middle.consumable == "water_filter"
    assert middle.days_low is not None
    assert middle.days_high is not None
    assert middle.days_low < 20 < middle.days_high


def test_the_day_of_installation_stays_until_a_replacement_is_seen(
    connection: Connection, refrigerator: ApplianceType, stored: Store
) -> None:
    def replaced(_: int, hour: float) -> dict[str, Value]:
        left = 40.0 - hour / 12 if hour < 400 else 100.0
        return {"water_filter_left_pct": left}

    fridge = stored(range(0, 240, 6), replaced, devices=1)[0]
    installed = []
    for day, more in ((10, range(240, 396, 6)), (16, range(396, 480, 6)), (20, range(0))):
        found = wear.estimate_consumables(connection, refrigerator, START + timedelta(days=day))
        installed.append(found[0].installed_at)
        assert found[0].device_id == fridge.id
        stored(more, replaced, devices=1)
    assert installed[0] == installed[1] < START
    assert installed[2] == START + timedelta(days=16)
    rows = connection.execute("SELECT count(*) FROM hearthwatch.consumable_estimates").fetchone()
    assert rows == (1,)


def test_without_readings_there_are_no_estimates(
    connection: Connection, refrigerator: ApplianceType
) -> None:
    assert wear.estimate_consumables(connection, refrigerator, START) == []
