"""Which devices are connected, and which have something to judge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devices import appliance, presence, telemetry
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.presence import Heard, Judged, Presence
from devices.telemetry import Reading
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def state_of(connection: Connection, device: Appliance) -> tuple[object, ...] | None:
    return connection.execute(
        "SELECT presence, presence_at FROM hearthwatch.device_states WHERE device_id = %s",
        (device.id,),
    ).fetchone()


def test_an_older_report_does_not_overwrite_a_newer_one(
    connection: Connection, kettles: list[Appliance]
) -> None:
    one = kettles[0]
    assert presence.store(connection, [Presence(one.id, START, "online")]) == 1
    assert presence.store(connection, [Presence(one.id, START - MINUTE, "offline")]) == 0
    assert state_of(connection, one) == ("online", START)
    presence.store(connection, [Presence(one.id, START, "offline")])
    assert state_of(connection, one) == ("offline", START)


def test_of_several_reports_in_a_batch_the_newest_and_then_the_last_counts(
    connection: Connection, kettles: list[Appliance]
) -> None:
    one, two, _ = kettles
    presence.store(
        connection,
        [
            Presence(one.id, START + MINUTE, "offline"),
            Presence(one.id, START, "online"),
            Presence(two.id, START, "online"),
            Presence(two.id, START, "offline"),
        ],
    )
    assert state_of(connection, one) == ("offline", START + MINUTE)
    assert state_of(connection, two) == ("offline", START)


def test_a_device_is_unjudged_until_its_newest_reading_is(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    one, two, three = kettles
    presence.store(connection, [Presence(three.id, START, "online")])
    telemetry.store(
        connection, kettle, [Reading(each.id, START, {"temp_c": 1.0}) for each in (one, two)]
    )
    assert presence.unjudged(connection, "kettle") == [
        Heard(one.id, START, None),
        Heard(two.id, START, None),
    ]
    assert presence.unjudged(connection, "kettle", limit=1) == [Heard(one.id, START, None)]
    heard = presence.unjudged(connection, "kettle")
    until = (START, START - MINUTE)
    presence.mark_judged(
        connection,
        [Judged(each, at, attentive=False) for each, at in zip(heard, until, strict=True)],
    )
    assert presence.unjudged(connection, "kettle") == [Heard(two.id, START, START - MINUTE)]
    telemetry.store(connection, kettle, [Reading(one.id, START - MINUTE, {"temp_c": 1.0})])
    assert [each.device_id for each in presence.unjudged(connection, "kettle")] == [two.id]
    telemetry.store(connection, kettle, [Reading(one.id, START + MINUTE, {"temp_c": 1.0})])
    assert [each.device_id for each in presence.unjudged(connection, "kettle")] == [one.id, two.id]


def test_a_retired_appliance_is_neither_judged_nor_missed(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    telemetry.store(connection, kettle, [Reading(kettles[0].id, START, {"temp_c": 1.0})])
    assert [each.device_id for each in presence.last_heard(connection, "kettle")] == [kettles[0].id]
    appliance.retire_all_but(connection, [], START)
    assert presence.last_heard(connection, "kettle") == []
    assert presence.unjudged(connection, "kettle") == []
