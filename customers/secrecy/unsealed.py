"""Seals what an older version left in plain columns, a portion and a transaction at a time."""

from __future__ import annotations

from customers import contact, household
from customers.secrecy import sealing
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
PORTION = 500


def seal_all(connection: Connection) -> int:
    """Seal everything that is plain, committing each portion, so that it can go on; how many."""
    total = 0
    for seal_some in (seal_households, seal_contacts, seal_notices, seal_steps, seal_verdicts):
        while number := seal_some(connection):
            connection.commit()
            total += number
    return total


def seal_households(connection: Connection, limit: int = PORTION) -> int:
    """Seal up to `limit` households' names and addresses; how many."""
    rows = connection.execute(_SQL["households"], {"limit": limit}).fetchall()
    told = {int(str(number)): (str(name), str(address)) for number, name, address in rows}
    if told:
        household.put(connection, told)
    return len(told)


def seal_contacts(connection: Connection, limit: int = PORTION) -> int:
    """Likewise contacts."""
    rows = connection.execute(_SQL["contacts"], {"limit": limit}).fetchall()
    told = {
        int(str(number)): (str(name), _text(phone), _text(email))
        for number, name, phone, email in rows
    }
    if told:
        contact.put(connection, told)
    return len(told)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def seal_notices(connection: Connection, limit: int = PORTION) -> int:
    """Likewise letters."""
    rows = connection.execute(_SQL["notices"], {"limit": limit}).fetchall()
    owners = [sealing.contact(int(str(row[1]))) for row in rows]
    keys = sealing.keys_of(connection, owners, make=True)
    told = list(zip(owners, rows, strict=True))
    subjects = [keys.seal(owner, "notices.subject_sealed", _text(row[2])) for owner, row in told]
    bodies = [keys.seal(owner, "notices.body_sealed", _text(row[3])) for owner, row in told]
    if rows:
        asked = {"ids": [row[0] for row in rows], "subjects": subjects, "bodies": bodies}
        connection.execute(_SQL["put_notices"], asked)
    return len(rows)


def seal_steps(connection: Connection, limit: int = PORTION) -> int:
    """Likewise what people noted as they moved a household's ticket."""
    return _seal_notes(connection, "ticket_changes", "steps", "put_steps", limit)


def seal_verdicts(connection: Connection, limit: int = PORTION) -> int:
    """Likewise what technicians noted with their verdicts."""
    return _seal_notes(connection, "ticket_verdicts", "verdicts", "put_verdicts", limit)


def _seal_notes(connection: Connection, table: str, read: str, write: str, limit: int) -> int:
    rows = connection.execute(_SQL[read], {"limit": limit}).fetchall()
    owners = [sealing.household(int(str(row[1]))) for row in rows]
    keys = sealing.keys_of(connection, owners, make=True)
    place = f"{table}.note_sealed"
    notes = [
        keys.seal(owner, place, _text(row[2])) for owner, row in zip(owners, rows, strict=True)
    ]
    if rows:
        connection.execute(_SQL[write], {"ids": [row[0] for row in rows], "notes": notes})
    return len(rows)
