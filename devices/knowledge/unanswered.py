"""What was asked and not found, for whoever writes the catalogue; nothing says who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from devices.knowledge import wording
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
MOST = 10_000
"""Different questions that are kept."""


@dataclass(frozen=True)
class Question:
    """A question and how often it came."""

    type: str
    """Empty where none was named."""
    question: str
    language: str
    asked: int
    first_at: datetime
    last_at: datetime


def keep(
    connection: Connection, question: str, type_name: str | None, language: str, at: datetime
) -> None:
    """Count a question that nothing was found for; long numbers and addresses are left out."""
    text = wording.kept(question)
    if text:
        asked = {"question": text, "type": type_name or "", "language": language, "at": at}
        connection.execute(_SQL["keep"], asked | {"most": MOST})


def page(connection: Connection, limit: int = 200) -> list[Question]:
    """The questions that came most often."""
    with connection.cursor(row_factory=class_row(Question)) as cursor:
        return cursor.execute(_SQL["page"], {"limit": limit}).fetchall()


def settle(connection: Connection, question: str, type_name: str | None = None) -> int:
    """Take a question off the list: it is answered now, or it is none; how many rows."""
    asked = {"question": question, "type": type_name}
    return connection.execute(_SQL["settle"], asked).rowcount
