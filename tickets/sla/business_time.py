"""How much business time lies between two instants, and when so much of it will be over. Pure.

Hours are wall time of one zone. Where a clock is put forward, a time that does not exist stands
for the moment of the change; where it is put back, a time that comes twice stands for its first.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from runtime.errors import InvalidError

Window = tuple[int, int]
"""From and until, in minutes since midnight; 1440 is the end of the day."""
DAY = timedelta(days=1)
FURTHEST_DAYS = 3660
"""A calendar that opens so seldom that ten years do not do is a mistake in the calendar."""
REMEMBERED = 20_000
"""Days of calendars: a queue asks for the same ones with each ticket."""
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
    if last <= first:
        return NONE
    day = first.astimezone(calendar.zone).date()
    final = last.astimezone(calendar.zone).date()
    total = NONE
    for each in {day - DAY, day, final}:
        for opens, closes in _stretches(calendar, each):
            total += max(NONE, min(closes, last) - max(opens, first))
    while (day := day + DAY) < final:
        total += _length(calendar, day)
    return total


def after(calendar: Calendar, begin: datetime, length: timedelta) -> datetime:
    """The first instant with at least `length` of business time since `begin`, in UTC.

    InvalidError if ten years do not have so much.
    """
    # Arithmetic within one zone is of wall time: lengths are right in UTC only.
    first, left = begin.astimezone(UTC), length
    if left <= NONE:
        return first
    day = first.astimezone(calendar.zone).date() - DAY
    for number in range(FURTHEST_DAYS):
        for opens, closes in _stretches(calendar, day + number * DAY):
            start = max(opens, first)
            if closes - start >= left:
                return start + left
            left -= max(NONE, closes - start)
    raise InvalidError(
        f"the calendar does not have {length} of business time in ten years",
        hint="give it longer hours or fewer days off",
    )


@lru_cache(maxsize=REMEMBERED)
def _stretches(calendar: Calendar, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The open stretches of a day, in order, as instants in UTC."""
    return tuple(
        (instant(day, opens, calendar.zone), instant(day, closes, calendar.zone))
        for opens, closes in calendar.windows(day)
    )


@lru_cache(maxsize=REMEMBERED)
def _length(calendar: Calendar, day: date) -> timedelta:
    """The business time of a whole day."""
    return sum((closes - opens for opens, closes in _stretches(calendar, day)), NONE)


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
