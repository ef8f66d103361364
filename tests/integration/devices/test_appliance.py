"""The registry of appliances."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from devices import appliance
from devices.appliance import Registration
from runtime.errors import NotFoundError
from storage.pool import Connection

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_registering_again_updates_all_but_the_type_and_the_first_day(
    connection: Connection,
) -> None:
    first = Registration("A-1", "kettle", "M-1", "1.0", date(2026, 5, 1), "north")
    (before,) = appliance.register(connection, [first], NOW)
    told = Registration("A-1", "toaster", "M-2", "1.1", None, "south")
    (after,) = appliance.register(connection, [told], NOW + timedelta(days=1))
    assert (after.id, after.type, after.registered_at) == (before.id, "kettle", NOW)
    assert (after.model, after.firmware, after.region) == ("M-2", "1.1", "south")
    assert after.installed_on == date(2026, 5, 1)


def test_a_retired_appliance_leaves_the_service_and_comes_back_when_registered(
    connection: Connection,
) -> None:
    appliance.register(connection, [Registration(s, "kettle") for s in ("A", "B", "C")], NOW)
    assert appliance.retire_all_but(connection, ["B"], NOW) == 2
    assert appliance.retire_all_but(connection, ["B"], NOW + timedelta(days=1)) == 0
    assert [one.serial for one in appliance.in_service(connection, "kettle")] == ["B"]
    assert appliance.get(connection, "A").retired_at == NOW
    (back,) = appliance.register(connection, [Registration("A", "kettle")], NOW)
    assert back.retired_at is None
    assert {one.serial for one in appliance.in_service(connection, "kettle")} == {"A", "B"}


def test_pages_go_on_after_the_last_id_and_can_be_filtered(connection: Connection) -> None:
    appliance.register(
        connection,
        [
            Registration(
                f"A-{n}", "kettle" if n % 2 else "toaster", region="north" if n < 4 else ""
            )
            for n in range(8)
        ],
        NOW,
    )
    first = appliance.page(connection, limit=5)
    second = appliance.page(connection, after_id=first[-1].id, limit=5)
    assert (len(first), len(second)) == (5, 3)
    ids = [one.id for one in (*first, *second)]
    assert ids == sorted(set(ids))
    filtered = appliance.page(connection, type_name="kettle", region="north")
    assert {one.serial for one in filtered} == {"A-1", "A-3"}


def test_an_unknown_serial_is_not_found(connection: Connection) -> None:
    assert appliance.by_serials(connection, ["A-404"]) == {}
    assert appliance.by_ids(connection, [404]) == {}
    with pytest.raises(NotFoundError, match="A-404"):
        appliance.get(connection, "A-404")


@pytest.mark.parametrize("serial", ["", "a b", "a/b", "ä", "x" * 65, "a\n"])
def test_the_database_itself_refuses_a_serial_that_no_topic_can_hold(
    connection: Connection, serial: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        appliance.register(connection, [Registration(serial, "kettle")], NOW)
