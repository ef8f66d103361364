"""How to reach a household, and what its people allowed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from customers import consent
from customers.consent import PURPOSES, Answer
from customers.secrecy import blind_index, sealing
from customers.secrecy.blind_index import Marked
from customers.secrecy.sealing import Keys
from storage import query
from storage.pool import Connection

__all__ = ["PURPOSES", "Contact", "Entry"]
_SQL = query.beside(__file__)
COLUMNS = ("name", "phone", "email")


@dataclass(frozen=True)
class Contact:
    """A person of a household; name, phone and e-mail are opened for who asks."""

    id: int
    household_id: int
    external_id: str
    name: str
    phone: str | None
    email: str | None
    language: str
    is_primary: bool


@dataclass(frozen=True)
class _Row:
    """A contact as it is kept; what is plain is not sealed yet."""

    id: int
    household_id: int
    external_id: str
    name: str | None
    name_sealed: bytes | None
    phone: str | None
    phone_sealed: bytes | None
    email: str | None
    email_sealed: bytes | None
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
    connection: Connection,
    entries: Sequence[Entry],
    at: datetime,
    *,
    source: str,
    actor: str = "",
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
            "languages": [entry.language for entry in entries],
        },
    ).fetchall()
    homes = {entry.household_id for entry in entries} | {int(str(row[0])) for row in left}
    connection.execute(
        _SQL["appoint_primary"], {"household_ids": sorted(homes), "external_ids": external_ids}
    )
    ids = {str(external_id): int(str(number)) for external_id, number in rows}
    put(
        connection, {ids[each.external_id]: (each.name, each.phone, each.email) for each in entries}
    )
    consent.record(connection, _answers(entries, ids, actor), at, source=source)
    return ids


def put(connection: Connection, reached: Mapping[int, tuple[str, str | None, str | None]]) -> None:
    """Seal each contact's name, phone and e-mail, in place of those it had."""
    owners = {number: sealing.contact(number) for number in reached}
    keys = sealing.keys_of(connection, owners.values(), make=True)
    sealed = {
        f"{column}s": [
            keys.seal(owners[number], f"contacts.{column}_sealed", texts[place])
            for number, texts in reached.items()
        ]
        for place, column in enumerate(COLUMNS)
    }
    connection.execute(_SQL["put"], {"ids": list(reached), **sealed})
    blind_index.of_contacts(
        connection,
        [
            Marked(number, kind, text)
            for number, texts in reached.items()
            for kind, text in zip(COLUMNS, texts, strict=True)
        ],
    )


def _answers(entries: Sequence[Entry], ids: dict[str, int], actor: str) -> list[Answer]:
    return [
        Answer(ids[entry.external_id], purpose, granted=purpose in entry.consents, actor=actor)
        for entry in entries
        for purpose in PURPOSES
    ]


def of_household(connection: Connection, household_id: int) -> list[Contact]:
    """The contacts of a household, the primary one first."""
    return _opened(connection, "of_household", household_id=household_id)


def by_ids(connection: Connection, contact_ids: Collection[int]) -> dict[int, Contact]:
    """Those of these contacts that there are."""
    found = _opened(connection, "by_ids", ids=list(contact_ids)) if contact_ids else []
    return {each.id: each for each in found}


def primary_of(connection: Connection, household_ids: Collection[int]) -> dict[int, Contact]:
    """The primary contact of each of these households that has one."""
    found = _opened(connection, "primary_of", ids=list(household_ids)) if household_ids else []
    return {each.household_id: each for each in found}


def consents(connection: Connection, contact_id: int) -> frozenset[str]:
    """The purposes that the contact agrees to now, on all channels."""
    return consent.purposes(connection, contact_id)


def _opened(connection: Connection, block: str, **asked: object) -> list[Contact]:
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL[block], asked).fetchall()
    keys = sealing.keys_of(connection, (sealing.contact(row.id) for row in rows))
    return [_contact(row, keys) for row in rows]


def _contact(row: _Row, keys: Keys) -> Contact:
    owner = sealing.contact(row.id)
    opened = keys.open(owner, "contacts.name_sealed", row.name_sealed)
    name = row.name if opened is None else opened
    return Contact(
        id=row.id,
        household_id=row.household_id,
        external_id=row.external_id,
        name=sealing.ERASED if name is None else name,
        phone=keys.open(owner, "contacts.phone_sealed", row.phone_sealed) or row.phone,
        email=keys.open(owner, "contacts.email_sealed", row.email_sealed) or row.email,
        language=row.language,
        is_primary=row.is_primary,
    )
