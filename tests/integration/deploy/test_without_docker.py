"""The deployed configuration does what it promises: TLS, secrets, rights, storage."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from devices import appliance, credentials
from devices.appliance import Registration
from storage import pool
from tests.integration.deploy.device import Device, device
from tests.integration.deploy.stack import DEADLINE_S, MOSQUITTO, Stack, listens, wait_until

START = datetime(2026, 3, 1, tzinfo=UTC)
SERIALS = ("RF-1", "RF-2", "RF-3", "RF-4")
SUCCESS = "Success"
REFUSED = "Not authorized"
pytestmark = pytest.mark.skipif(
    (MOSQUITTO is None or shutil.which("openssl") is None)
    and "HEARTHWATCH_TEST_FULL" not in os.environ,
    reason="mosquitto or openssl is not installed",
)


@pytest.fixture(scope="module")
def secrets(module_database_url: str) -> dict[str, str]:
    """Four appliances on record, and the secret that each was given."""
    with pool.connect(module_database_url) as connection:
        registrations = [Registration(serial, "refrigerator") for serial in SERIALS]
        appliance.register(connection, registrations, START)
        issued = credentials.issue(connection, SERIALS, START)
    return {each.serial: each.secret for each in issued}


@pytest.fixture(scope="module")
def stack(
    module_database_url: str, secrets: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Every long-running process of the platform, and its broker."""
    assert secrets
    made = Stack(tmp_path_factory.mktemp("installation"), module_database_url)
    made.run("credentials")
    with ExitStack() as running:
        running.enter_context(made.brokered())
        for service in ("ingest", "watch", "work", "serve"):
            running.enter_context(made.running(service))
        workers = "SELECT count(*) FROM hearthwatch.ingest_progress"
        wait_until(lambda: _one(module_database_url, workers) == 2)
        for port in (made.ports.serve, *range(made.ports.metrics, made.ports.metrics + 4)):
            wait_until(partial(listens, port))
        yield made


@pytest.fixture
def entering(stack: Stack, secrets: dict[str, str]) -> Iterator[Callable[..., Device]]:
    """Lets an appliance in with its own secret, and out after the test."""
    with ExitStack() as inside:

        def enter(serial: str, client_id: str | None = None) -> Device:
            made = inside.enter_context(
                device(serial, secrets[serial], authority=stack.authority, client_id=client_id)
            )
            assert made.enter(stack.ports.tls) == SUCCESS
            return made

        yield enter


def _answer(stack: Stack, user: str, secret: str | None) -> str:
    """What the broker says to this name and secret."""
    with device(user, secret, authority=stack.authority) as stranger:
        return stranger.enter(stack.ports.tls)


def _read(path: Path) -> dict[str, str]:
    with path.open() as lines:
        return {row["serial"]: row["secret"] for row in csv.DictReader(lines)}


