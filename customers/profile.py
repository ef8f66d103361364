"""What decides how urgent a household's trouble is: its value, who lives there, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
UNRATED = 50.0
"""The score of a household that was not reckoned yet: neither better nor worse than others."""
PLACE_DECIMALS = 2
"""About a kilometre: enough to plan a way, too little to find a door."""


@dataclass(frozen=True)
class Profile:
    """A household as routing and priority see it; nothing in it names anybody."""

    household_id: int
    tier: str
    value_score: float
    """0 to 100; see `customers/value.py`."""
    vulnerable: bool
    country: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Entry:
    """What is told of a household; what is None stays as it is."""

    household_id: int
    vulnerable: bool | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def record(connection: Connection, entries: Sequence[Entry]) -> None:
    """Keep what is told; places are rounded before they are stored."""
    connection.execute(
        _SQL["record"],
        {
            "household_ids": [each.household_id for each in entries],
            "vulnerable": [each.vulnerable for each in entries],
            "countries": [each.country for each in entries],
            "latitudes": [_rounded(each.latitude) for each in entries],
            "longitudes": [_rounded(each.longitude) for each in entries],
        },
    )


def of(connection: Connection, household_ids: Sequence[int]) -> dict[int, Profile]:
    """The profile of each household that there is."""
    with connection.cursor(row_factory=class_row(Profile)) as cursor:
        rows = cursor.execute(
            _SQL["of"], {"household_ids": list(household_ids), "unrated": UNRATED}
        ).fetchall()
    return {row.household_id: row for row in rows}


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, PLACE_DECIMALS)
