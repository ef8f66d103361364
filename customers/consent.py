"""What people allowed: each answer is a row, and the latest for a purpose and channel counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
PURPOSES = ("service", "reminders", "marketing")
IMPORT = "import"
"""The source of what a file says, which may be older than what people said themselves."""
API = "api"
"""The source of what another system tells; no more its people's own word than a file."""
SECOND_HAND = (IMPORT, API)


@dataclass(frozen=True)
class Answer:
    """What a contact answered."""

    contact_id: int
    purpose: str
    granted: bool
    channel: str | None = None
    """One channel, such as `sms`; None for all."""
    wording: str = ""
    """The version of the words that were agreed to."""
    actor: str = ""
    """Who took the answer down; empty for the contact's own click."""


@dataclass(frozen=True)
class Entry:
    """An answer as it was logged."""

    at: datetime
    purpose: str
    channel: str | None
    granted: bool
    source: str
    """Where it was given: an import, another system, the console, a page of the customer's own."""
    wording: str
    actor: str


def record(connection: Connection, answers: Sequence[Answer], at: datetime, *, source: str) -> None:
    """Log answers; one that repeats the last one of its channel, which still counts, adds nothing.

    At second hand nothing is granted that people took back themselves. InvalidError for a purpose
    that nobody asks for.
    """
    for unknown in {each.purpose for each in answers} - set(PURPOSES):
        raise InvalidError(
            f"there is no purpose {unknown!r}", hint=f"it is one of {', '.join(PURPOSES)}"
        )
    connection.execute(
        _SQL["record"],
        {
            "contact_ids": [each.contact_id for each in answers],
            "purposes": [each.purpose for each in answers],
            "channels": [each.channel for each in answers],
            "granted": [each.granted for each in answers],
            "wordings": [each.wording for each in answers],
            "actors": [each.actor for each in answers],
            "at": at,
            "source": source,
            "second_hand": list(SECOND_HAND),
        },
    )


def allows(
    connection: Connection, contact_id: int, purpose: str, channel: str | None = None
) -> bool:
    """Whether the contact agrees to a purpose, on this channel if one is named.

    The latest answer that is about the channel or about all channels counts.
    """
    asked = {"contact_id": contact_id, "purpose": purpose, "channel": channel}
    row = connection.execute(_SQL["allows"], asked).fetchone()
    return bool(row and row[0])


def purposes(connection: Connection, contact_id: int) -> frozenset[str]:
    """The purposes that the contact agrees to now, on all channels."""
    rows = connection.execute(_SQL["purposes"], {"contact_id": contact_id}).fetchall()
    return frozenset(str(row[0]) for row in rows)


def exceptions(connection: Connection, contact_id: int) -> list[Answer]:
    """Channels for which another answer counts than for all others, by purpose and channel."""
    general: dict[str, bool] = {}
    special: dict[tuple[str, str], bool] = {}
    for each in log(connection, contact_id):
        if each.channel is not None:
            special[each.purpose, each.channel] = each.granted
            continue
        general[each.purpose] = each.granted
        special = {key: value for key, value in special.items() if key[0] != each.purpose}
    return [
        Answer(contact_id, purpose, granted, channel)
        for (purpose, channel), granted in sorted(special.items())
        if granted != general.get(purpose, False)
    ]


def log(connection: Connection, contact_id: int) -> list[Entry]:
    """Every answer of a contact, oldest first."""
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(_SQL["log"], {"contact_id": contact_id}).fetchall()
