"""Several workers on a real Mosquitto: the readings are dealt out, and who dies comes back."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from devices import appliance, fault_event
from ingest import door, session, workers
from ingest.crew import WorkerEndedError
from ingest.restarting import Patience
from runtime.broker import BrokerAddress
from runtime.errors import InvalidError
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
    needs_mosquitto,
    parent,
    publish,
    register,
    settings_of,
    stored,
    taken_in,
    wait_until,
)

MESSAGES = 2000


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[BrokerAddress]:
    with real_broker.mosquitto(tmp_path, "max_queued_messages 20000") as address:
        yield address


def _process_id(name: str) -> int | None:
    found = [each.pid for each in multiprocessing.active_children() if each.name == name]
    return found[0] if found else None


@needs_mosquitto
def test_workers_share_the_readings_and_fewer_can_go_on_without_losing_any(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress, tmp_path: Path
) -> None:
    register(database_pool)
    settings = settings_of(database_url, mosquitto, tmp_path)
    event = b'{"ts": "2026-03-01T00:00:00Z", "code": "E1", "state": "raised"}'
    with Publisher(mosquitto, "device") as publisher:
        with crew(settings, 2):
            wait_until(lambda: taken_in(database_pool).keys() == {"ingest-1", "ingest-2"})
            publish(publisher, range(MESSAGES))
            publisher.publish(f"appliances/{SERIAL}/events", event)
            wait_until(lambda: sum(taken_in(database_pool).values()) == MESSAGES + 1)
            assert min(taken_in(database_pool).values()) > MESSAGES // 4
        assert session.exists(mosquitto, "hearthwatch-ingest-2")
        with crew(settings, 1):
            publish(publisher, range(MESSAGES, MESSAGES + 2))
            wait_until(lambda: stored(database_pool) == MESSAGES + 2)
    with database_pool.connection() as connection:
        device = appliance.get(connection, SERIAL)
        end = START + timedelta(days=1)
        assert len(fault_event.of_device(connection, device.id, START, end)) == 1


@needs_mosquitto
@pytest.mark.parametrize("number", [1, 2])
def test_a_worker_that_is_killed_comes_back_under_its_name_and_loses_nothing(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress, tmp_path: Path, number: int
) -> None:
    register(database_pool)
    last = f"ingest-{number}"
    with (
        crew(settings_of(database_url, mosquitto, tmp_path), number),
        Publisher(mosquitto, "device") as publisher,
    ):
        wait_until(lambda: len(taken_in(database_pool)) == number)
        publish(publisher, range(MESSAGES // 2))
        killed = _process_id(last)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        publish(publisher, range(MESSAGES // 2, MESSAGES))
        wait_until(lambda: _process_id(last) not in {None, killed})
        wait_until(lambda: stored(database_pool) == MESSAGES)
    assert real_broker.dead_letters(database_pool) == 0


@needs_mosquitto
def test_workers_end_when_their_parent_is_killed(
    database_url: str, database_pool: Pool, mosquitto: BrokerAddress, tmp_path: Path
) -> None:
    with parent(settings_of(database_url, mosquitto, tmp_path), 2) as process:
        wait_until(lambda: len(taken_in(database_pool)) == 2)
        before = _group(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait(DEADLINE_S)
        wait_until(lambda: _group(process.pid) == set())
    assert len(before) >= 3


def _group(leader: int) -> set[int]:
    """The processes of a group that are alive."""
    alive = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, group = path.read_text().rpartition(")")[2].split()[:3]
            if int(group) == leader and state != "Z":
                alive.add(int(path.parent.name))
    return alive


def test_a_worker_that_dies_again_and_again_ends_everything_and_is_named(
    database_url: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        settings = Settings(
            database_url=database_url,
            mqtt_url="mqtt://127.0.0.1:1",
            home=tmp_path,
            metrics_port=port - 2,
        )
        patience = Patience(most=2, within_s=3600, pauses_s=(0.0,))
        with pytest.raises(WorkerEndedError, match=r"ingest-1 ended 2 times .* status 1"):
            workers.run(settings, ["ingest-1"], Stop(), patience)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("options", [["--worker", "ingest-2"], ["--worker", "x", "--workers", "2"]])
def test_a_name_that_another_worker_may_have_is_refused(options: list[str]) -> None:
    refused = CliRunner().invoke(app, ["ingest", *options])
    assert isinstance(refused.exception, InvalidError)


def test_what_workers_subscribe_to_does_not_overlap() -> None:
    first = door.filters("ingest-1", shared=True)
    second = door.filters("ingest-2", shared=True)
    assert second == ["$share/hearthwatch/appliances/+/telemetry"]
    assert [each for each in first if each not in second] == [
        each for each in door.filters("ingest-1", shared=False) if "telemetry" not in each
    ]
