"""deploy/mosquitto/start: what comes before ingest has subscribed again is not dropped."""

from __future__ import annotations

import random
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ingest import door
from ingest.mqtt_source import MqttSource
from ingest.source import Message
from runtime.broker import BrokerAddress
from runtime.clock import WallClock
from simulator.publisher import Publisher
from tests.faults import parts
from tests.faults.waiting import DEADLINE_S, wait_until

SCRIPT = parts.ROOT / "deploy" / "mosquitto" / "start"
MESSAGES = 3
with_mosquitto = pytest.mark.skipif(parts.MOSQUITTO is None, reason="mosquitto is not installed")


@pytest.fixture
def address() -> tuple[str, int]:
    return parts.broker_address(random.Random())


@contextmanager
def _running(folder: Path, address: tuple[str, int]) -> Iterator[BrokerAddress]:
    broker = parts.broker(folder, address)
    broker.start()
    try:
        wait_until(lambda: _listens(address), "Mosquitto listens")
        yield BrokerAddress.parse("mqtt://{}:{}".format(*address))
    finally:
        broker.stop()


def _listens(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


@contextmanager
def _first_worker(address: BrokerAddress) -> Iterator[MqttSource]:
    wanted = door.filters(door.WORKER, shared=True)
    source = MqttSource(address, f"hearthwatch-{door.WORKER}", wanted, WallClock())
    source.start()
    with closing(source):
        yield source


def _taken(source: MqttSource, number: int) -> list[Message]:
    came: list[Message] = []

    def complete() -> bool:
        came.extend(source.take(1, 0.0))
        return len(came) == number

    wait_until(complete, "what was acknowledged comes")
    return came


@with_mosquitto
def test_readings_that_come_after_a_restart_wait_until_ingest_is_back(
    tmp_path: Path, address: tuple[str, int]
) -> None:
    with _running(tmp_path, address) as broker, _first_worker(broker) as source:
        wait_until(lambda: source.ready, "ingest has subscribed")
    with _running(tmp_path, address) as broker:
        with Publisher(broker, "appliance") as appliance:
            for number in range(MESSAGES):
                appliance.publish("appliances/RF-1/telemetry", b"%d" % number)
            assert appliance.drain(DEADLINE_S)
        with _first_worker(broker) as source:
            came = _taken(source, MESSAGES)
    assert [each.payload for each in came] == [b"0", b"1", b"2"]


def test_the_script_names_the_worker_and_the_share_that_ingest_has() -> None:
    told = dict(re.findall(r"^(client|topic)='?([^'\n]+)'?$", SCRIPT.read_text(), re.MULTILINE))
    share, *_ = door.filters(door.WORKER, shared=True)
    assert told == {"client": f"hearthwatch-{door.WORKER}", "topic": share}


@with_mosquitto
def test_what_a_broker_of_another_format_kept_is_left_as_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "mosquitto.db"
    kept.write_bytes(b"something else")
    configuration = tmp_path / "mosquitto.conf"
    # Mosquitto itself ends at the last line.
    configuration.write_text(f"persistence_location {tmp_path}/\nnonsense\n")
    done = subprocess.run(
        [str(SCRIPT), str(configuration)], capture_output=True, check=False, timeout=DEADLINE_S
    )
    assert done.returncode != 0
    assert b"not of format 6" in done.stderr
    assert kept.read_bytes() == b"something else"
