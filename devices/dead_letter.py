"""Messages that could not be read or stored: kept with their reason, listed, replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
KEPT_BYTES = 65_536
"""Of a larger payload only the beginning is kept; its size is kept too."""


@dataclass(frozen=True)
class Refusal:
    """A message that is put aside."""

    topic: str
    payload: bytes
    reason: str
    """A short fixed word, such as `not_json`, to count by."""
    detail: str
    """What exactly was wrong, for a person."""


@dataclass(frozen=True)
class DeadLetter:
    """A refused message as it is kept."""

    id: int
    received_at: datetime
    topic: str
    payload: bytes
    payload_bytes: int
    reason: str
    detail: str
    replayed_at: datetime | None

    @property
    def whole(self) -> bool:
        """Whether all of the payload was kept, so that it can be replayed."""
        return self.payload_bytes == len(self.payload)


def store(connection: Connection, refusals: Sequence[Refusal]) -> None:
    """Put messages aside in the caller's transaction."""
    connection.execute(
        _SQL["store"],
        {
            "topics": [_storable(refusal.topic) for refusal in refusals],
            "payloads": [refusal.payload[:KEPT_BYTES] for refusal in refusals],
            "sizes": [len(refusal.payload) for refusal in refusals],
            "reasons": [refusal.reason for refusal in refusals],
            "details": [_storable(refusal.detail) for refusal in refusals],
        },
    )


def waiting(
    connection: Connection, *, reason: str | None = None, after_id: int = 0, limit: int = 100
) -> list[DeadLetter]:
    """Letters not replayed yet, oldest first."""
    with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute(
            _SQL["waiting"], {"reason": reason, "after_id": after_id, "limit": limit}
        ).fetchall()


def mark_replayed(connection: Connection, ids: Sequence[int]) -> None:
    """Note that letters were published again."""
    connection.execute(_SQL["mark_replayed"], {"ids": list(ids)})


def counts(connection: Connection) -> dict[str, int]:
    """How many letters wait, by reason."""
    rows = connection.execute(_SQL["counts"]).fetchall()
    return {str(reason): int(str(number)) for reason, number in rows}


def _storable(text: str) -> str:
    """PostgreSQL's text holds no NUL and no lone surrogate."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
