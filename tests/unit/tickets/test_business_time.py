"""Business time: what must hold for any calendar, and days worked out by hand."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import InvalidError
from tickets.sla.business_time import Calendar, after, between

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ALWAYS = ((0, 1440),)
OFFICE = ((9 * 60, 17 * 60),)
# Berlin and Sydney move their clocks in opposite seasons, Lord Howe by half an hour, Santiago and
# Beirut at midnight, Samoa left out a whole day in 2011; Kolkata never moves.
ZONES = (
    "Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago",
    "Asia/Beirut", "Pacific/Apia", "Asia/Kolkata", "UTC",
)  # fmt: skip
MOVES = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 4, 5, tzinfo=UTC),
    datetime(2026, 9, 6, tzinfo=UTC),
    datetime(2011, 12, 30, tzinfo=UTC),
)


def week(*days: tuple[tuple[int, int], ...]) -> tuple[tuple[tuple[int, int], ...], ...]:
    return (*days, *((),) * (7 - len(days)))


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def elapsed(begin: datetime, end: datetime) -> timedelta:
    return max(end.astimezone(UTC) - begin.astimezone(UTC), timedelta())


WEEKDAYS = week(OFFICE, OFFICE, OFFICE, OFFICE, OFFICE)
EVERY_DAY = (ALWAYS,) * 7


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    marks = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(zip(marks[::2], marks[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = draw(st.lists(windows(), min_size=7, max_size=7))
    days[draw(st.integers(0, 6))] = OFFICE
    near = st.sampled_from(MOVES).map(lambda move: move.date())
    off: Container[date] = draw(st.frozensets(near, max_size=3))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    return Calendar(zone, tuple(days), off)


@st.composite
def moments(draw: st.DrawFn, number: int) -> list[datetime]:
    """Instants around one move of the clocks, told in whatever zone."""
    move = draw(st.sampled_from(MOVES))
    minutes = draw(st.lists(st.integers(-4000, 4000), min_size=number, max_size=number))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    return [(move + each * MINUTE).astimezone(zone) for each in minutes]


MOMENT = moments(1).map(lambda found: found[0])
LENGTHS = st.integers(0, 60 * 60).map(lambda minutes: minutes * MINUTE)


@given(calendars(), moments(3))
def test_two_parts_are_together_as_long_as_the_whole(
    calendar: Calendar, found: list[datetime]
) -> None:
    begin, middle, end = sorted(found, key=datetime.timestamp)
    parts = between(calendar, begin, middle) + between(calendar, middle, end)
    assert between(calendar, begin, end) == parts


@given(calendars(), moments(2))
def test_it_is_never_negative_nor_longer_than_the_time_itself(
    calendar: Calendar, found: list[datetime]
) -> None:
    begin, end = found
    assert timedelta() <= between(calendar, begin, end) <= elapsed(begin, end)


@given(calendars(), MOMENT, LENGTHS)
def test_going_on_by_a_length_takes_exactly_that_length_and_not_a_moment_more(
    calendar: Calendar, begin: datetime, length: timedelta
) -> None:
    end = after(calendar, begin, length)
    assert between(calendar, begin, end) == length
    if length:
        assert between(calendar, begin, end - timedelta(seconds=1)) < length


@given(calendars(), MOMENT, LENGTHS, LENGTHS)
def test_more_time_ends_no_earlier_and_two_steps_end_where_one_does(
    calendar: Calendar, begin: datetime, first: timedelta, second: timedelta
) -> None:
    one = after(calendar, begin, first)
    assert one <= after(calendar, begin, first + second)
    assert after(calendar, one, second) == after(calendar, begin, first + second)


@given(calendars(), MOMENT, LENGTHS, LENGTHS)
def test_who_begins_later_is_not_done_earlier(
    calendar: Calendar, begin: datetime, later: timedelta, length: timedelta
) -> None:
    assert after(calendar, begin, length) <= after(calendar, begin.astimezone(UTC) + later, length)


@given(st.sampled_from(ZONES).map(ZoneInfo), moments(2))
def test_a_desk_that_never_closes_counts_every_moment(
    zone: ZoneInfo, found: list[datetime]
) -> None:
    begin, end = found
    assert between(Calendar(zone, EVERY_DAY), begin, end) == elapsed(begin, end)


def test_friday_afternoon_goes_on_on_monday() -> None:
    desk = Calendar(ZoneInfo("Europe/Berlin"), WEEKDAYS)
    begin = at("Europe/Berlin", "2026-06-05 15:30")
    assert after(desk, begin, 4 * HOUR) == at("Europe/Berlin", "2026-06-08 11:30")
    assert between(desk, begin, at("Europe/Berlin", "2026-06-09 09:10")) == 9.5 * HOUR + 10 * MINUTE


def test_time_ends_with_the_day_not_with_the_next_morning() -> None:
    desk = Calendar(ZoneInfo("UTC"), WEEKDAYS)
    begin = at("UTC", "2026-06-01 16:00")
    assert after(desk, begin, HOUR) == at("UTC", "2026-06-01 17:00")
    assert after(desk, begin, timedelta()) == begin


def test_a_day_off_does_not_count_and_a_worked_saturday_does() -> None:
    off, worked = frozenset({date(2026, 6, 2)}), frozenset({date(2026, 6, 6)})
    desk = Calendar(ZoneInfo("UTC"), WEEKDAYS, off, worked)
    begin = at("UTC", "2026-06-01 16:00")
    assert after(desk, begin, 2 * HOUR) == at("UTC", "2026-06-03 10:00")
    assert between(desk, at("UTC", "2026-06-06 00:00"), at("UTC", "2026-06-08 00:00")) == 8 * HOUR


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)]
)
def test_a_day_on_which_clocks_move_is_as_long_as_it_is(day: str, hours: int) -> None:
    desk = Calendar(ZoneInfo("Europe/Berlin"), EVERY_DAY)
    begin = at("Europe/Berlin", f"{day} 00:00")
    assert after(desk, begin, hours * HOUR) == begin + timedelta(days=1)


def test_a_night_shift_loses_an_hour_in_spring_and_gains_one_in_autumn() -> None:
    night = Calendar(ZoneInfo("Europe/Berlin"), (((60, 5 * 60),),) * 7)
    spring, autumn = (
        at("Europe/Berlin", "2026-03-29 00:00"),
        at("Europe/Berlin", "2026-10-25 00:00"),
    )
    assert between(night, spring, spring + 12 * HOUR) == 3 * HOUR
    assert between(night, autumn, autumn + 12 * HOUR) == 5 * HOUR
    assert after(night, autumn, 5 * HOUR) == at("Europe/Berlin", "2026-10-25 05:00")


def test_hours_that_begin_or_end_in_the_hour_that_does_not_exist_meet_at_the_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    change = at("Europe/Berlin", "2026-03-29 03:00")
    early = Calendar(zone, (((60, 150),),) * 7)
    late = Calendar(zone, (((150, 300),),) * 7)
    assert between(early, change - 6 * HOUR, change + 6 * HOUR) == HOUR
    assert between(late, change - 6 * HOUR, change + 6 * HOUR) == 2 * HOUR
    assert after(late, change - HOUR, MINUTE) == change + MINUTE


def test_a_calendar_that_never_opens_says_so_instead_of_looking_for_ever() -> None:
    with pytest.raises(InvalidError, match="in ten years"):
        after(Calendar(ZoneInfo("UTC"), week()), MOVES[0], HOUR)
