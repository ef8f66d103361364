"""Recorded data through a real broker into a real database, with the makers' own types."""

from __future__ import annotations

import gzip
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import alert
from alerts.alert import Finding
from alerts.evidence import Evidence
from devices import appliance, fault_event, telemetry, telemetry_table, watermark
from devices.appliance import Registration
from devices.catalogue import folder
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from ingest import door
from runtime import embedded_broker
from runtime.broker import BrokerAddress
from runtime.errors import ConfigurationError
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator import mapping, recorded, replay
from simulator.mapping import Plan
from simulator.publisher import Publisher
from simulator.recorded import Span
from simulator.replay import Sent
from storage.pool import Connection, Pool
from tickets import opening

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
DEADLINE_S = 60.0
TELEMETRY = """\
datetime,machineID,volt,rotate,pressure,vibration
2015-01-30 23:00:00,1,170.5,440,100,40
2015-01-31 00:00:00,1,171.5,441,101,41
2015-01-31 00:00:00,2,172.5,442,102,42
"""
ERRORS = "datetime,machineID,errorID\n2015-01-31 00:00:00,2,error3\n"
FAILURES = "datetime,machineID,failure\n2015-01-31 06:00:00,2,comp2\n"


@pytest.fixture(scope="module")
def makers() -> Catalogue:
    """The shipped types and those of the examples."""
    return folder.load([EXAMPLES / "azure_pdm" / "types", EXAMPLES / "blood_fridge" / "types"])


@pytest.fixture
def plan(tmp_path: Path, makers: Catalogue) -> Plan:
    """The example's mapping over two machines and two hours."""
    (tmp_path / "azure_pdm").mkdir()
    (tmp_path / "azure_pdm" / "PdM_telemetry_20m90d.csv.gz").write_bytes(_gzipped(TELEMETRY))
    (tmp_path / "azure_pdm" / "PdM_errors_20m90d.csv").write_text(ERRORS)
    (tmp_path / "azure_pdm" / "PdM_failures_20m90d.csv").write_text(FAILURES)
    return mapping.load(EXAMPLES / "azure_pdm" / "replay.yaml", makers, tmp_path)


def _gzipped(text: str) -> bytes:
    return gzip.compress(text.encode())


@contextmanager
def ingesting(database_url: str, broker_url: str, makers: Catalogue) -> Iterator[None]:
    """A door that takes messages in meanwhile."""
    settings = Settings(database_url=database_url, mqtt_url=broker_url, idle_after_s=0)
    stop = Stop()
    worker = f"replay-{uuid.uuid4().hex}"
    thread = threading.Thread(target=door.run, args=(settings, makers, stop, worker))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_until_received(pool: Pool, messages: int | None) -> None:
    """Wait for so many messages, or, for None, until the door is subscribed."""
    stop, waited = Stop(), 0.0
    while waited < DEADLINE_S:
        with pool.connection() as connection:
            if messages is None:
                done = bool(watermark.workers(connection, datetime(2000, 1, 1, tzinfo=UTC)))
            else:
                done = watermark.tally(connection).received >= messages
        if done:
            return
        stop.wait(0.05)
        waited += 0.05
    pytest.fail(f"not received in {DEADLINE_S} s: {messages}")


@pytest.fixture
def publisher(broker_url: str) -> Iterator[Publisher]:
    with Publisher(BrokerAddress.parse(broker_url), f"replay-{uuid.uuid4().hex}") as opened:
        yield opened


