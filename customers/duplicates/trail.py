"""Moves the rows of a household to another, whatever table they are in, and back again.

Every table with a foreign key to households is moved, so that one which is added later is not
forgotten. Of what there is once a household (its key is the household), each keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
SUBJECTS = {"device_id": "ownerships", "contact_id": "contacts", "ticket_id": "tickets"}
"""Columns by which a row belongs to something that moves, and the table of that."""
OF_ITS_OWN = (
    "household_aliases.merged_id",
    "household_merges.survivor_id",
    "household_merges.merged_id",
    "households.merged_into",
)
"""Columns that tell of merges themselves."""


@dataclass(frozen=True)
class Link:
    """A column that names a household, and the key of its table."""

    table: str
    column: str
    key: list[str]
    columns: list[str]
    """All columns of the table."""

    @property
    def name(self) -> str:
        """Where it is, such as `tickets.household_id`."""
        return f"{self.table}.{self.column}"

    def fill(self, statement: str) -> sql.Composed:
        """A statement on this table; `{key}` is a row's key as JSON."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.key))
        return sql.SQL(statement).format(
            table=sql.Identifier("hearthwatch", self.table),
            column=sql.Identifier(self.column),
            key=sql.SQL("jsonb_build_array({})").format(columns),
        )


@dataclass
class Trail:
    """What a merge moved and changed: keys of rows, never what they hold."""

    moved: dict[str, list[list[Any]]] = field(default_factory=dict)
    """Keys of moved rows, by link."""
    kept: dict[str, list[list[Any]]] = field(default_factory=dict)
    """Keys of rows that were the survivor's already, though about what moved."""
    subjects: dict[str, list[int]] = field(default_factory=dict)
    """Moved devices, contacts and tickets, by the column that names them."""
    primary: int | None = None
    """The contact that was primary in the merged household."""
    profile: str | None = None
    """What the survivor's profile was before, if the merge changed it: `absent` or `calm`."""
    newcomers: list[int] = field(default_factory=list)
    """Contacts that came by the merged household's id since."""

    def as_json(self) -> dict[str, Any]:
        """The trail as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: object) -> Trail:
        """The trail of a merge."""
        return cls(**stored) if isinstance(stored, Mapping) else cls()


def move(connection: Connection, source: int, target: int) -> Trail:
    """Move all rows of household `source` to `target`; tell what was moved."""
    both = {"source": source, "target": target}
    trail = Trail()
    primary = connection.execute(_SQL["primary"], both).fetchone()
    trail.primary = None if primary is None else int(str(primary[0]))
    connection.execute(_SQL["step_down"], both)
    links = list(_links(connection))
    for link in links:
        trail.moved[link.name] = _move_rows(connection, link, source, target)
    trail.subjects = {column: _subjects(links, trail, table) for column, table in SUBJECTS.items()}
    for link in links:
        about = _about(connection, link, trail, target)
        trail.kept[link.name] = _without(about, trail.moved[link.name])
    told = connection.execute(_SQL["take_over_profile"], both).fetchone()
    trail.profile = None if told is None else str(told[0])
    return trail


def move_back(connection: Connection, trail: Trail, source: int, target: int) -> None:
    """Give back to `source` what was its own, and what came to it since.

    Rows that were deleted meanwhile, or went on to somebody else, are left as they are.
    """
    trail.subjects["contact_id"] = [*trail.subjects["contact_id"], *trail.newcomers]
    for link in list(_links(connection)):
        back = list(trail.moved.get(link.name, []))
        about = _about(connection, link, trail, target)
        back += _without(about, trail.kept.get(link.name, []))
        if link.name == "contacts.household_id":
            back += [[number] for number in trail.newcomers]
            connection.execute(_SQL["none_primary"], {"ids": [key[0] for key in back]})
        connection.execute(
            link.fill(
                "UPDATE {table} SET {column} = %(source)s"
                " WHERE {column} = %(target)s AND {key} = ANY (%(keys)s::jsonb[])"
            ),
            {"source": source, "target": target, "keys": [Jsonb(key) for key in back]},
        )
    asked = {"source": source, "target": target, "primary": trail.primary}
    connection.execute(_SQL["appoint_again"], asked)
    if trail.profile is not None:
        connection.execute(_SQL[f"make_{trail.profile}"], asked)


def _links(connection: Connection) -> Iterator[Link]:
    """Every column that names a household, except in tables with one row a household."""
    for table, column, key, columns in connection.execute(_SQL["links"]).fetchall():
        link = Link(str(table), str(column), _names(key), _names(columns))
        if link.name not in OF_ITS_OWN and link.column not in link.key:
            yield link


def _names(found: object) -> list[str]:
    return [str(name) for name in found] if isinstance(found, list) else []


def _move_rows(connection: Connection, link: Link, source: int, target: int) -> list[list[Any]]:
    """Move what can be moved; a row that the target has its own of stays where it is."""
    both = {"source": source, "target": target}
    every = "UPDATE {table} SET {column} = %(target)s WHERE {column} = %(source)s"
    try:
        with connection.transaction():
            return _keys(connection, link, every + " RETURNING {key}", both)
    except psycopg.errors.UniqueViolation:
        keys = _keys(
            connection, link, "SELECT {key} FROM {table} WHERE {column} = %(source)s", both
        )
    moved = []
    for key in keys:
        try:
            with connection.transaction():
                one = both | {"key": Jsonb(key)}
                moved += _keys(
                    connection, link, every + " AND {key} = %(key)s RETURNING {key}", one
                )
        except psycopg.errors.UniqueViolation:
            continue
    return moved


def _subjects(links: Sequence[Link], trail: Trail, table: str) -> list[int]:
    """The moved devices, contacts or tickets: the first column of the key of their table."""
    moved = [key for link in links if link.table == table for key in trail.moved[link.name]]
    return sorted({int(key[0]) for key in moved})


def _about(connection: Connection, link: Link, trail: Trail, household: int) -> list[list[Any]]:
    """Keys of the household's rows that are about what moved."""
    columns = [each for each in SUBJECTS if each in link.columns and trail.subjects.get(each)]
    found: list[list[Any]] = []
    for column in columns:
        statement = sql.SQL(" AND {} = ANY (%(subjects)s)").format(sql.Identifier(column))
        rows = connection.execute(
            link.fill("SELECT {key} FROM {table} WHERE {column} = %(household)s") + statement,
            {"household": household, "subjects": trail.subjects[column]},
        ).fetchall()
        found += [_key(row[0]) for row in rows]
    return found


def _without(keys: Sequence[list[Any]], others: Sequence[list[Any]]) -> list[list[Any]]:
    left_out = set(map(tuple, others))
    return [key for key in keys if tuple(key) not in left_out]


def _keys(connection: Connection, link: Link, text: str, asked: dict[str, Any]) -> list[list[Any]]:
    return [_key(row[0]) for row in connection.execute(link.fill(text), asked).fetchall()]


def _key(found: object) -> list[Any]:
    return found if isinstance(found, list) else [found]
