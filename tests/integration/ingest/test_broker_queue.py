"""A database that does not answer, or slowly, never makes the broker the buffer.

Mosquitto has the bounds that are deployed. It never refuses a message: past them it acknowledges
it to the publisher and drops it in silence, as the first test shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ingest import door, orphan
from runtime.settings import Settings
from simulator.publisher import Publisher
from storage.pool import Pool
from tests.integration.ingest.real_broker import (
    DEADLINE_S,
    crew,
    dead_letters,
    join,
    mosquitto,
    needs_mosquitto,
    publish,
    register,
    settings_of,
    stored,
    taken_in,
    told,
    wait_until,
)

CONFIGURATION = Path(__file__).parents[3] / "deploy" / "mosquitto" / "mosquitto.conf"
BOUNDS = re.findall(
    r"^max_(?:inflight|queued)_messages \d+$", CONFIGURATION.read_text(), re.MULTILINE
)
MORE_THAN_A_SESSION_HOLDS = 70_000
FIRST = 2_000
pytestmark = needs_mosquitto


@contextmanager
def _locked(database_url: str) -> Iterator[None]:
    with psycopg.connect(database_url) as holder:
        holder.execute("LOCK TABLE telemetry.refrigerator IN ACCESS EXCLUSIVE MODE")
        yield
        holder.rollback()


@contextmanager
def _slow(database_url: str) -> Iterator[None]:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN PERFORM pg_sleep(4); RETURN NULL; END'"
        )
        owner.execute(
            "CREATE TRIGGER dawdle AFTER INSERT ON telemetry.refrigerator EXECUTE FUNCTION dawdle()"
        )
        yield
        owner.execute("DROP FUNCTION dawdle CASCADE")


HINDRANCES = {"locked": _locked, "slow": _slow}


def _bytes_on_disk(settings: Settings) -> int:
    folder = orphan.spool_folder(settings, door.WORKER)
    return sum(path.stat().st_size for path in folder.glob("*.spool"))


def test_a_session_that_nobody_empties_has_its_messages_dropped_in_silence(tmp_path: Path) -> None:
    with mosquitto(tmp_path, "max_queued_messages 400") as address:
        join(address, "nobody")
        with Publisher(address, "device") as publisher:
            publish(publisher, range(1000))
            assert publisher.drain(DEADLINE_S)
        wait_until(lambda: told(address, "publish/messages/dropped") == "600")


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_while_the_database_is_locked_or_slow_messages_go_to_disk_and_none_is_dropped(
    database_url: str, database_pool: Pool, tmp_path: Path, hindrance: str
) -> None:
    register(database_pool)
    with (
        mosquitto(tmp_path, *BOUNDS) as address,
        crew(settings := settings_of(database_url, address, tmp_path), 1),
        Publisher(address, "device", max_in_flight=1000) as publisher,
    ):
        wait_until(lambda: len(taken_in(database_pool)) == 1)
        with HINDRANCES[hindrance](database_url):
            publish(publisher, range(FIRST))
            wait_until(lambda: _bytes_on_disk(settings) > 0)
            publish(publisher, range(FIRST, MORE_THAN_A_SESSION_HOLDS))
            assert publisher.drain(DEADLINE_S)
        wait_until(lambda: stored(database_pool) == MORE_THAN_A_SESSION_HOLDS)
        assert told(address, "publish/messages/dropped") == "0"
    log = (tmp_path / "mosquitto.log").read_text()
    assert len(re.findall(r"New client connected .* as device ", log)) == 1
    assert dead_letters(database_pool) == 0


def test_at_the_spools_bound_messages_wait_at_the_broker_and_none_is_lost(
    database_url: str, database_pool: Pool, tmp_path: Path
) -> None:
    messages, spool_bytes = 20_000, 1024 * 1024
    register(database_pool)
    with (
        mosquitto(tmp_path, *BOUNDS) as address,
        crew(settings := settings_of(database_url, address, tmp_path, spool_mb=1), 1),
        Publisher(address, "device", max_in_flight=1000) as publisher,
    ):
        wait_until(lambda: len(taken_in(database_pool)) == 1)
        with _locked(database_url):
            publish(publisher, range(messages))
            assert publisher.drain(DEADLINE_S)
            # A batch is taken whole or not at all; what is not on disk waits at the broker. The
            # shortest record has 90 bytes.
            waiting = messages - spool_bytes // 90
            wait_until(lambda: int(told(address, "store/messages/count")) >= waiting)
            assert _bytes_on_disk(settings) <= spool_bytes
        wait_until(lambda: stored(database_pool) == messages)
        assert told(address, "publish/messages/dropped") == "0"
    assert dead_letters(database_pool) == 0
