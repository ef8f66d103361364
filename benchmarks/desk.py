"""A service desk at scale: how long its pages, lists and errands take on a database of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import desk_doors, desk_errands, desk_seed, own_keys
from benchmarks.desk_doors import Took
from benchmarks.desk_errands import Done
from benchmarks.desk_seed import Size, Tell
from devices import telemetry_table
from devices.catalogue import folder
from devices.catalogue.folder import Catalogue
from storage import embedded, migration, pool
from storage.pool import Pool

CONNECTIONS = 8
CONFIGURED = {"shared_buffers": "512MB", "max_wal_size": "8GB"}
"""As for a server of this size."""
COUNTED = (
    "households", "contacts", "appliances", "tickets", "visits", "notices", "events", "audit",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What was measured."""

    rows: dict[str, int]
    megabytes: int
    """Of the database."""
    doors: dict[str, Took] = field(default_factory=dict)
    errands: dict[str, Done] = field(default_factory=dict)


def run(households: int, repeats: int, tell: Tell) -> Outcome:
    """Fill a database, ask every door `repeats` times, run every errand."""
    catalogue = folder.load()
    with (
        own_keys.held(),
        tempfile.TemporaryDirectory(prefix="hearthwatch-bench-") as made,
        _database(Path(made) / "postgres", catalogue) as opened,
    ):
        return measure(opened, catalogue, Size(households), repeats, tell)


def measure(opened: Pool, catalogue: Catalogue, size: Size, repeats: int, tell: Tell) -> Outcome:
    """Likewise on an empty, migrated database."""
    with opened.connection() as connection:
        desk_seed.fill(connection, catalogue, size, tell)
    rows, megabytes = _size(opened)
    doors = desk_doors.measure(opened, catalogue, size, repeats)
    return Outcome(rows, megabytes, doors, desk_errands.measure(opened, catalogue, size, tell))


@contextmanager
def _database(folder_: Path, catalogue: Catalogue) -> Iterator[Pool]:
    """A migrated database on an embedded server that was set up and started again."""
    with (
        embedded.running(folder_, database="postgres") as url,
        pool.connect(url, autocommit=True) as connection,
    ):
        for name, setting in CONFIGURED.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{setting}'".encode())
        migration.migrate(connection)
        telemetry_table.ensure(connection, catalogue)
    with embedded.running(folder_, database="postgres") as url:
        opened = pool.open_pool(url, most=CONNECTIONS)
        try:
            yield opened
        finally:
            opened.close()


def _size(opened: Pool) -> tuple[dict[str, int], int]:
    with opened.connection() as connection:
        counted = {
            table: connection.execute(f"SELECT count(*) FROM hearthwatch.{table}".encode())
            for table in COUNTED
        }
        rows = {table: int(str(answer.fetchall()[0][0])) for table, answer in counted.items()}
        sized = connection.execute("SELECT pg_database_size(current_database()) / 1000000")
        return rows, int(str(sized.fetchall()[0][0]))
