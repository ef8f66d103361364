"""A message is acknowledged once it is committed, not before, and never for another connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from devices.watermark import Tally
from ingest.dialects.native import Native
from ingest.ingester import Ingester
from ingest.mqtt_source import MqttSource
from ingest.reason import Reason
from runtime.broker import BrokerAddress
from storage.pool import Connection
from tests.integration.ingest.conftest import Door
from tests.integration.ingest.scripted_broker import ScriptedBroker

GOOD = b'{"ts": "2026-06-01T11:00:00Z", "values": {"temp_c": 4.5}}'
DEADLINE_S = 60.0


@pytest.fixture
def one_message(door: Door) -> Iterator[ScriptedBroker]:
    with ScriptedBroker({7: (door.topic().encode(), GOOD)}) as broker:
        yield broker


@contextmanager
def listening(door: Door, broker: ScriptedBroker) -> Iterator[MqttSource]:
    source = MqttSource(
        BrokerAddress.parse(broker.url), "ingest-scripted", Native().filters, door.clock
    )
    source.start()
    try:
        yield source
    finally:
        source.close()


def ingester(door: Door, source: MqttSource) -> Ingester:
    return Ingester(source, door.sink(), door.clock, idle_after_s=0)


def step_until_received(working: Ingester, number: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while working.tally.received < number:
        assert time.monotonic() < deadline
        working.step()


def blocked_backends(connection: Connection) -> list[int]:
    """Backends that wait for a lock on the readings; pg_stat_activity would be a frozen view."""
    rows = connection.execute(
        "SELECT pid FROM pg_locks"
        " WHERE relation = 'telemetry.cellar_fridge'::regclass AND NOT granted"
    ).fetchall()
    return [int(str(row[0])) for row in rows]


@contextmanager
def held_up(
    door: Door, working: Ingester
) -> Iterator[tuple[Connection, threading.Thread, list[float]]]:
    """A step that is stuck in the middle of its transaction, behind another's lock."""
    pauses: list[float] = []

    def step() -> None:
        while not any(pauses) and not working.tally.received:
            pauses.append(working.step())

    stepping = threading.Thread(target=step)
    with door.pool.connection() as other:
        other.execute("LOCK TABLE telemetry.cellar_fridge IN ACCESS EXCLUSIVE MODE")
        stepping.start()
        deadline = time.monotonic() + DEADLINE_S
        while not blocked_backends(other):
            assert time.monotonic() < deadline
        yield other, stepping, pauses
    stepping.join(DEADLINE_S)
    assert not stepping.is_alive()


def test_nothing_is_acknowledged_before_its_commit(door: Door, one_message: ScriptedBroker) -> None:
    with listening(door, one_message) as source:
        working = ingester(door, source)
        with held_up(door, working):
            assert one_message.acknowledged == []
        step_until_received(working, 1)
        assert one_message.wait_for(lambda: one_message.acknowledged == [7])
        assert door.stored() == 1


def test_what_a_dead_worker_stored_and_did_not_acknowledge_comes_again_and_is_stored_once(
    door: Door, one_message: ScriptedBroker
) -> None:
    with listening(door, one_message) as source:
        assert door.sink().store(source.take(1, DEADLINE_S)).stored == 1
    assert one_message.acknowledged == []
    with listening(door, one_message) as source:
        working = ingester(door, source)
        step_until_received(working, 1)
        assert working.tally == Tally(received=1, duplicates=1)
        assert one_message.wait_for(lambda: one_message.acknowledged == [7])
    assert door.stored() == 1


def test_an_acknowledgement_for_a_connection_that_is_gone_is_dropped(
    door: Door, one_message: ScriptedBroker
) -> None:
    with listening(door, one_message) as source:
        first = source.take(1, DEADLINE_S)
        one_message.drop()
        again = source.take(1, DEADLINE_S)
        assert [each.payload for each in again] == [each.payload for each in first]
        source.acknowledge(first)
        source.acknowledge(again)
        assert one_message.wait_for(lambda: bool(one_message.acknowledged))
    assert one_message.acknowledged == [7]
    assert one_message.connections == 2


def test_a_database_that_goes_away_in_the_middle_of_a_batch_loses_nothing(
    door: Door, one_message: ScriptedBroker
) -> None:
    with listening(door, one_message) as source:
        working = ingester(door, source)
        with held_up(door, working) as (other, stepping, pauses):
            for pid in blocked_backends(other):
                other.execute("SELECT pg_terminate_backend(%s)", (pid,))
            stepping.join(DEADLINE_S)
            assert pauses[-1] > 0
            assert one_message.acknowledged == []
        step_until_received(working, 1)
        assert one_message.wait_for(lambda: one_message.acknowledged == [7])
    assert door.stored() == 1
    assert working.tally == door.tally() == Tally(received=1, stored=1, readings=1)


def test_a_topic_that_is_not_utf_8_is_put_aside_and_does_not_end_the_network_thread(
    door: Door,
) -> None:
    messages = {
        1: (b"appliances/\xff\xfe/telemetry", GOOD),
        2: (door.topic().encode(), GOOD),
    }
    with ScriptedBroker(messages) as broker, listening(door, broker) as source:
        working = ingester(door, source)
        step_until_received(working, 2)
        assert broker.wait_for(lambda: sorted(broker.acknowledged) == [1, 2])
    (letter,) = door.letters()
    assert letter.reason == Reason.TOPIC_MALFORMED
    assert letter.topic == "appliances/\\xff\\xfe/telemetry"
    assert door.stored() == 1
