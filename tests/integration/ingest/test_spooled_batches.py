"""What waited on disk goes the way of all messages, and a disk that is full keeps what it has."""

from __future__ import annotations

import errno
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from devices import appliance
from devices.appliance import Registration
from devices.watermark import Tally
from ingest import spooled
from ingest.migrated_sink import MigratedSink
from ingest.reason import Reason
from ingest.sink import SinkAwayError
from ingest.source import Message
from ingest.spool import Spool
from ingest.spooling_sink import SpoolingSink
from storage import pool
from storage.own_connection import OwnConnection
from tests.integration.ingest.conftest import DEADLINE_S, NOW, Door
from tests.long import outage
from tests.long.outage import CannotError

MOST_BYTES = 10_000_000
DISK_BYTES = 256 * 1024
RECORD = b"x" * 10_000
POISON = b'{"ts": "2026-06-01T11:59:59Z", "values": {"temp_c": 4, "nul\\u0000": 1}}'
"""Valid for us, and not for the database."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk that is soon full."""
    folder = tmp_path / "disk"
    try:
        with outage.small_disk(folder, DISK_BYTES):
            yield folder / "spool"
    except CannotError as error:
        (pytest.fail if "HEARTHWATCH_TEST_FULL" in os.environ else pytest.skip)(str(error))


def _fill(spool: Spool) -> int:
    """Append until the disk is full; how many records it took."""
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        _append(spool, 2 * DISK_BYTES)
    return spool.records


def _append(spool: Spool, size_bytes: int) -> None:
    while spool.size_bytes < size_bytes:
        spool.append([RECORD])


def test_a_full_disk_takes_nothing_more_and_keeps_what_it_promised(small_disk: Path) -> None:
    with Spool(small_disk, MOST_BYTES, segment_bytes=50_000) as spool:
        taken = _fill(spool)
        assert taken > 10
        for _ in range(2):
            with pytest.raises(OSError, match="No space left"):
                spool.append([RECORD])
        assert spool.records == taken
    with Spool(small_disk, MOST_BYTES, segment_bytes=50_000) as spool:
        assert spool.oldest(taken + 1).records == [RECORD] * taken


def test_a_full_disk_recovers_as_it_is_drained(small_disk: Path) -> None:
    with Spool(small_disk, MOST_BYTES, segment_bytes=50_000) as spool:
        taken = _fill(spool)
        spool.drop(spool.oldest(taken // 2))
        spool.append([b"new"])
        rest = spool.oldest(taken)
        assert rest.records == [RECORD] * (taken - taken // 2) + [b"new"]
        spool.drop(rest)
        assert (spool.records, spool.size_bytes) == (0, 0)


def _readings(number: int) -> list[bytes]:
    return [
        b'{"ts": "2026-06-01T11:%02d:%02dZ", "values": {"temp_c": 4.5}}' % divmod(each, 60)
        for each in range(number)
    ]


def test_one_bad_row_in_what_waited_is_put_aside_and_the_others_are_stored(
    door: Door, tmp_path: Path
) -> None:
    payloads = _readings(300)
    payloads.insert(211, POISON)
    with Spool(tmp_path / "spool", MOST_BYTES) as spool:
        spool.append([spooled.packed(Message(door.topic(), each, NOW)) for each in payloads])
        with closing(SpoolingSink(door.sink(), spool)) as sink:
            tally = _drained(sink)
    assert door.stored() == 300
    assert (tally.received, tally.stored, tally.dead_lettered) == (301, 300, 1)
    (letter,) = door.letters()
    assert (letter.reason, letter.payload) == (Reason.NOT_STORABLE, POISON)


def _drained(sink: SpoolingSink) -> Tally:
    pause, tally = threading.Event(), Tally()
    for _ in range(int(DEADLINE_S * 100)):
        tally += sink.catch_up()
        if not sink.degraded:
            return tally + sink.catch_up()
        pause.wait(0.01)
    raise AssertionError(sink.waiting())


def test_a_database_that_lacks_a_column_of_the_catalogue_is_not_ready(
    door: Door, database_url: str
) -> None:
    sink = MigratedSink(door.sink(), door.pool, door.catalogue)
    message = Message(door.topic(), _readings(1)[0], NOW)
    with pool.connect(database_url) as connection:
        connection.execute(
            "DELETE FROM hearthwatch.telemetry_columns"
            " WHERE type = 'cellar_fridge' AND metric = 'door_open'"
        )
    with pytest.raises(SinkAwayError, match=r"cellar_fridge\.door_open: run `hearthwatch migrate`"):
        sink.store([message])
    with pool.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO hearthwatch.telemetry_columns (type, metric, kind, storage)"
            " VALUES ('cellar_fridge', 'door_open', 'state', 'boolean')"
        )
    assert sink.store([message]).stored == 1


def test_a_batch_that_fails_at_its_end_leaves_nothing_of_its_beginning(
    door: Door, database_url: str
) -> None:
    """A worker that knows the appliances already begins its transaction with a COPY."""
    other = f"CF-{uuid.uuid4().hex[:12]}"
    with door.pool.connection() as connection:
        appliance.register(connection, [Registration(other, "cellar_fridge")], NOW)
    first, second = _readings(2)
    with closing(OwnConnection(database_url, statement_s=0.0)) as own:
        sink = door.sink()
        sink._pool = own
        sink.store([Message(door.topic(), first, NOW)])
        refused = [
            Message(door.topic(), second, NOW),
            Message(f"appliances/{other}/telemetry", POISON, NOW),
        ]
        sink.store([Message(f"appliances/{other}/telemetry", first, NOW)])
        with pytest.raises(psycopg.DataError):
            sink._store(refused)
        assert door.stored() == 2
        assert sink.store(refused) == Tally(received=2, stored=1, dead_lettered=1, readings=1)
