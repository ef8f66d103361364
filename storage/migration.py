"""Plain numbered migrations: forward only, each once, in one transaction, under one lock.

A migration is `storage/migrations/NNNN_noun.sql`. A line `-- include: PACKAGE FILE` brings in a
schema that an installed library ships (the job queue's), so that we do not copy it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from runtime.errors import ConfigurationError
from storage import query
from storage.pool import Connection

FOLDER = Path(__file__).parent / "migrations"
_SQL = query.beside(__file__)
_INCLUDE = re.compile(r"^-- include: (\S+) (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Of our own text; what an include brings is pinned with its library."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def script(self) -> str:
        """The SQL to run, includes resolved."""
        return _INCLUDE.sub(_included, self.text)


class MigrationError(ConfigurationError):
    """The database and the migrations of this version do not go together."""


def known(folder: Path = FOLDER) -> list[Migration]:
    """Every migration of this version, in order."""
    paths = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    migrations = [
        Migration(int(path.name[:4]), path.stem, path.read_text(encoding="utf-8")) for path in paths
    ]
    numbers = [migration.number for migration in migrations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise MigrationError(f"migrations must be numbered 1, 2, 3, ...; found {numbers}")
    return migrations


def migrate(connection: Connection, folder: Path = FOLDER) -> list[str]:
    """Bring the schema up to date; return the names of what was applied.

    Runs in the caller's transaction, which it does not commit. Waits for another migrator, but
    gives up on a lock that live traffic holds, so that it cannot stall the service.
    """
    connection.execute(_SQL["lock"])
    connection.execute(_SQL["create_ledger"])
    applied = {
        int(str(row[0])): (str(row[1]), str(row[2]))
        for row in connection.execute(_SQL["applied"]).fetchall()
    }
    migrations = known(folder)
    _refuse_unknown(applied, migrations)
    done = []
    for migration in migrations:
        if migration.number in applied:
            _refuse_changed(migration, applied[migration.number])
            continue
        connection.execute(migration.script().encode())
        connection.execute(_SQL["record"], (migration.number, migration.name, migration.checksum))
        done.append(migration.name)
    return done


def pending(connection: Connection, folder: Path = FOLDER) -> list[str]:
    """Names of the migrations that this database lacks."""
    exists = connection.execute(_SQL["has_ledger"]).fetchone()
    if exists is None or not exists[0]:
        return [migration.name for migration in known(folder)]
    applied = {int(str(row[0])) for row in connection.execute(_SQL["applied"]).fetchall()}
    return [migration.name for migration in known(folder) if migration.number not in applied]


def _refuse_unknown(applied: dict[int, tuple[str, str]], migrations: list[Migration]) -> None:
    newer = sorted(set(applied) - {migration.number for migration in migrations})
    if newer:
        raise MigrationError(
            f"this database was migrated by a newer version (it has {applied[newer[0]][0]})",
            hint="install that version or a newer one",
        )


def _refuse_changed(migration: Migration, recorded: tuple[str, str]) -> None:
    if (migration.name, migration.checksum) != recorded:
        raise MigrationError(
            f"migration {migration.name} differs from the one applied here",
            hint="never edit a migration that has run; add a new one",
        )


def _included(match: re.Match[str]) -> str:
    package, file = match.groups()
    return resources.files(package).joinpath(file).read_text(encoding="utf-8")
