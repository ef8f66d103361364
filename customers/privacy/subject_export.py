"""Everything that is held about a household and its people, read for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from mimetypes import guess_extension
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import sql
from psycopg.rows import dict_row

from customers import ownership
from customers.privacy import export_names, scope, telemetry_summary
from customers.privacy.export_names import Names, Row
from customers.privacy.personal_data import Held, register
from customers.privacy.scope import Scope
from customers.secrecy import sealing
from customers.secrecy.sealing import Keys
from devices.catalogue import folder
from devices.catalogue.folder import Catalogue
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
SUFFIX = "_sealed"


@dataclass(frozen=True)
class Export:
    """What is held, by table, and the files among it by name."""

    household_id: int
    at: datetime
    tables: dict[str, list[Row]]
    files: dict[str, bytes]
    names: Names = field(default_factory=Names)

    def document(self) -> dict[str, object]:
        """As JSON can hold it, with titles beside ids and codes; of files their names."""
        told = {
            table: [self.names.beside(row) for row in rows] for table, rows in self.tables.items()
        }
        return {"household": self.household_id, "at": self.at.isoformat(), **told}

    @property
    def external_id(self) -> str:
        """The number that the customer is known by."""
        return str(self._household().get("external_id", self.household_id))

    @property
    def zone(self) -> ZoneInfo:
        """Where the household's clocks are."""
        return ZoneInfo(str(self._household().get("time_zone", "UTC")))

    def _household(self) -> Row:
        homes = self.tables.get("households", [])
        return next((row for row in homes if row["id"] == self.household_id), {})


def collect(
    connection: Connection, household_id: int, at: datetime, catalogue: Catalogue | None = None
) -> Export:
    """Read everything about a household; NotFoundError if there is none or it was erased.

    Without a catalogue, the shipped types have titles and makers' own stand by their names.
    """
    found = scope.of(connection, household_id)
    owners = [sealing.household(number) for number in found.households]
    owners += [sealing.contact(number) for number in found.contacts]
    reader = _Reader(connection, found, sealing.keys_of(connection, owners), {})
    tables = {held.table: reader.read(held) for held in register() if held.shown}
    tables["telemetry"] = _telemetry(connection, found)
    tables["audit"] = _acts(connection, found, owners)
    names = export_names.of(connection, _shipped() if catalogue is None else catalogue, tables)
    return Export(household_id, at, tables, reader.files, names)


@cache
def _shipped() -> Catalogue:
    return folder.load()


@dataclass(frozen=True)
class _Reader:
    """Reads the register's tables, and opens what is sealed."""

    connection: Connection
    found: Scope
    keys: Keys
    files: dict[str, bytes]

    def read(self, held: Held) -> list[Row]:
        """A table's rows that are about the household."""
        statement = sql.SQL("SELECT * FROM {} WHERE {} ORDER BY 1").format(
            sql.Identifier("hearthwatch", held.table), held.condition
        )
        with self.connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(statement, self.found.ids()).fetchall()
        return [self._told(held, row) for row in rows]

    def _told(self, held: Held, row: Mapping[str, object]) -> Row:
        told: Row = {}
        for column, value in row.items():
            if column in held.hidden or (value is None and f"{column}{SUFFIX}" in row):
                continue
            if column.endswith(SUFFIX):
                opened = self._opened(held, row, column)
                if opened is not None:
                    told[column.removesuffix(SUFFIX)] = opened
            else:
                told[column] = plain(value)
        return told

    def _opened(self, held: Held, row: Mapping[str, object], column: str) -> str | None:
        kind, owner_id = held.owner_column
        number = row[owner_id] if owner_id else self.found.households[0]
        owner, sealed = f"{kind}:{number}", row[column]
        if not isinstance(sealed, bytes):
            return None
        if column not in held.files:
            return self.keys.open(owner, f"{held.table}.{column}", sealed)
        content = self.keys.open_bytes(owner, f"{held.table}.{column}", sealed)
        if content is None:
            return sealing.ERASED
        name = f"{held.table}-{row['id']}{_ending(row)}"
        self.files[name] = content
        return name


def _ending(row: Mapping[str, object]) -> str:
    """How a file's name ends; photographs are JPEG, attachments say what they are."""
    return guess_extension(str(row.get("media_type", "image/jpeg"))) or ".bin"


def _telemetry(connection: Connection, found: Scope) -> list[Row]:
    owned = [each for home in found.households for each in ownership.periods(connection, home)]
    return [
        {name: plain(value) for name, value in telemetry_summary.of(connection, each).items()}
        for each in owned
    ]


def _acts(connection: Connection, found: Scope, owners: list[str]) -> list[Row]:
    """Who saw or changed what of them, as far as the audit trail is kept."""
    with connection.cursor(row_factory=dict_row) as cursor:
        asked = {"subjects": owners, "households": found.households}
        rows = cursor.execute(_SQL["acts"], asked).fetchall()
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, UUID) else value
