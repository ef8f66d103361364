"""Fault codes as appliances reported them: each once, each judged once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devices import appliance, fault_event
from devices.appliance import Appliance
from devices.fault_event import Event, State
from storage import pool
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def event(device: Appliance, minute: int, state: State = "raised", code: str = "E1") -> Event:
    return Event(device.id, START + timedelta(minutes=minute), code, state)


def test_an_event_is_stored_once(connection: Connection, kettles: list[Appliance]) -> None:
    one = kettles[0]
    batch = [event(one, 0), event(one, 0), event(one, 0, "cleared"), event(one, 1)]
    assert fault_event.store(connection, batch) == 3
    assert fault_event.store(connection, batch) == 0
    found = fault_event.of_device(connection, one.id, START, START + timedelta(minutes=1))
    assert found == [event(one, 0), event(one, 0, "cleared")]


def test_an_event_is_claimed_once_and_in_order_of_time(
    connection: Connection, kettles: list[Appliance]
) -> None:
    fault_event.store(
        connection, [event(kettles[0], 5), event(kettles[1], 1), event(kettles[0], 3)]
    )
    claimed = fault_event.claim_unjudged(connection)
    assert [each.time.minute for each in claimed] == [1, 3, 5]
    assert {each.type for each in claimed} == {"kettle"}
    assert fault_event.claim_unjudged(connection) == []


def test_a_claim_that_is_rolled_back_is_made_again(
    connection: Connection, kettles: list[Appliance], database_url: str
) -> None:
    fault_event.store(connection, [event(kettles[0], 0), event(kettles[1], 0)])
    connection.commit()
    assert len(fault_event.claim_unjudged(connection, limit=1)) == 1
    with pool.connect(database_url) as other:
        assert len(fault_event.claim_unjudged(other)) == 1
        other.commit()
    connection.rollback()
    assert len(fault_event.claim_unjudged(connection)) == 1


def test_an_event_of_a_retired_appliance_is_history(
    connection: Connection, kettles: list[Appliance]
) -> None:
    fault_event.store(connection, [event(kettles[0], 0)])
    appliance.retire_all_but(connection, [], START)
    assert fault_event.claim_unjudged(connection) == []
    appliance.register(connection, [appliance.Registration("K-0", "kettle")], START)
    assert fault_event.claim_unjudged(connection) == []


def test_an_event_says_whether_a_later_one_of_its_code_was_judged_before_it(
    connection: Connection, kettles: list[Appliance]
) -> None:
    one, two, _ = kettles
    fault_event.store(connection, [event(one, 5, "cleared")])
    assert [each.overtaken for each in fault_event.claim_unjudged(connection)] == [False]
    late = [event(one, 4), event(one, 6), event(one, 4, code="E2"), event(two, 4)]
    fault_event.store(connection, late)
    overtaken = {
        (each.device_id, each.code, each.time.minute)
        for each in fault_event.claim_unjudged(connection)
        if each.overtaken
    }
    assert overtaken == {(one.id, "E1", 4)}