def test_a_recording_is_stored_row_by_row_and_its_failures_stay_untold(
    plan: Plan, makers: Catalogue, database_url: str, database_pool: Pool
) -> None:
    with database_pool.connection() as connection:
        telemetry_table.ensure(connection, makers)
        assert replay.register(connection, plan, datetime(2015, 1, 1, tzinfo=UTC)) == 2
    with embedded_broker.running() as url, ingesting(database_url, url, makers):
        wait_until_received(database_pool, None)
        with Publisher(BrokerAddress.parse(url), "replay") as publisher:
            sent = replay.publish(plan, publisher)
        wait_until_received(database_pool, sent.messages)
    assert (sent.messages, sent.readings, sent.events) == (4, 3, 1)
    with database_pool.connection() as connection:
        tally = watermark.tally(connection)
        machine = appliance.get(connection, "PDM-2")
        stored = telemetry.between(
            connection,
            plan.description,
            machine.id,
            datetime(2015, 1, 1, tzinfo=UTC),
            datetime(2015, 3, 1, tzinfo=UTC),
        )
        (event,) = fault_event.claim_unjudged(connection)
    assert (tally.received, tally.stored, tally.dead_lettered) == (4, 4, 0)
    assert stored["voltage_v"].tolist() == [172.5]
    assert (event.device_id, event.code, event.state) == (machine.id, "error3", "raised")


def test_the_training_part_can_be_published_alone(plan: Plan, publisher: Publisher) -> None:
    history = replay.publish(plan, publisher, until=plan.mapping.train_until)
    rest = replay.publish(plan, publisher, since=plan.mapping.train_until)
    assert (history.messages, rest.messages) == (1, 3)
    assert history.last_at == datetime(2015, 1, 30, 23, tzinfo=UTC)
    assert rest.first_at == plan.mapping.train_until


def test_no_more_than_the_limit_is_published(plan: Plan, publisher: Publisher) -> None:
    told: list[Sent] = []
    assert replay.publish(plan, publisher, limit=2, on_progress=told.append).messages == 2
    assert publisher.published == 2
    assert told[-1].messages == 2


def test_a_replay_at_recorded_speed_waits_between_rows_and_ends_when_told(
    plan: Plan, publisher: Publisher
) -> None:
    stop = Stop()
    sent: list[Sent] = []
    thread = threading.Thread(
        target=lambda: sent.append(replay.publish(plan, publisher, speed=1.0, stop=stop))
    )
    thread.start()
    assert _published(publisher, 1)
    stop.set()
    thread.join(DEADLINE_S)
    assert sent[0].messages == 1  # the second row is an hour away


def _published(publisher: Publisher, messages: int) -> bool:
    stop, waited = Stop(), 0.0
    while publisher.published < messages and waited < DEADLINE_S:
        stop.wait(0.02)
        waited += 0.02
    return publisher.published >= messages


def test_an_appliance_of_another_type_is_not_taken_over(plan: Plan, connection: Connection) -> None:
    at = datetime(2015, 1, 1, tzinfo=UTC)
    appliance.register(connection, [Registration("PDM-1", "refrigerator")], at)
    with pytest.raises(ConfigurationError, match="PDM-1 is registered as refrigerator"):
        replay.register(connection, plan, at)


def test_tickets_are_compared_with_the_recorded_failures(
    plan: Plan, makers: Catalogue, connection: Connection
) -> None:
    start = datetime(2015, 1, 31, tzinfo=UTC)
    replay.register(connection, plan, start)
    machine = appliance.get(connection, "PDM-2")
    found = [
        Finding(
            device_id=machine.id,
            problem=problem,
            signal=signal,
            at=start + timedelta(hours=hours),
            fires=True,
            severity=Severity.MEDIUM,
            evidence=Evidence(kind="code", source="test", since=start, until=start),
        )
        # An anomaly of an hour is known an hour later: too late for the failure at six.
        for problem, signal, hours in [
            ("error_shown", "code:error3", 1),
            ("rotation_abnormal", "anomaly:rotation_rpm", 5),
        ]
    ]
    opening.follow(connection, makers, alert.record(connection, found))
    span = Span(start, start + timedelta(days=2), ("PDM-1", "PDM-2"))
    day, week = recorded.score(connection, plan, span)
    assert recorded.counts(connection, span.serials) == (2, 2)
    assert (day.within_h, day.failures, day.failures_warned) == (24.0, 1, 1)
    assert (day.tickets, day.false_tickets, day.median_notice_h) == (2, 1, 5.0)
    assert week.within_h == 168.0


def test_both_examples_describe_a_valid_type_of_their_own(makers: Catalogue) -> None:
    assert {"industrial_machine", "laboratory_refrigerator"} <= set(makers)
