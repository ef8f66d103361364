"""The ingest process as the command starts it: wired from settings, ended by a stop."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from devices import watermark
from devices.watermark import Tally
from ingest import door as process
from runtime import broker
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from tests.integration.ingest.conftest import DEADLINE_S, Door, forget

EVER = datetime(2000, 1, 1, tzinfo=UTC)
GOOD = b'{"ts": "2026-06-01T11:00:00Z", "values": {"temp_c": 4.5}}'


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def workers(door: Door) -> list[str]:
    with door.pool.connection() as connection:
        return watermark.workers(connection, EVER)


def test_the_process_says_when_it_is_ready_stores_what_comes_and_stops_when_asked(
    door: Door, database_url: str, quiet_broker_url: str
) -> None:
    worker = f"door-{uuid.uuid4().hex}"
    settings = Settings(database_url=database_url, mqtt_url=quiet_broker_url)
    address = BrokerAddress.parse(quiet_broker_url)
    stop, outcome = Stop(), list[Tally]()
    running = threading.Thread(
        target=lambda: outcome.append(process.run(settings, door.catalogue, stop, worker))
    )
    running.start()
    try:
        wait_until(lambda: workers(door) == [worker])
        device = broker.client(address, f"device-{uuid.uuid4().hex}", persistent=False)
        device.connect(address.host, address.port)
        device.loop_start()
        device.publish(door.topic(), GOOD, qos=1).wait_for_publish(DEADLINE_S)
        wait_until(lambda: door.stored() == 1)
        device.disconnect()
        device.loop_stop()
    finally:
        stop.set()
        running.join(DEADLINE_S)
        forget(address, f"hearthwatch-{worker}")
    assert outcome == [Tally(received=1, stored=1, readings=1)]
