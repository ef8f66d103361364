"""Households, and whose an appliance is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from customers import household, ownership
from customers.household import Entry
from devices import appliance
from devices.appliance import Registration
from runtime.errors import InvalidError, NotFoundError
from storage.pool import Connection

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def homes(connection: Connection) -> dict[str, int]:
    """Two households, by external id."""
    return household.upsert(
        connection, [Entry("H-1", "Li", region="north"), Entry("H-2", "Baker")], NOW
    )


@pytest.fixture
def device(connection: Connection) -> int:
    """An appliance that belongs to nobody yet."""
    return appliance.register(connection, [Registration("A-1", "kettle")], NOW)[0].id


def test_an_upsert_keeps_the_id_and_takes_what_is_new(
    connection: Connection, homes: dict[str, int]
) -> None:
    told = Entry("H-1", "Li Ming", "1 Long Road", "south", "Asia/Shanghai", "gold")
    assert household.upsert(connection, [told], NOW) == {"H-1": homes["H-1"]}
    found = household.get(connection, homes["H-1"])
    assert (found.name, found.region, found.tier) == ("Li Ming", "south", "gold")
    assert household.ids_of(connection, ["H-2", "H-9"]) == {"H-2": homes["H-2"]}


def test_pages_of_households_go_on_after_the_last_id(
    connection: Connection, homes: dict[str, int]
) -> None:
    (first,) = household.page(connection, limit=1)
    (second,) = household.page(connection, after_id=first.id)
    assert {first.id, second.id} == set(homes.values())
    assert [one.name for one in household.page(connection, region="north")] == ["Li"]


def test_an_unknown_household_is_not_found(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="404"):
        household.get(connection, 404)


def test_a_tier_that_nobody_sells_is_refused(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        household.upsert(connection, [Entry("H-3", "X", tier="diamond")], NOW)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "Asia"])
def test_a_time_zone_that_nobody_knows_is_refused(connection: Connection, zone: str) -> None:
    with pytest.raises(InvalidError, match="no time zone"):
        household.upsert(connection, [Entry("H-3", "X", time_zone=zone)], NOW)
    assert household.page(connection) == []


def test_a_transfer_ends_the_old_ownership_and_begins_the_new_one(
    connection: Connection, homes: dict[str, int], device: int
) -> None:
    first, second = homes["H-1"], homes["H-2"]
    later = NOW + timedelta(days=30)
    ownership.assign(connection, {device: first}, NOW)
    ownership.assign(connection, {device: first}, later)
    ownership.assign(connection, {device: second}, later)
    rows = connection.execute(
        "SELECT household_id, since, until FROM hearthwatch.ownerships ORDER BY since"
    ).fetchall()
    assert rows == [(first, NOW, later), (second, later, None)]
    assert ownership.households_of(connection, [device, 404]) == {device: second}
    assert ownership.devices_of(connection, first) == []
    assert ownership.devices_of(connection, second) == [device]


def test_a_correction_at_the_same_instant_leaves_one_owner(
    connection: Connection, homes: dict[str, int], device: int
) -> None:
    for home in ("H-1", "H-2", "H-1"):
        ownership.assign(connection, {device: homes[home]}, NOW)
    assert ownership.households_of(connection, [device]) == {device: homes["H-1"]}
    assert connection.execute("SELECT count(*) FROM hearthwatch.ownerships").fetchone() == (1,)
