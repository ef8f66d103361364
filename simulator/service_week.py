"""What came of a simulated run at the service desk, counted from the desk's own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Week:
    """Counts of a span of time."""

    origins: Counts
    """Tickets by what opened them: alert, forecast, customer, staff."""
    visits: Counts
    """By state."""
    verdicts: Counts
    """By finding; of several on a ticket the last."""
    notices: Counts
    """Sent ones, by occasion and language."""


def count(connection: Connection, start: datetime, end: datetime) -> Week:
    """Count what happened between two instants."""

    def told(block: str) -> Counts:
        rows = connection.execute(_SQL[block], {"start": start, "end": end}).fetchall()
        return {str(name): int(str(number)) for name, number in rows}

    return Week(told("origins"), told("visits"), told("verdicts"), told("notices"))
