"""Working hours as people write them, and the days that they make."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from runtime.errors import InvalidError
from tickets.routing import calendar, hours
from tickets.routing.calendar import DaysOff, Span

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


def test_days_and_shifts_are_read() -> None:
    week = hours.read("Mon-Wed 08:00-12:00, 13:00-17:00; sat 09:00-13:00")
    assert week[0] == week[2] == ((time(8), time(12)), (time(13), time(17)))
    assert week[5] == ((time(9), time(13)),)
    assert week[3] == week[6] == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no working hours"),
        (" ; ", "no working hours"),
        ("always", "not understood"),
        ("xyz 08:00-17:00", "no such day"),
        ("mon-xyz 08:00-17:00", "no such day"),
        ("fri-mon 08:00-17:00", "run backwards"),
        ("mon 17:00-08:00", "no span of a day"),
        ("mon 08:00-08:00", "no span of a day"),
        ("mon 25:00-26:00", "no span of a day"),
        ("mon 8-17", "no span of a day"),
        ("mon 08:00-12:00,11:00-17:00", "overlap"),
        ("mon-fri 08:00-12:00; wed 13:00-17:00", "wed twice"),
    ],
)
def test_what_is_not_understood_is_refused_with_an_example(text: str, told: str) -> None:
    with pytest.raises(InvalidError, match=told) as refused:
        hours.read(text)
    assert refused.value.hint


def _days(text: str, since: datetime, days: int, off: DaysOff | None = None) -> list[Span]:
    week = hours.read(text)
    return [span for _, span in calendar.shifts(week, BERLIN, off or DaysOff(), since, days)]


def test_a_shift_begins_by_the_clock_on_the_wall_in_summer_and_winter() -> None:
    before, after = _days("sat-sun 08:00-12:00", datetime(2026, 3, 28, tzinfo=UTC), 2)
    assert before == Span(
        datetime(2026, 3, 28, 7, tzinfo=UTC), datetime(2026, 3, 28, 11, tzinfo=UTC)
    )
    assert after == Span(
        datetime(2026, 3, 29, 6, tzinfo=UTC), datetime(2026, 3, 29, 10, tzinfo=UTC)
    )


def test_a_shift_in_the_hour_that_spring_skips_is_not_there() -> None:
    assert _days("sun 02:30-03:00", datetime(2026, 3, 29, tzinfo=UTC), 1) == []


def test_public_holidays_and_others_are_free_unless_they_are_worked() -> None:
    since = datetime(2026, 12, 24, tzinfo=UTC)
    everywhere = [each.begins_at.day for each in _days("mon-sun 08:00-12:00", since, 4)]
    assert everywhere == [24, 25, 26, 27]
    off = DaysOff("DE", "BE", frozenset({date(2026, 12, 24)}), frozenset({date(2026, 12, 26)}))
    assert [each.begins_at.day for each in _days("mon-sun 08:00-12:00", since, 4, off)] == [26, 27]


def test_visits_begin_in_steps_and_not_where_something_is() -> None:
    eight = datetime(2026, 6, 1, 8, tzinfo=UTC)
    shift = Span(eight, eight + 6 * HOUR)
    starts = list(calendar.starts(shift, HOUR, []))
    assert starts == [eight, eight + 1.5 * HOUR, eight + 3 * HOUR, eight + 4.5 * HOUR]
    taken = [Span(eight + 2 * HOUR, eight + 3.5 * HOUR)]
    assert list(calendar.starts(shift, HOUR, taken)) == [eight, eight + 4.5 * HOUR]
    assert list(calendar.starts(shift, 7 * HOUR, [])) == []