def _one(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def _stored(stack: Stack, serial: str, second: int) -> bool:
    return bool(
        _one(
            stack.secrets["hearthwatch_database_url"],
            "SELECT count(*) FROM telemetry.refrigerator AS reading "
            "JOIN hearthwatch.appliances AS owner ON owner.id = reading.device_id "
            f"WHERE owner.serial = '{serial}' "
            f"AND reading.time = to_timestamp({START.timestamp() + second})",
        )
    )


def _reading(second: int) -> bytes:
    return b'{"ts": %d, "values": {"fridge_temp_c": 4}}' % (1000 * (START.timestamp() + second))


def test_a_reading_over_tls_with_the_appliances_own_secret_is_stored(
    stack: Stack, entering: Callable[..., Device]
) -> None:
    assert entering("RF-1").publish("appliances/RF-1/telemetry", _reading(1)) == SUCCESS
    wait_until(partial(_stored, stack, "RF-1", 1))


def test_an_appliance_cannot_write_under_anothers_name(
    stack: Stack, entering: Callable[..., Device]
) -> None:
    intruder = entering("RF-1")
    for topic in ("telemetry", "events", "presence", "commands/7/reply"):
        assert intruder.publish(f"appliances/RF-2/{topic}", _reading(2)) == REFUSED
    assert intruder.publish("appliances/RF-1/commands", b"{}") == REFUSED
    # What was let through would have come before this one.
    assert intruder.publish("appliances/RF-1/telemetry", _reading(2)) == SUCCESS
    wait_until(partial(_stored, stack, "RF-1", 2))
    assert not _stored(stack, "RF-2", 2)


def test_an_appliance_hears_its_own_commands_alone(
    stack: Stack, entering: Callable[..., Device]
) -> None:
    listener = entering("RF-1")
    listener.subscribe("appliances/#")
    with device("serve", stack.password("serve")) as serve:
        assert serve.enter(stack.ports.plain) == SUCCESS
        for serial in ("RF-2", "RF-1"):
            assert serve.publish(f"appliances/{serial}/commands", b"{}") == SUCCESS
        assert serve.publish("appliances/RF-1/telemetry", b"{}") == REFUSED
    assert listener.hear() == "appliances/RF-1/commands"


@pytest.mark.parametrize(
    ("user", "secret"),
    [("RF-1", "guessed"), ("RF-1", None), ("RF-1", ""), ("RF-9", "guessed"), ("ingest", "guessed")],
)
def test_a_wrong_name_or_secret_is_refused(stack: Stack, user: str, secret: str | None) -> None:
    assert _answer(stack, user, secret) == REFUSED


def test_another_appliances_secret_is_refused(stack: Stack, secrets: dict[str, str]) -> None:
    assert _answer(stack, "RF-1", secrets["RF-2"]) == REFUSED


def test_a_client_id_that_is_anothers_pushes_nobody_out(entering: Callable[..., Device]) -> None:
    owner = entering("RF-1")
    entering("RF-2", client_id="RF-1")
    assert owner.publish("appliances/RF-1/presence", b'{"state": "online"}') == SUCCESS
    assert owner.left.empty()


def test_a_message_beyond_the_bound_cuts_its_sender_off_and_nobody_else(
    entering: Callable[..., Device],
) -> None:
    loud, quiet = entering("RF-1"), entering("RF-2")
    loud.client.publish("appliances/RF-1/telemetry", b"x" * 1_100_000, qos=1)
    assert loud.left.get(timeout=DEADLINE_S)
    assert quiet.publish("appliances/RF-2/presence", b'{"state": "online"}') == SUCCESS


def test_after_a_reload_a_replaced_secret_and_a_revoked_one_are_refused(
    stack: Stack, secrets: dict[str, str], entering: Callable[..., Device]
) -> None:
    replaced, revoked = entering("RF-3"), entering("RF-4")
    fresh = stack.folder / "fresh.csv"
    stack.run("operator", "credentials", "issue", "RF-3", "--to", str(fresh))
    with pool.connect(stack.secrets["hearthwatch_database_url"]) as connection:
        assert credentials.revoke(connection, ["RF-4"], START) == 1
    stack.run("credentials")
    stack.reload()
    assert replaced.left.get(timeout=DEADLINE_S)
    assert revoked.left.get(timeout=DEADLINE_S)
    told = [
        _answer(stack, "RF-3", secrets["RF-3"]),
        _answer(stack, "RF-3", _read(fresh)["RF-3"]),
        _answer(stack, "RF-4", secrets["RF-4"]),
    ]
    assert told == [REFUSED, SUCCESS, REFUSED]


def test_ingest_may_share_what_it_reads(stack: Stack, entering: Callable[..., Device]) -> None:
    with device("ingest", stack.password("ingest"), client_id="second") as member:
        assert member.enter(stack.ports.plain) == SUCCESS
        # Not the group of the workers, who would get most of it.
        member.subscribe("$share/others/appliances/+/telemetry")
        entering("RF-2").publish("appliances/RF-2/telemetry", _reading(3))
        assert member.hear() == "appliances/RF-2/telemetry"
        assert member.publish("appliances/RF-2/telemetry", _reading(4)) == REFUSED


def test_the_processes_tell_how_they_are(stack: Stack, entering: Callable[..., Device]) -> None:
    talking = entering("RF-2")
    for second in range(5, 15):
        talking.publish("appliances/RF-2/telemetry", _reading(second))
    for second in range(5, 15):
        wait_until(partial(_stored, stack, "RF-2", second))
    with httpx.Client(trust_env=False, timeout=DEADLINE_S) as client:
        ready = client.get(f"http://127.0.0.1:{stack.ports.serve}/readyz")
        watch, _, *workers = (
            f"http://127.0.0.1:{stack.ports.metrics + each}/metrics" for each in range(4)
        )
        # The broker deals the readings out: each of them has had some, and counts them soon.
        counted = 'hearthwatch_ingest_readings_stored_total{type="refrigerator"}'
        wait_until(lambda: all(counted in client.get(each).text for each in workers))
        wait_until(lambda: "hearthwatch_watch_step_seconds_count" in client.get(watch).text)
    assert (ready.status_code, ready.json()["reasons"]) == (200, [])
