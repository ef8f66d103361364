"""Several workers on a real Mosquitto: readings are dealt out, all else goes to the first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from devices import appliance, fault_event, telemetry
from devices.appliance import Registration
from ingest import door, workers
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator.publisher import Publisher
from storage.pool import Pool
from tests.integration.ingest.test_mosquitto import (
    DEADLINE_S,
    START,
    _publish,
    _wait_until,
    mosquitto,
    pytestmark,
)

__all__ = ["mosquitto", "pytestmark"]
MESSAGES = 2000


@contextmanager
def _running(settings: Settings, number: int) -> Iterator[None]:
    stop = Stop()
    thread = threading.Thread(target=workers.run, args=(settings, number, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def _taken_in(pool: Pool) -> dict[str, int]:
    with pool.connection() as connection:
        rows = connection.execute(
            "SELECT worker, received FROM hearthwatch.ingest_progress"
        ).fetchall()
    return {str(name): int(str(received)) for name, received in rows}


def _stored(pool: Pool) -> int:
    with pool.connection() as connection:
        return telemetry.count(connection, "refrigerator")


def test_workers_share_the_readings_and_fewer_can_go_on_without_losing_any(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress
) -> None:
    with database_pool.connection() as connection:
        (device,) = appliance.register(connection, [Registration("RF-1", "refrigerator")], START)
    settings = Settings(
        database_url=database_url, mqtt_url=f"mqtt://127.0.0.1:{mosquitto.port}", idle_after_s=0
    )
    event = b'{"ts": "2026-03-01T00:00:00Z", "code": "E1", "state": "raised"}'
    with Publisher(mosquitto, "device") as publisher:
        with _running(settings, 2):
            _wait_until(lambda: _taken_in(database_pool).keys() == {"ingest-1", "ingest-2"})
            _publish(publisher, range(MESSAGES))
            publisher.publish("appliances/RF-1/events", event)
            _wait_until(lambda: sum(_taken_in(database_pool).values()) == MESSAGES + 1)
            assert min(_taken_in(database_pool).values()) > MESSAGES // 4
        with _running(settings, 1):
            _publish(publisher, range(MESSAGES, MESSAGES + 2))
            _wait_until(lambda: _stored(database_pool) == MESSAGES + 2)
    with database_pool.connection() as connection:
        end = START + timedelta(days=1)
        assert len(fault_event.of_device(connection, device.id, START, end)) == 1


def test_what_workers_subscribe_to_does_not_overlap() -> None:
    first = door.filters("ingest-1", shared=True)
    second = door.filters("ingest-2", shared=True)
    assert second == ["$share/hearthwatch/appliances/+/telemetry"]
    assert [each for each in first if each not in second] == [
        each for each in door.filters("ingest-1", shared=False) if "telemetry" not in each
    ]
