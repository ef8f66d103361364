"""What a message that is good comes to, and that storing it again changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from devices import appliance, fault_event, telemetry, watermark
from devices.watermark import Tally
from ingest.reason import Reason
from ingest.source import Message
from tests.integration.ingest.conftest import NOW, WORKER, Door, Line


def message(
    door: Door, temp_c: float = 4.5, *, at: datetime = NOW, subject: str = "telemetry"
) -> Message:
    told = {"ts": at.isoformat(), "values": {"temp_c": temp_c}}
    return Message(door.topic(subject), json.dumps(told).encode(), NOW)


def test_a_published_reading_is_a_row(line: Line) -> None:
    line.publish(
        line.door.topic(), b'{"ts": 1780311600000, "values": {"temp_c": 4.5, "door_open": true}}'
    )
    line.pump_messages(1)
    with line.door.pool.connection() as connection:
        device = appliance.get(connection, line.door.serial)
        rows = telemetry.between(
            connection,
            line.door.catalogue["cellar_fridge"],
            device.id,
            NOW - timedelta(days=1),
            NOW,
        )
    assert rows["time"].tolist() == [datetime(2026, 6, 1, 11, tzinfo=UTC)]
    assert rows[["temp_c", "door_open"]].to_numpy().tolist() == [[4.5, 1.0]]


def test_events_and_presence_are_kept(line: Line) -> None:
    line.publish(line.door.topic("presence"), b'{"state": "online", "session": "s-1"}')
    line.publish(
        line.door.topic("events"),
        b'{"ts": "2026-06-01T11:00:00Z", "code": "E1", "state": "raised"}',
    )
    line.pump_messages(2)
    with line.door.pool.connection() as connection:
        device = appliance.get(connection, line.door.serial)
        events = fault_event.of_device(connection, device.id, NOW - timedelta(days=1), NOW)
        state = connection.execute(
            "SELECT presence FROM hearthwatch.device_states WHERE device_id = %s", (device.id,)
        ).fetchone()
    assert [(event.code, event.state) for event in events] == [("E1", "raised")]
    assert state == ("online",)
    assert line.door.letters() == []


def test_a_message_delivered_twice_is_stored_once(door: Door) -> None:
    batch = [message(door, at=NOW - timedelta(minutes=minute)) for minute in range(3)]
    sink = door.sink()
    assert sink.store(batch) == Tally(received=3, stored=3, readings=3)
    assert sink.store(batch) == Tally(received=3, duplicates=3)
    assert door.stored() == 3
    assert door.letters() == []
    assert door.tally() == Tally(received=6, stored=3, duplicates=3, readings=3)


def test_a_message_twice_in_one_batch_is_stored_once(door: Door) -> None:
    tally = door.sink().store([message(door), message(door)])
    assert tally == Tally(received=2, stored=1, duplicates=1, readings=1)
    assert door.stored() == 1


def test_another_value_for_a_stored_instant_is_a_dead_letter(door: Door) -> None:
    first, second = message(door, 4.5), message(door, 5.5)
    tally = door.sink().store([first, second])
    assert tally == Tally(received=2, stored=1, dead_lettered=1, readings=1)
    (letter,) = door.letters()
    assert (letter.reason, letter.payload) == (Reason.CONFLICTING_DUPLICATE, second.payload)


def test_a_list_with_something_new_counts_as_stored_and_one_without_as_a_duplicate(
    door: Door,
) -> None:
    def listed(*minutes: int) -> Message:
        told = [
            {"ts": (NOW - timedelta(minutes=minute)).isoformat(), "values": {"temp_c": 4}}
            for minute in minutes
        ]
        return Message(door.topic(), json.dumps(told).encode(), NOW)

    sink = door.sink()
    sink.store([listed(0, 1)])
    assert sink.store([listed(1, 2), listed(0, 1)]) == Tally(
        received=2, stored=1, duplicates=1, readings=1
    )


def test_an_event_delivered_twice_is_kept_once(door: Door) -> None:
    event = Message(
        door.topic("events"), b'{"ts": 1780311600000, "code": "E1", "state": "raised"}', NOW
    )
    sink = door.sink()
    assert sink.store([event]).stored == 1
    assert sink.store([event, event]) == Tally(received=2, duplicates=2)


def test_late_data_are_stored_and_do_not_turn_the_watermark_back(door: Door) -> None:
    sink = door.sink()
    sink.store([message(door)])
    sink.store([message(door, at=NOW - timedelta(days=40))])
    assert door.stored() == 2
    with door.pool.connection() as connection:
        assert watermark.current(connection) == NOW


def test_a_device_whose_clock_is_ahead_cannot_pull_the_watermark_past_now(door: Door) -> None:
    door.sink().store([message(door, at=NOW + timedelta(hours=20))])
    with door.pool.connection() as connection:
        assert watermark.current(connection) == NOW


def test_a_batch_of_letters_alone_is_counted_without_a_watermark(door: Door) -> None:
    door.sink().store([Message("nowhere", b"{}", NOW)])
    assert door.tally() == Tally(received=1, dead_lettered=1)
    with door.pool.connection() as connection:
        assert watermark.current(connection) is None
        assert watermark.workers(connection, datetime(2000, 1, 1, tzinfo=UTC)) == [WORKER]


def test_unknown_metrics_are_kept_aside_with_their_reading(door: Door) -> None:
    told = {"ts": NOW.isoformat(), "values": {"wifi_dbm": -60}}
    tally = door.sink().store([Message(door.topic(), json.dumps(told).encode(), NOW)])
    assert tally == Tally(received=1, stored=1)
    with door.pool.connection() as connection:
        kept = connection.execute("SELECT values FROM hearthwatch.unknown_metrics").fetchall()
    assert kept == [({"wifi_dbm": -60},)]


def test_an_appliance_that_is_registered_is_known_at_once(door: Door) -> None:
    sink = door.sink()
    told = Message("appliances/NEW-1/telemetry", message(door).payload, NOW)
    assert sink.store([told]).dead_lettered == 1
    with door.pool.connection() as connection:
        appliance.register(connection, [appliance.Registration("NEW-1", "cellar_fridge")], NOW)
    assert sink.store([told]).stored == 1


def test_the_newest_presence_of_a_batch_counts(door: Door) -> None:
    told = [
        Message(door.topic("presence"), b'{"state": "%s"}' % state, NOW + timedelta(seconds=after))
        for after, state in enumerate((b"online", b"offline"))
    ]
    assert door.sink().store(told) == Tally(received=2, stored=2)
    with door.pool.connection() as connection:
        row = connection.execute("SELECT presence FROM hearthwatch.device_states").fetchone()
    assert row == ("offline",)
