"""A door between a real broker and a real database, driven step by step."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from devices import appliance, dead_letter, telemetry, telemetry_table, watermark
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.dead_letter import DeadLetter
from devices.watermark import Tally
from ingest.dialects.native import Native
from ingest.ingester import Ingester
from ingest.instant import Span
from ingest.mqtt_source import MqttSource
from ingest.postgres_sink import PostgresSink
from ingest.validation import Validation
from runtime import broker, embedded_broker
from runtime.broker import BrokerAddress
from runtime.clock import SetClock
from storage.pool import Pool

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DEADLINE_S = 60.0
WORKER = "test-worker"
TEXT = {"en": "Text", "zh": "文字"}


@pytest.fixture
def cellar() -> Catalogue:
    """One small type, so that these tests do not hang on the shipped ones."""
    metric = {"title": TEXT, "unit": "°C", "kind": "gauge", "physical": {"low": -40, "high": 60}}
    code = {
        "title": TEXT,
        "severity": "high",
        "problem": "not_cooling",
        "self_help": {"en": ["Look."], "zh": ["看。"]},
        "causes": [TEXT],
        "skills": ["refrigeration"],
    }
    problem = {
        "title": TEXT,
        "severity": "high",
        "advice": TEXT,
        "causes": [TEXT],
        "skills": ["refrigeration"],
    }
    described = ApplianceType.model_validate(
        {
            "type": "cellar_fridge",
            "title": TEXT,
            "reports_every_s": 300,
            "silent_after_h": 6,
            "metrics": {
                "temp_c": metric,
                "door_open": {"title": TEXT, "unit": "", "kind": "state", "storage": "boolean"},
            },
            "problems": {"not_cooling": problem},
            "fault_codes": {"E1": code},
        }
    )
    return {described.type: described}


@dataclass
class Door:
    """The parts of an ingest process on one database, and what a test asks of them."""

    pool: Pool
    catalogue: Catalogue
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))

    def __post_init__(self) -> None:
        self.serial = f"CF-{uuid.uuid4().hex[:12]}"
        with self.pool.connection() as connection:
            telemetry_table.ensure(connection, self.catalogue)
            appliance.register(
                connection, [Registration(self.serial, "cellar_fridge")], NOW - timedelta(days=9)
            )

    def sink(self) -> PostgresSink:
        span = Span(datetime(2010, 1, 1, tzinfo=UTC), timedelta(days=1))
        validation = Validation(self.catalogue, [Native()], span)
        return PostgresSink(self.pool, self.catalogue, validation, self.clock, WORKER)

    def topic(self, subject: str = "telemetry") -> str:
        return f"appliances/{self.serial}/{subject}"

    def stored(self) -> int:
        with self.pool.connection() as connection:
            return telemetry.count(connection, "cellar_fridge")

    def tally(self) -> Tally:
        with self.pool.connection() as connection:
            return watermark.tally(connection)

    def letters(self) -> list[DeadLetter]:
        with self.pool.connection() as connection:
            return dead_letter.waiting(connection)


@dataclass
class Line:
    """A door that listens to a broker, and a device that publishes to it."""

    door: Door
    source: MqttSource
    ingester: Ingester
    address: BrokerAddress

    def publish(self, topic: str, *payloads: bytes) -> None:
        """Publish as a device, and wait until the broker has everything."""
        client = broker.client(self.address, f"device-{uuid.uuid4().hex}", persistent=False)
        client.connect(self.address.host, self.address.port)
        client.loop_start()
        try:
            for payload in payloads:
                client.publish(topic, payload, qos=1).wait_for_publish(DEADLINE_S)
        finally:
            client.disconnect()
            client.loop_stop()

    def pump(self, until: Callable[[], bool]) -> None:
        """Step the ingester until something holds."""
        deadline = time.monotonic() + DEADLINE_S
        while not until():
            assert time.monotonic() < deadline, (self.ingester.tally, self.door.letters())
            self.ingester.step()

    def pump_messages(self, number: int) -> None:
        """Step until so many messages were taken in."""
        self.pump(lambda: self.ingester.tally.received >= number)


@pytest.fixture
def door(database_pool: Pool, cellar: Catalogue) -> Door:
    return Door(database_pool, cellar)


@pytest.fixture(scope="session")
def quiet_broker_url() -> Iterator[str]:
    """A broker that nobody else publishes to: these tests listen to every appliance."""
    with embedded_broker.running() as url:
        yield url


@pytest.fixture
def line(door: Door, quiet_broker_url: str) -> Iterator[Line]:
    address = BrokerAddress.parse(quiet_broker_url)
    client_id = f"ingest-{uuid.uuid4().hex}"
    source = MqttSource(address, client_id, Native().filters, door.clock)
    ingester = Ingester(source, door.sink(), door.clock, idle_after_s=0)
    source.start()
    made = Line(door, source, ingester, address)
    try:
        made.pump(lambda: source.ready)
        yield made
    finally:
        source.close()
        forget(address, client_id)


def forget(address: BrokerAddress, client_id: str) -> None:
    """End the session, or the broker would keep messages for it."""
    client = broker.client(address, client_id, persistent=False)
    connected = threading.Event()
    client.on_connect = lambda *_told: connected.set()
    client.connect(address.host, address.port)
    client.loop_start()
    assert connected.wait(DEADLINE_S)
    client.disconnect()
    client.loop_stop()
