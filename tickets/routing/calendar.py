"""When a technician can begin a visit: working hours less holidays, absences and past. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from tickets.routing.hours import Week

ROOM = timedelta(minutes=30)
"""Between the end of one visit and the beginning of the next: the way of most pairs of homes."""


@dataclass(frozen=True)
class Span:
    """From an instant up to another."""

    begins_at: datetime
    ends_at: datetime

    def meets(self, other: Span) -> bool:
        """Whether both hold some instant."""
        return self.begins_at < other.ends_at and other.begins_at < self.ends_at


@dataclass(frozen=True)
class DaysOff:
    """The days on which nobody of a region works."""

    country: str | None = None
    subdivision: str | None = None
    others: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    """Public holidays that are worked all the same."""

    def __contains__(self, day: date) -> bool:
        return day in self.others or (day not in self.worked and self._public(day))

    def _public(self, day: date) -> bool:
        country = self.country
        return country is not None and day in _public(country, self.subdivision, day.year)


@lru_cache(maxsize=64)
def _public(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdivision, years=year))


def shifts(
    week: Week, zone: ZoneInfo, days_off: DaysOff, since: datetime, days: int
) -> Iterator[tuple[date, Span]]:
    """What somebody works on each of `days` days from `since` on, by the day there."""
    first = since.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in range(days)):
        if day in days_off:
            continue
        for begin, end in week[day.weekday()]:
            span = Span(
                datetime.combine(day, begin, zone).astimezone(UTC),
                datetime.combine(day, end, zone).astimezone(UTC),
            )
            # An hour that a clock skips in spring may leave nothing of a shift.
            if span.begins_at < span.ends_at:
                yield day, span


def starts(shift: Span, length: timedelta, taken: Iterable[Span]) -> Iterator[datetime]:
    """When visits of `length` may begin in a shift, past what is `taken` already."""
    busy = list(taken)
    begin = shift.begins_at
    while begin + length <= shift.ends_at:
        visit = Span(begin, begin + length)
        if not any(visit.meets(each) for each in busy):
            yield begin
        begin += length + ROOM
