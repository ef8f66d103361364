"""How to reach a household, and what its people allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
PURPOSES = ("service", "reminders", "marketing")


@dataclass(frozen=True)
class Contact:
    """A person of a household."""

    id: int
    household_id: int
    external_id: str
    name: str
    phone: str | None
    email: str | None
    language: str
    is_primary: bool


@dataclass(frozen=True)
class Entry:
    """What is told of a contact; `consents` are the purposes it agreed to."""

    household_id: int
    external_id: str
    name: str
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    consents: frozenset[str] = frozenset()


def upsert(
    connection: Connection, entries: Sequence[Entry], at: datetime, *, source: str
) -> dict[str, int]:
    """Add or update contacts by external id, and log their consents; return the id of each.

    A household's primary contact is the first one told of; when it moves away, another becomes it.
    """
    external_ids = [entry.external_id for entry in entries]
    left = connection.execute(_SQL["homes"], {"external_ids": external_ids}).fetchall()
    rows = connection.execute(
        _SQL["upsert"],
        {
            "household_ids": [entry.household_id for entry in entries],
            "external_ids": external_ids,
            "names": [entry.name for entry in entries],
            "phones": [entry.phone for entry in entries],
            "emails": [entry.email for entry in entries],
            "languages": [entry.language for entry in entries],
        },
    ).fetchall()
    homes = {entry.household_id for entry in entries} | {int(str(row[0])) for row in left}
    connection.execute(
        _SQL["appoint_primary"], {"household_ids": sorted(homes), "external_ids": external_ids}
    )
    ids = {str(external_id): int(str(number)) for external_id, number in rows}
    _log_consents(connection, entries, ids, at, source)
    return ids


def _log_consents(
    connection: Connection, entries: Sequence[Entry], ids: dict[str, int], at: datetime, source: str
) -> None:
    answers = [
        (ids[entry.external_id], purpose, purpose in entry.consents)
        for entry in entries
        for purpose in PURPOSES
    ]
    connection.execute(
        _SQL["log_consents"],
        {
            "contact_ids": [answer[0] for answer in answers],
            "purposes": [answer[1] for answer in answers],
            "granted": [answer[2] for answer in answers],
            "at": at,
            "source": source,
        },
    )


def of_household(connection: Connection, household_id: int) -> list[Contact]:
    """The contacts of a household, the primary one first."""
    with connection.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(_SQL["of_household"], {"household_id": household_id}).fetchall()


def consents(connection: Connection, contact_id: int) -> frozenset[str]:
    """The purposes that the contact agrees to now."""
    rows = connection.execute(_SQL["consents"], {"contact_id": contact_id}).fetchall()
    return frozenset(str(row[0]) for row in rows)
