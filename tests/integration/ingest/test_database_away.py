"""The database is away while appliances report: messages wait on disk, and are stored in order.

`python -m tests.long.database_away` tries the same for ten minutes.
"""

from __future__ import annotations

import os
import tempfile
import threading
import uuid
from pathlib import Path

import psycopg
import pytest

from devices import appliance, telemetry, telemetry_table
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from ingest import door
from ingest.spool import Spool
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator.publisher import Publisher
from storage import migration, pool
from tests.integration.ingest.conftest import forget
from tests.long import database_away, outage, parts
from tests.long.database_away import START, Outcome, Trial
from tests.long.outage import CannotError
from tests.long.parts import DEADLINE_S, wait_until

FULL = "HEARTHWATCH_TEST_FULL" in os.environ
needs_mosquitto = pytest.mark.skipif(
    parts.MOSQUITTO is None and not FULL, reason="mosquitto is not installed"
)
pytestmark = pytest.mark.timeout(900)
MOST_BYTES = 10_000_000


def _tried(trial: Trial) -> Outcome:
    # Not in pytest's folder: that is shut to the user whom PostgreSQL runs as.
    try:
        with tempfile.TemporaryDirectory(prefix="hearthwatch-test-") as folder:
            return database_away.run(trial, Path(folder))
    except CannotError as error:
        (pytest.fail if FULL else pytest.skip)(str(error))


def _assert_nothing_is_lost(outcome: Outcome) -> None:
    assert outcome.acknowledged == outcome.sent == outcome.stored
    assert (outcome.lost, outcome.twice, outcome.dead_lettered) == (0, 0, 0)


@needs_mosquitto
@pytest.mark.parametrize("mode", outage.MODES)
def test_what_comes_while_the_database_is_away_is_stored_once_and_in_order(mode: str) -> None:
    outcome = _tried(Trial(mode, away_s=6.0, rate=1000, around_s=1.0))
    _assert_nothing_is_lost(outcome)
    assert outcome.out_of_order == 0
    assert outcome.most_spooled > 0
    assert {"ready", "degraded"} <= {*outcome.said}


@needs_mosquitto
def test_a_spool_at_its_bound_leaves_the_rest_to_the_broker_and_loses_nothing() -> None:
    outcome = _tried(Trial("stopped", 4.0, 500, around_s=1.0, spool_mb=0.05, until="dead"))
    _assert_nothing_is_lost(outcome)
    assert outcome.most_spooled < outcome.sent // 2
    assert "dead" in outcome.said


def test_messages_wait_for_a_database_that_nobody_has_migrated_yet(
    tmp_path: Path, server_url: str, catalogue: Catalogue, quiet_broker_url: str
) -> None:
    worker, stop = f"early-{uuid.uuid4().hex}", Stop()
    name = f"empty_{uuid.uuid4().hex}"
    url = psycopg.conninfo.make_conninfo(server_url, dbname=name)
    settings = Settings(database_url=url, mqtt_url=quiet_broker_url, home=tmp_path)
    address = BrokerAddress.parse(quiet_broker_url)
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        running = threading.Thread(target=door.run, args=(settings, catalogue, stop, worker))
        running.start()
        try:
            with Publisher(address, f"fridge-{uuid.uuid4().hex}") as publisher:
                _publish_until_some_wait(publisher, tmp_path / "spool" / worker)
            with pool.connect(url) as connection:
                migration.migrate(connection)
                appliance.register(connection, [Registration("RF-1", "refrigerator")], START)
            with pool.connect(url) as connection:
                telemetry_table.ensure(connection, catalogue)
            wait_until(lambda: _stored(url) > 0)
        finally:
            stop.set()
            running.join(DEADLINE_S)
            forget(address, f"hearthwatch-{worker}")
        with Spool(tmp_path / "spool" / worker, MOST_BYTES) as spool:
            assert spool.records == 0
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _publish_until_some_wait(publisher: Publisher, folder: Path) -> None:
    """Nothing else tells when ingest has subscribed, for there is no database."""

    def some_wait() -> bool:
        millis = int(START.timestamp() * 1000)
        payload = b'{"ts": %d, "values": {"fridge_temp_c": 4}}' % millis
        publisher.publish("appliances/RF-1/telemetry", payload)
        assert publisher.drain(DEADLINE_S)
        return any(path.stat().st_size for path in folder.glob("*.spool"))

    wait_until(some_wait)


def _stored(url: str) -> int:
    with pool.connect(url) as connection:
        return telemetry.count(connection, "refrigerator")
