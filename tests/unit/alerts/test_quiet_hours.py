from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notices import quiet_hours
from alerts.notices.quiet_hours import QuietHours
from runtime.errors import InvalidError

USUAL = QuietHours(time(21), time(8))
ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Asia/Shanghai", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe")
]
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - given UTC
    lambda at: at.replace(tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("at", "zone", "free"),
    [
        ("2026-06-01T12:00", "Asia/Shanghai", "2026-06-01T12:00"),
        ("2026-06-01T13:00", "Asia/Shanghai", "2026-06-02T00:00"),
        ("2026-06-01T23:59", "Asia/Shanghai", "2026-06-02T00:00"),
        ("2026-06-02T00:00", "Asia/Shanghai", "2026-06-02T00:00"),
        # The clocks go forward in the night to 29 March: the morning comes an hour sooner.
        ("2026-03-28T22:00", "Europe/Lisbon", "2026-03-29T07:00"),
        # And back in the night to 25 October.
        ("2026-10-24T21:00", "Europe/Lisbon", "2026-10-25T08:00"),
    ],
)
def test_a_letter_waits_for_the_morning_of_the_home(at: str, zone: str, free: str) -> None:
    instant, expected = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (at, free))
    assert quiet_hours.free_at(instant, ZoneInfo(zone), USUAL) == expected


@given(
    at=INSTANTS,
    zone=st.sampled_from(ZONES),
    begins=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    ends=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
)
def test_what_is_free_is_not_quiet_and_not_more_than_a_day_away(
    at: datetime, zone: ZoneInfo, begins: time, ends: time
) -> None:
    quiet = QuietHours(begins, ends)
    free = quiet_hours.free_at(at, zone, quiet)
    assert at <= free <= at + timedelta(hours=25)
    assert not quiet.cover(free.astimezone(zone).time())
    assert quiet_hours.free_at(free, zone, quiet) == free
    if not quiet.cover(at.astimezone(zone).time()):
        assert free == at


def test_equal_ends_are_no_quiet_hours() -> None:
    assert not any(QuietHours.parse("08:00-08:00").cover(time(hour)) for hour in range(24))


@pytest.mark.parametrize("text", ["", "21-8", "21:00", "nine to five", "21:00-25:00"])
def test_what_are_no_quiet_hours_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidError, match="21:00-08:00"):
        QuietHours.parse(text)


def test_hours_are_read_as_people_write_them() -> None:
    assert QuietHours.parse("21:30 - 07:15") == QuietHours(time(21, 30), time(7, 15))
