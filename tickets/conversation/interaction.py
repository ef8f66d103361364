"""What a customer said to us and we to them, whatever the channel: one history for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from customers.secrecy import sealing
from runtime.errors import ConflictError, InvalidError
from storage import query
from storage.pool import Connection
from tickets.conversation import sealed_for
from tickets.sla import keeping

_SQL = query.beside(__file__)
Channel = Literal["hotline", "app", "chat", "shop", "email", "web", "visit"]
Direction = Literal["inbound", "outbound"]
LONGEST = 10_000
"""Characters of a text."""
_PLACE = "interactions.text_sealed"


@dataclass(frozen=True)
class Interaction:
    """Something that was said."""

    household_id: int | None
    channel: Channel
    direction: Direction
    at: datetime
    actor: str
    """Who took it down, or the system it came from."""
    text: str
    ticket_id: int | None = None
    device_id: int | None = None
    contact_id: int | None = None
    external_ref: str | None = None
    """The number that the system it came from knows it by; one is kept once."""


@dataclass(frozen=True)
class Kept(Interaction):
    """What was said, as it is kept."""

    id: int = 0


@dataclass(frozen=True)
class _Row:
    id: int
    household_id: int | None
    contact_id: int | None
    device_id: int | None
    ticket_id: int | None
    channel: Channel
    direction: Direction
    at: datetime
    actor: str
    external_ref: str | None
    text_sealed: bytes


def record(connection: Connection, said: Interaction) -> int:
    """Keep what was said, in the caller's transaction; return its id.

    Told again under the same number it is kept once; ConflictError if it says another thing then.
    """
    made = add(connection, said)
    if made is None:
        return repeated(connection, said).id
    if said.direction == "outbound" and said.ticket_id is not None:
        keeping.answered(connection, said.ticket_id, said.at)
    return made


def add(connection: Connection, said: Interaction) -> int | None:
    """Keep what was said; None if there is one of its number already."""
    if not said.text.strip():
        raise InvalidError("nothing was said", hint="give `text`")
    if len(said.text) > LONGEST:
        raise InvalidError(f"a text has at most {LONGEST} characters")
    owner = sealed_for.owner(said.household_id)
    row = connection.execute(
        _SQL["add"],
        {
            "household_id": said.household_id,
            "contact_id": said.contact_id,
            "device_id": said.device_id,
            "ticket_id": said.ticket_id,
            "channel": said.channel,
            "direction": said.direction,
            "at": said.at,
            "actor": said.actor,
            "external_ref": said.external_ref,
            "text_sealed": sealing.seal_bytes(connection, owner, _PLACE, said.text.encode()),
        },
    ).fetchone()
    return int(str(row[0])) if row else None


def repeated(connection: Connection, said: Interaction) -> Kept:
    """The one of the same channel and number; ConflictError if it is another's or another text."""
    asked = {"channel": said.channel, "external_ref": said.external_ref}
    (known,) = _kept(connection, "of_reference", **asked)
    before = known.household_id, known.device_id, known.direction, known.text
    if before != (said.household_id, said.device_id, said.direction, said.text):
        raise ConflictError(
            f"{said.external_ref!r} of {said.channel} says something else already",
            hint="give each message a number of its own",
        )
    return known


def link(connection: Connection, interaction_id: int, ticket_id: int) -> None:
    """Say which ticket it is about."""
    connection.execute(_SQL["link"], {"id": interaction_id, "ticket_id": ticket_id})


def of_ticket(connection: Connection, ticket_id: int) -> list[Kept]:
    """What was said about a ticket, the oldest first."""
    return _kept(connection, "of_ticket", ticket_id=ticket_id)


def of_household(connection: Connection, household_id: int, limit: int = 100) -> list[Kept]:
    """What a household said and was told last, the newest first."""
    return _kept(connection, "of_household", household_id=household_id, limit=limit)


def _kept(connection: Connection, block: str, **asked: object) -> list[Kept]:
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL[block], asked).fetchall()
    return _opened(connection, rows)


def _opened(connection: Connection, rows: Sequence[_Row]) -> list[Kept]:
    sealed = [(sealed_for.owner(row.household_id), row.text_sealed) for row in rows]
    texts = sealing.open_(connection, _PLACE, sealed)
    return [
        Kept(
            household_id=row.household_id,
            channel=row.channel,
            direction=row.direction,
            at=row.at,
            actor=row.actor,
            text=text or "",
            ticket_id=row.ticket_id,
            device_id=row.device_id,
            contact_id=row.contact_id,
            external_ref=row.external_ref,
            id=row.id,
        )
        for row, text in zip(rows, texts, strict=True)
    ]
