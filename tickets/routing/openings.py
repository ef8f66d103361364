"""When each technician could begin a visit: the beginnings of their shifts that are free. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from tickets.routing import calendar, hours, technician
from tickets.routing.calendar import DaysOff, Span
from tickets.routing.case import Opening
from tickets.routing.technician import Technician
from tickets.visits.visit import LENGTH


def of(
    found: Technician,
    taken: Collection[Span],
    closed: DaysOff,
    since: datetime,
    days: int,
    asked: Collection[datetime] = (),
) -> Iterator[Opening]:
    """The openings of a technician past what is `taken`, from `since` on for some days.

    Besides the usual beginnings those of `asked` that lie within a shift: a visit that changes
    hands keeps its time, whenever the others begin.
    """
    week, zone = hours.read(found.hours), technician.zone(found.time_zone)
    for day, shift in calendar.shifts(week, zone, closed, since, days):
        usual = calendar.starts(shift, LENGTH, taken)
        for begin in sorted({*usual, *_within(shift, taken, asked)}):
            if begin >= since:
                yield Opening(found.name, day, begin, begin + LENGTH)


def _within(
    shift: Span, taken: Collection[Span], asked: Collection[datetime]
) -> Iterator[datetime]:
    for begin in asked:
        visit = Span(begin, begin + LENGTH)
        inside = shift.begins_at <= begin and visit.ends_at <= shift.ends_at
        if inside and not any(visit.meets(each) for each in taken):
            yield begin
