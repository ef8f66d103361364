"""Workers that will not come back: what Mosquitto does with their share, and what we do."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from cli import doctor
from cli.doctor import Finding
from devices import watermark
from devices.catalogue.folder import Catalogue
from ingest import door, orphan, session, spooled
from ingest.source import Message
from ingest.spool import Spool
from runtime import broker
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator.publisher import Publisher
from storage.pool import Pool
from tests.integration.ingest import real_broker
from tests.integration.ingest.real_broker import (
    DEADLINE_S,
    SERIAL,
    START,
    crew,
    dead_letters,
    join,
    needs_mosquitto,
    parent,
    publish,
    register,
    settings_of,
    stored,
    taken_in,
    told,
    wait_until,
)

MESSAGES = 6000
pytestmark = needs_mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[BrokerAddress]:
    lines = ("max_queued_messages 20000", "max_inflight_messages 100")
    with real_broker.mosquitto(tmp_path, *lines) as address:
        yield address


def _waiting(address: BrokerAddress, client_id: str) -> list[bytes]:
    """What comes to a session that is taken up again, up to a first message that is new."""
    mark = uuid.uuid4().hex.encode()
    heard: list[bytes] = []
    complete = threading.Event()

    def on_message(_client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        heard.append(message.payload)
        if message.payload == mark:
            complete.set()

    client = broker.client(address, client_id, persistent=True)
    client.on_connect = lambda *_: client.subscribe("mark", qos=1)
    client.on_subscribe = lambda *_: client.publish("mark", mark, qos=1)
    client.on_message = on_message
    client.connect(address.host, address.port)
    client.loop_start()
    assert complete.wait(DEADLINE_S)
    client.disconnect()
    client.loop_stop()
    return heard[:-1]


def test_a_member_that_is_gone_goes_on_collecting_its_share_for_nobody(
    mosquitto: BrokerAddress,
) -> None:
    for name in ("stays", "goes"):
        join(mosquitto, name)
    with Publisher(mosquitto, "device") as publisher:
        publish(publisher, range(100))
        assert publisher.drain(DEADLINE_S)
    assert len(_waiting(mosquitto, "stays")) == 50
    assert len(_waiting(mosquitto, "goes")) == 50


def test_after_all_of_three_workers_are_killed_one_stores_everything_and_ends_their_sessions(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress, tmp_path: Path
) -> None:
    register(database_pool)
    settings = settings_of(database_url, mosquitto, tmp_path)
    with Publisher(mosquitto, "device") as publisher:
        with parent(settings, 3):
            wait_until(lambda: len(taken_in(database_pool)) == 3)
            publish(publisher, range(MESSAGES // 2))
            wait_until(lambda: stored(database_pool) > 0)
        publish(publisher, range(MESSAGES // 2, MESSAGES))
        assert publisher.drain(DEADLINE_S)
        assert stored(database_pool) < MESSAGES
        with crew(settings, 1):
            wait_until(lambda: stored(database_pool) == MESSAGES)
            # The device and the worker: the broker knows nobody else.
            wait_until(lambda: int(told(mosquitto, "clients/total")) <= 2)
            publish(publisher, range(MESSAGES, MESSAGES + 10))
            wait_until(lambda: stored(database_pool) == MESSAGES + 10)
    assert [session.exists(mosquitto, f"hearthwatch-ingest-{each}") for each in (1, 2, 3)] == [
        True,
        False,
        False,
    ]
    assert dead_letters(database_pool) == 0


def test_what_a_worker_that_is_gone_has_on_disk_is_stored_too(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress, tmp_path: Path
) -> None:
    register(database_pool)
    settings = settings_of(database_url, mosquitto, tmp_path)
    payload = b'{"ts": "2026-03-01T00:00:00Z", "values": {"fridge_temp_c": 4}}'
    message = Message(f"appliances/{SERIAL}/telemetry", payload, START)
    with Spool(orphan.spool_folder(settings, "ingest-3"), 1_000_000) as spool:
        spool.append([spooled.packed(message)])
    with crew(settings, 1):
        wait_until(lambda: stored(database_pool) == 1)


def test_a_session_that_nobody_noted_is_found_and_one_that_is_not_there_is_not_made(
    database_url: str, mosquitto: BrokerAddress, tmp_path: Path
) -> None:
    settings = settings_of(database_url, mosquitto, tmp_path)
    join(mosquitto, "hearthwatch-ingest-4")
    assert orphan.find(settings, 2) == ["ingest-4"]
    assert orphan.find(settings, 2) == ["ingest-4"]
    session.end(mosquitto, "hearthwatch-ingest-4")
    assert orphan.find(settings, 2) == []


def test_a_retirement_that_is_stopped_leaves_the_rest_for_the_next_one(
    database_url: str,
    database_pool: Pool,
    mosquitto: BrokerAddress,
    catalogue: Catalogue,
    tmp_path: Path,
) -> None:
    register(database_pool)
    settings = settings_of(database_url, mosquitto, tmp_path)
    join(mosquitto, "hearthwatch-mill")
    with Publisher(mosquitto, "device") as publisher:
        publish(publisher, range(1000))
        assert publisher.drain(DEADLINE_S)
    stopped = Stop()
    stopped.set()
    door.retire(settings, catalogue, stopped, "mill")
    assert session.exists(mosquitto, "hearthwatch-mill")
    door.retire(settings, catalogue, Stop(), "mill")
    assert not session.exists(mosquitto, "hearthwatch-mill")
    assert stored(database_pool) == 1000


def test_the_doctor_finds_an_orphaned_session_and_asks_for_nobody_who_is_at_work(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress, tmp_path: Path
) -> None:
    for name in ("gone", "at-work"):
        join(mosquitto, f"hearthwatch-{name}")
    with database_pool.connection() as connection:
        for name in ("gone", "gone-and-retired", "at-work"):
            watermark.advance(connection, name, None)
        connection.execute(
            "UPDATE hearthwatch.ingest_progress SET updated_at = now() - INTERVAL '3 minutes' "
            "WHERE worker <> 'at-work'"
        )
    settings = Settings(
        database_url=database_url, mqtt_url=f"mqtt://127.0.0.1:{mosquitto.port}", home=tmp_path
    )
    found = _orphans_by_doctor(settings)
    assert not found.healthy
    assert "for gone," in found.detail
    session.end(mosquitto, "hearthwatch-gone")
    assert _orphans_by_doctor(settings).detail == "none of 2 workers that are gone has one"


def _orphans_by_doctor(settings: Settings) -> Finding:
    return {each.what: each for each in doctor.examine(settings)}["orphaned sessions"]
