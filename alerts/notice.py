"""Notices to customers: written once by key in the caller's transaction, sent later by a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query, queue
from storage.pool import Connection

_SQL = query.beside(__file__)
DELIVER = "alerts.deliver_notice"
"""The job that sends one notice."""


@dataclass(frozen=True)
class Draft:
    """A notice that somebody should get; `key` names the occasion, and is used once."""

    key: str
    contact_id: int
    device_id: int | None
    purpose: str
    language: str
    subject: str
    body: str
    allowed: bool
    """Whether the contact agreed to this purpose; if not it is kept as withheld."""


@dataclass(frozen=True)
class Notice:
    """A notice as it stands."""

    id: int
    key: str
    contact_id: int
    contact_name: str
    serial: str | None
    purpose: str
    channel: str
    language: str
    subject: str
    body: str
    created_at: datetime
    state: str
    settled_at: datetime | None
    detail: str


def write(
    connection: Connection, drafts: Sequence[Draft], at: datetime, *, channel: str = "outbox"
) -> list[int]:
    """Store drafts whose key is new and queue their delivery; return the ids of those queued."""
    if not drafts:
        return []
    rows = connection.execute(
        _SQL["write"],
        {
            "keys": [draft.key for draft in drafts],
            "contact_ids": [draft.contact_id for draft in drafts],
            "device_ids": [draft.device_id for draft in drafts],
            "purposes": [draft.purpose for draft in drafts],
            "languages": [draft.language for draft in drafts],
            "subjects": [draft.subject for draft in drafts],
            "bodies": [draft.body for draft in drafts],
            "states": ["queued" if draft.allowed else "withheld" for draft in drafts],
            "channel": channel,
            "at": at,
        },
    ).fetchall()
    queued = [int(str(number)) for number, state in rows if state == "queued"]
    for number in queued:
        queue.defer(connection, DELIVER, notice_id=number)
    return queued


def page(connection: Connection, *, before_id: int | None = None, limit: int = 100) -> list[Notice]:
    """Up to `limit` notices with an id below `before_id`, newest first."""
    with connection.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(_SQL["page"], {"before_id": before_id, "limit": limit}).fetchall()


def count(connection: Connection, purpose: str) -> int:
    """How many notices of a purpose were written, withheld ones not counted."""
    row = connection.execute(_SQL["count"], {"purpose": purpose}).fetchone()
    return int(str(row[0])) if row else 0


def claim(connection: Connection, notice_id: int) -> Notice | None:
    """The notice if it still waits to be sent, locked until the commit; else None."""
    with connection.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(_SQL["claim"], {"id": notice_id}).fetchone()


def settle(connection: Connection, notice_id: int, state: str, at: datetime, detail: str) -> None:
    """Note what became of it."""
    connection.execute(
        _SQL["settle"], {"id": notice_id, "state": state, "at": at, "detail": detail}
    )
