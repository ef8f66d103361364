"""A real Mosquitto, workers on it, and what it says of itself."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices import appliance, telemetry
from devices.appliance import Registration
from ingest import workers
from runtime import broker
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator.publisher import Publisher
from storage.pool import Pool
from tests.ports import free_port

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
START = datetime(2026, 3, 1, tzinfo=UTC)
DEADLINE_S = 120.0
SERIAL = "RF-1"
SHARED = "$share/hearthwatch/appliances/+/telemetry"
PARENT = """
import sys
from ingest import workers
from runtime import settings
from runtime.stopping import Stop

workers.run(settings.load(), workers.names(int(sys.argv[1])), Stop())
"""
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


def wait_until(condition: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
    deadline = time.monotonic() + deadline_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.05)


@contextmanager
def mosquitto(folder: Path, *lines: str) -> Iterator[BrokerAddress]:
    """Mosquitto without persistence, with further lines of configuration."""
    address = BrokerAddress.parse(f"mqtt://127.0.0.1:{free_port()}")
    configuration = folder / "mosquitto.conf"
    fixed = (f"listener {address.port} 127.0.0.1", "allow_anonymous true", "sys_interval 1")
    configuration.write_text("\n".join((*fixed, *lines, "")))
    with (folder / "mosquitto.log").open("wb") as log:
        process = subprocess.Popen([str(MOSQUITTO), "-c", configuration], stdout=log, stderr=log)
    try:
        wait_until(lambda: _answers(address))
        yield address
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def _answers(address: BrokerAddress) -> bool:
    try:
        told(address, "version")
    except OSError:
        return False
    return True


def told(address: BrokerAddress, topic: str) -> str:
    """What the broker last said under `$SYS/broker/`."""
    heard: queue.SimpleQueue[str] = queue.SimpleQueue()
    client = broker.client(address, f"asking-{time.monotonic_ns()}", persistent=False)
    client.on_connect = lambda *_: client.subscribe(f"$SYS/broker/{topic}")
    client.on_message = lambda _client, _userdata, message: heard.put(message.payload.decode())
    client.connect(address.host, address.port)
    client.loop_start()
    try:
        return heard.get(timeout=DEADLINE_S)
    finally:
        client.disconnect()
        client.loop_stop()


def join(address: BrokerAddress, client_id: str) -> None:
    """Leave a session behind that is a member of the share group, as a worker does that dies."""
    client = broker.client(address, client_id, persistent=True)
    joined = threading.Event()
    client.on_connect = lambda *_: client.subscribe(SHARED, qos=1)
    client.on_subscribe = lambda *_: joined.set()
    client.connect(address.host, address.port)
    client.loop_start()
    assert joined.wait(DEADLINE_S)
    client.disconnect()
    client.loop_stop()


def settings_of(
    database_url: str, address: BrokerAddress, home: Path, *, spool_mb: float = 1024.0
) -> Settings:
    return Settings(
        database_url=database_url,
        mqtt_url=f"mqtt://127.0.0.1:{address.port}",
        home=home,
        idle_after_s=0,
        spool_mb=spool_mb,
    )


@contextmanager
def crew(settings: Settings, number: int) -> Iterator[None]:
    """What `hearthwatch ingest --workers N` runs, until the test has seen enough."""
    stop = Stop()
    thread = threading.Thread(target=workers.run, args=(settings, workers.names(number), stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


@contextmanager
def parent(settings: Settings, number: int) -> Iterator[subprocess.Popen[bytes]]:
    """The same in a process of its own, which in the end is killed with all its workers."""
    wanted = ("database_url", "mqtt_url", "home", "idle_after_s")
    environment = {f"HEARTHWATCH_{each.upper()}": str(getattr(settings, each)) for each in wanted}
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(number)],
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE_S)


def register(pool: Pool) -> None:
    with pool.connection() as connection:
        appliance.register(connection, [Registration(SERIAL, "refrigerator")], START)


def publish(publisher: Publisher, numbers: range) -> None:
    """A reading for each number, every one of another second."""
    for number in numbers:
        millis = int((START + timedelta(seconds=number)).timestamp() * 1000)
        payload = b'{"ts": %d, "values": {"fridge_temp_c": %d}}' % (millis, number % 9)
        publisher.publish(f"appliances/{SERIAL}/telemetry", payload)


def stored(pool: Pool) -> int:
    with pool.connection() as connection:
        return telemetry.count(connection, "refrigerator")


def taken_in(pool: Pool) -> dict[str, int]:
    """Messages by the worker that stored them."""
    with pool.connection() as connection:
        rows = connection.execute(
            "SELECT worker, received FROM hearthwatch.ingest_progress"
        ).fetchall()
    return {str(name): int(str(received)) for name, received in rows}


def dead_letters(pool: Pool) -> int:
    with pool.connection() as connection:
        row = connection.execute("SELECT count(*) FROM hearthwatch.dead_letters").fetchone()
    return int(str(row[0])) if row else 0
