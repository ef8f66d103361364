"""The database is stopped while appliances report: messages wait on disk, and then are stored."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devices import appliance, telemetry, telemetry_table, watermark
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from ingest import door
from ingest.spool import Spool
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator.publisher import Publisher
from storage import embedded, migration, pool
from tests.integration.ingest.conftest import forget

START = datetime(2026, 3, 1, tzinfo=UTC)
DEADLINE_S = 60.0
MOST_BYTES = 10_000_000


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.05)


def _publish(publisher: Publisher, numbers: range) -> None:
    for number in numbers:
        millis = int((START + timedelta(seconds=number)).timestamp() * 1000)
        payload = b'{"ts": %d, "values": {"fridge_temp_c": %d}}' % (millis, number % 9)
        publisher.publish("appliances/RF-1/telemetry", payload)
    assert publisher.drain(DEADLINE_S)


def _spooled(folder: Path, scratch: Path) -> int:
    """How many messages wait, as a reader of a copy sees it."""
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(folder, scratch)
    return Spool(scratch, MOST_BYTES).records


def test_messages_that_come_while_the_database_is_stopped_are_stored_when_it_is_back(
    tmp_path: Path, catalogue: Catalogue, quiet_broker_url: str
) -> None:
    folder = tmp_path / "postgres"
    worker = f"away-{uuid.uuid4().hex}"
    address = BrokerAddress.parse(quiet_broker_url)
    with embedded.running(folder) as url:
        with pool.connect(url) as connection:
            migration.migrate(connection)
            telemetry_table.ensure(connection, catalogue)
            appliance.register(connection, [Registration("RF-1", "refrigerator")], START)
        settings = Settings(database_url=url, mqtt_url=quiet_broker_url, home=tmp_path / "home")
        asked_at, stop = clock.WallClock().now(), Stop()
        running = threading.Thread(target=door.run, args=(settings, catalogue, stop, worker))
        running.start()

        def stored() -> int:
            with pool.connect(url) as connection:
                return telemetry.count(connection, "refrigerator")

        def subscribed() -> bool:
            with pool.connect(url) as connection:
                return watermark.workers(connection, asked_at) == [worker]

        try:
            _wait_until(subscribed)
            with Publisher(address, f"fridge-{uuid.uuid4().hex}") as publisher:
                _publish(publisher, range(100))
                _wait_until(lambda: stored() == 100)
                server = embedded._server(folder)
                server.stop()
                _publish(publisher, range(100, 400))
                spool = tmp_path / "home" / "spool" / worker
                _wait_until(lambda: _spooled(spool, tmp_path / "copy") == 300)
                server.ensure_postgres_running()
                _publish(publisher, range(400, 450))
                _wait_until(lambda: stored() == 450)
        finally:
            stop.set()
            running.join(DEADLINE_S)
            forget(address, f"hearthwatch-{worker}")
        assert Spool(spool, MOST_BYTES).records == 0
        with pool.connect(url) as connection:
            tally = watermark.tally(connection)
        assert (tally.received, tally.stored, tally.readings) == (450, 450, 450)
