"""How much business time lies between two instants, and when so much of it will be over. Pure.

Hours are wall time of one zone. Where a clock is put forward, a time that does not exist stands
for the moment of the change; where it is put back, a time that comes twice stands for its first.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from runtime.errors import InvalidError

Window = tuple[int, int]
"""From and until, in minutes since midnight; 1440 is the end of the day."""
DAY = timedelta(days=1)
FURTHEST_DAYS = 3660
"""A calendar that opens so seldom that ten years do not do is a mistake in the calendar."""
NONE = timedelta()
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Calendar:
    """When a desk works."""

    zone: ZoneInfo
    week: tuple[tuple[Window, ...], ...]
    """The hours of each weekday, Monday first; in order, none within another."""
    closed: Container[date] = frozenset()
    """Days off, whatever weekday they are."""
    worked: Container[date] = frozenset()
    """Days of a weekend that are worked like a Monday; this overrides `closed`."""

    def windows(self, day: date) -> tuple[Window, ...]:
        """The hours of one day."""
        if day in self.worked:
            return self.week[0]
        return () if day in self.closed else self.week[day.weekday()]


def between(calendar: Calendar, begin: datetime, end: datetime) -> timedelta:
    """The business time from `begin` until `end`; none if `end` is not the later one."""
    first, last = begin.astimezone(UTC), end.astimezone(UTC)
    total = NONE
    for opens, closes in _stretches(calendar, first, last):
        total += max(NONE, min(closes, last) - max(opens, first))
    return total


def after(calendar: Calendar, begin: datetime, length: timedelta) -> datetime:
    """The first instant with at least `length` of business time since `begin`, in UTC.

    InvalidError if ten years do not have so much.
    """
    # Arithmetic within one zone is of wall time: lengths are right in UTC only.
    first, left = begin.astimezone(UTC), length
    if left <= NONE:
        return first
    for opens, closes in _stretches(calendar, first, first + FURTHEST_DAYS * DAY):
        start = max(opens, first)
        if closes - start >= left:
            return start + left
        left -= max(NONE, closes - start)
    raise InvalidError(
        f"the calendar does not have {length} of business time in ten years",
        hint="give it longer hours or fewer days off",
    )


def _stretches(
    calendar: Calendar, begin: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The open stretches that may touch `begin` to `end`, in order, as instants in UTC."""
    day = begin.astimezone(calendar.zone).date() - DAY
    last = end.astimezone(calendar.zone).date()
    while day <= last:
        for opens, closes in calendar.windows(day):
            yield instant(day, opens, calendar.zone), instant(day, closes, calendar.zone)
        day += DAY


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """When a clock of the zone shows so many minutes after the midnight that begins the day."""
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found, zone)


def _end_of_gap(before: datetime, after_: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the zone's clocks are put forward."""
    offset = after_.astimezone(zone).utcoffset()
    while after_ - before > SECOND:
        middle = before + timedelta(seconds=(after_ - before) // SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            after_ = middle
        else:
            before = middle
    return after_
