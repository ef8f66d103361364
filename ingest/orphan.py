"""Sessions and spools that were left behind by workers that will not come back.

A worker keeps its session at the broker when it ends, so that nothing is lost until the next one
of its name. If there is none, as after a start with fewer workers, its place in the share group
goes on collecting its share of all readings, for nobody.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import structlog

from devices import watermark
from ingest import session
from runtime import worker_name
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from storage import pool
from storage.pool import Connection

BEYOND = 4
"""Numbers past the last known one that are asked for too: a worker that never came to note itself,
or whose database was replaced, left a session all the same."""
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_log = structlog.get_logger()


def client_id(worker: str) -> str:
    """What a worker is called at the broker."""
    return f"hearthwatch-{worker}"


def spool_folder(settings: Settings, worker: str) -> Path:
    """Where a worker keeps messages while the database is away."""
    return settings.home / "spool" / worker


def silent(connection: Connection, since: datetime) -> list[str]:
    """Workers that were there once, and have said nothing since."""
    heard = watermark.workers(connection, since)
    return [name for name in watermark.workers(connection, _EVER) if name not in heard]


def find(settings: Settings, first: int) -> list[str]:
    """Workers from number `first` on that left something behind; none of them may be running.

    Raises BrokerAwayError.
    """
    address = BrokerAddress.parse(settings.mqtt_url)
    last = max((*_spooled(settings), *_noted(settings), first - 1))
    found: list[str] = []
    for number in itertools.count(first):
        name = worker_name.of(number)
        if _is_left(settings, address, name):
            found.append(name)
            last = max(last, number)
        elif number >= last + BEYOND:
            return found
    return found


def _is_left(settings: Settings, address: BrokerAddress, name: str) -> bool:
    waits_on_disk = any(spool_folder(settings, name).glob("*.spool"))
    return session.exists(address, client_id(name)) or waits_on_disk


def _spooled(settings: Settings) -> Iterator[int]:
    """Numbers of the workers that have a folder for messages."""
    return _numbers(path.name for path in (settings.home / "spool").glob("*"))


def _noted(settings: Settings) -> Iterator[int]:
    """Numbers of the workers that the database knows; none while it is away."""
    try:
        with pool.connect(str(settings.database_url)) as connection:
            return _numbers(iter(watermark.workers(connection, _EVER)))
    except psycopg.Error as error:
        _log.warning("the database does not say which workers there were", error=str(error))
        return iter(())


def _numbers(names: Iterator[str]) -> Iterator[int]:
    numbers = map(worker_name.number, names)
    return (number for number in numbers if number is not None)
