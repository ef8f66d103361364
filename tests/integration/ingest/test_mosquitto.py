"""A real Mosquitto: a worker killed in mid-stream loses nothing and stores nothing twice."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices import appliance, telemetry
from devices.appliance import Registration
from runtime.broker import BrokerAddress
from simulator.publisher import Publisher
from storage.pool import Pool
from tests.ports import free_port

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
START = datetime(2026, 3, 1, tzinfo=UTC)
MESSAGES = 3000
DEADLINE_S = 150.0
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.02)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[BrokerAddress]:
    port = free_port()
    configuration = tmp_path / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 20000\n"
    )
    with (tmp_path / "mosquitto.log").open("wb") as log:
        broker = subprocess.Popen([str(MOSQUITTO), "-c", configuration], stdout=log, stderr=log)
    try:
        with socket.socket() as probe:
            _wait_until(lambda: probe.connect_ex(("127.0.0.1", port)) in {0, 106})
        yield BrokerAddress.parse(f"mqtt://127.0.0.1:{port}")
    finally:
        broker.terminate()
        broker.wait(DEADLINE_S)


@contextmanager
def _ingest(database_url: str, address: BrokerAddress) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "ingest"],
        env={
            **os.environ,
            "HEARTHWATCH_DATABASE_URL": database_url,
            "HEARTHWATCH_MQTT_URL": f"mqtt://127.0.0.1:{address.port}",
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def _publish(publisher: Publisher, numbers: range) -> None:
    for number in numbers:
        millis = int((START + timedelta(seconds=number)).timestamp() * 1000)
        payload = b'{"ts": %d, "values": {"fridge_temp_c": %d}}' % (millis, number % 9)
        publisher.publish("appliances/RF-1/telemetry", payload)


def test_a_worker_that_is_killed_loses_nothing_and_stores_nothing_twice(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress
) -> None:
    with database_pool.connection() as connection:
        appliance.register(connection, [Registration("RF-1", "refrigerator")], START)

    def stored() -> int:
        with database_pool.connection() as connection:
            return telemetry.count(connection, "refrigerator")

    def announced() -> bool:
        with database_pool.connection() as connection:
            row = connection.execute("SELECT count(*) FROM hearthwatch.ingest_progress").fetchone()
            return row is not None and row[0] == 1

    with Publisher(mosquitto, "device") as publisher:
        with _ingest(database_url, mosquitto) as first:
            _wait_until(announced)
            _publish(publisher, range(MESSAGES // 2))
            _wait_until(lambda: stored() > 0)
            first.send_signal(signal.SIGKILL)
            first.wait(DEADLINE_S)
        _publish(publisher, range(MESSAGES // 2, MESSAGES))
        assert publisher.drain(DEADLINE_S)
        with _ingest(database_url, mosquitto):
            _wait_until(lambda: stored() == MESSAGES)
    with database_pool.connection() as connection:
        letters = connection.execute("SELECT count(*) FROM hearthwatch.dead_letters").fetchone()
    assert letters == (0,)
    assert stored() == MESSAGES
