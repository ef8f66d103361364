"""Seals anew what came to a household while it was merged, for it is no longer the survivor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql
from psycopg.types.json import Jsonb

from customers.secrecy import data_key, sealing
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
WHOSE = {
    "household_id": sql.SQL("household_id = %(household)s"),
    "ticket_id": sql.SQL("ticket_id = ANY (%(tickets)s)"),
    "visit_id": sql.SQL(
        "visit_id IN (SELECT id FROM hearthwatch.visits WHERE ticket_id = ANY (%(tickets)s))"
    ),
}
"""How a row says whose it is, the plainest way first."""


@dataclass(frozen=True)
class Place:
    """A column of sealed text."""

    table: str
    column: str
    key: Sequence[str]
    whose: sql.SQL

    def fill(self, block: str) -> sql.Composed:
        """A statement on this column."""
        return sql.SQL(_SQL[block]).format(
            table=sql.Identifier("hearthwatch", self.table),
            column=sql.Identifier(self.column),
            key=sql.SQL("jsonb_build_array({})").format(
                sql.SQL(", ").join(map(sql.Identifier, self.key))
            ),
            whose=self.whose,
        )


def hand_back(connection: Connection, household_id: int, survivor_id: int) -> None:
    """Make readable to a household what the survivor's key sealed on rows that are its own now."""
    ours, theirs = sealing.household(household_id), sealing.household(survivor_id)
    held = {each.id for each in data_key.of_holders(connection, [theirs])}
    own = {each.id for each in data_key.of_holders(connection, [ours])}
    rows = connection.execute(_SQL["tickets"], {"household": household_id}).fetchall()
    asked: dict[str, object] = {
        "household": household_id,
        "tickets": [int(str(row[0])) for row in rows],
        "key_ids": [each.bytes for each in held - own],
    }
    for place in _places(connection):
        _reseal(connection, place, asked, theirs, ours)


def _places(connection: Connection) -> list[Place]:
    found = []
    for table, column, key, columns in connection.execute(_SQL["sealed"]).fetchall():
        says = [each for each in WHOSE if each in _names(columns)]
        if says and _names(key):
            found.append(Place(str(table), str(column), _names(key), WHOSE[says[0]]))
    return found


def _names(found: object) -> list[str]:
    return [str(name) for name in found] if isinstance(found, list) else []


def _reseal(
    connection: Connection, place: Place, asked: dict[str, object], before: str, after: str
) -> None:
    rows = connection.execute(place.fill("read"), asked).fetchall()
    if not rows:
        return
    keys = sealing.keys_of(connection, (before, after), make=True)
    name = f"{place.table}.{place.column}"
    for key, sealed in rows:
        content = keys.open_bytes(before, name, sealed) if isinstance(sealed, bytes) else None
        if content is not None:
            fresh = keys.seal_bytes(after, name, content)
            connection.execute(place.fill("write"), {"key": Jsonb(key), "sealed": fresh})
