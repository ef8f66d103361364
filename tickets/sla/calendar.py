"""The calendar that a promise is kept by: weekly hours, a zone, and a country's days off."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from runtime import time_zone
from tickets.sla.business_time import Calendar, Window

_WINDOW = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_END_OF_DAY = 24 * 60
LOCALES = {"en": "en_US", "zh": "zh_CN"}
"""What the library of holidays calls our languages."""


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


Weekly = dict[Weekday, tuple[str, ...]]
"""Such as {"monday": ["08:00-12:00", "13:00-17:00"]}; a day that is not named is closed."""


class Place(BaseModel):
    """Where a desk is, for its clock and its days off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str | None = Field(
        default=None, examples=["Asia/Shanghai"], description="null: that of the home"
    )
    country: str | None = Field(
        default=None, examples=["CN"], description="Its public holidays are days off; null for none"
    )
    subdivision: str | None = Field(default=None, description="A state or province, ISO 3166-2")
    closed_on: tuple[date, ...] = Field(default=(), description="More days off")
    open_on: tuple[date, ...] = Field(
        default=(), description="Days off that are worked all the same, with Monday's hours"
    )

    @field_validator("time_zone")
    @classmethod
    def _check_zone(cls, value: str | None) -> str | None:
        if value is not None and not time_zone.is_known(value):
            raise ValueError(f"there is no time zone {value!r}; give one such as Europe/Berlin")
        return value

    @model_validator(mode="after")
    def _check_country(self) -> Place:
        known = holidays.list_supported_countries()
        if self.country is None:
            if self.subdivision is not None:
                raise ValueError("a subdivision needs its country")
        elif self.country not in known:
            raise ValueError(f"no holidays are known of {self.country!r}; give a code such as DE")
        elif self.subdivision is not None and self.subdivision not in known[self.country]:
            choice = ", ".join(known[self.country]) or "it has none"
            raise ValueError(f"{self.country} has no {self.subdivision!r}; one of: {choice}")
        return self


class Terms(BaseModel):
    """All that a calendar is made of; kept with each clock, so that a promise stays as it was."""

    model_config = ConfigDict(frozen=True)

    calendar: str
    weekly: Weekly
    place: Place


def of(terms: Terms) -> Calendar:
    """The calendar by these terms."""
    return _made(terms.model_dump_json())


@lru_cache(maxsize=256)
def _made(text: str) -> Calendar:
    terms = Terms.model_validate_json(text)
    place = terms.place
    return Calendar(
        ZoneInfo(place.time_zone or "UTC"),
        tuple(hours(terms.weekly.get(day, ())) for day in Weekday),
        _DaysOff(place),
        _WorkedDays(place),
    )


def hours(written: tuple[str, ...]) -> tuple[Window, ...]:
    """Read the hours of a day, such as 08:00-12:00; ValueError says what is wrong."""
    windows = tuple(_window(each) for each in written)
    for (_, ends), (begins, _) in pairwise(windows):
        if begins < ends:
            raise ValueError(f"the hours {', '.join(written)} are not one after the other")
    return windows


def _window(text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no hours; write such as 08:00-17:30")
    numbers = [int(each) for each in found.groups()]
    begins, ends = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if not begins < ends <= _END_OF_DAY:
        raise ValueError(f"{text!r} does not end after it begins, on the same day")
    return begins, ends


class _DaysOff:
    """Public holidays and what was added by hand."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __contains__(self, day: object) -> bool:
        return day in self._place.closed_on or day in _public(self._place, day)[0]


class _WorkedDays:
    """Days of a weekend that a country works in exchange, and what was added by hand."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __contains__(self, day: object) -> bool:
        if day in self._place.closed_on:
            return False
        return day in self._place.open_on or day in _public(self._place, day)[1]


def days_off(place: Place, at: datetime, number: int, spoken: str) -> list[tuple[date, str]]:
    """The next days off of a place with their names; what was added by hand has none.

    Names are in the language if they are known in it, else in one of the country's.
    """
    today = at.astimezone(ZoneInfo(place.time_zone or "UTC")).date()
    named = dict.fromkeys(place.closed_on, "")
    if place.country is not None:
        years = range(today.year, today.year + 2)
        named |= holidays.country_holidays(
            place.country, subdiv=place.subdivision, years=years, language=LOCALES.get(spoken)
        )
    worked = _WorkedDays(place)
    ahead = sorted(day for day in named if day >= today and day not in worked)
    return [(day, named[day]) for day in ahead[:number]]


Days = tuple[frozenset[date], frozenset[date]]


def _public(place: Place, day: object) -> Days:
    if place.country is None or not isinstance(day, date):
        return frozenset(), frozenset()
    return _of_year(place.country, place.subdivision, day.year)


@lru_cache(maxsize=512)
def _of_year(country: str, subdivision: str | None, year: int) -> Days:
    """The public holidays of a year, and the days of its weekends that are worked for them."""
    found = holidays.country_holidays(country, subdiv=subdivision, years=year)
    worked = (day for day in found.weekend_workdays if day.year == year)
    return frozenset(found), frozenset(worked)
