"""Days and instants that somebody names, within the times that people live in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Discriminator, Tag

from runtime.errors import InvalidError

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Beyond it lie slips of the hand; the last day of year 9999 is none any more a zone further."""

_A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _within(told: datetime) -> datetime:
    if not EARLIEST <= told < LATEST:
        raise ValueError(f"expected a time from {EARLIEST.year} to {LATEST.year - 1}")
    return told


def _day_within(told: date) -> date:
    _within(datetime.combine(told, time.min, UTC))
    return told


Instant = Annotated[AwareDatetime, AfterValidator(_within)]
Day = Annotated[date, AfterValidator(_day_within)]


def _which(told: object) -> str:
    plain = told.isoformat() if isinstance(told, date) else told
    return "day" if isinstance(plain, str) and _A_DAY.fullmatch(plain) else "time"


DayOrInstant = Annotated[
    Annotated[Day, Tag("day")] | Annotated[Instant, Tag("time")], Discriminator(_which)
]
"""A plain day, or a time with its offset; an error names the one that was meant."""


def of_field(text: str, zone: ZoneInfo) -> datetime:
    """What a browser's date and time field holds, in a zone; InvalidError for what is no time."""
    try:
        return _within(datetime.fromisoformat(text).replace(tzinfo=zone))
    except ValueError as error:
        raise InvalidError("this is no time", hint="choose a day and a time of day") from error
