"""Whom a letter is for, and how days and times read at their home."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta

from alerts.notices.grouping import spoken
from customers import contact, household
from customers.contact import Contact
from storage.pool import Connection

ARRIVAL = timedelta(hours=2)
"""Visits before it may take longer: a technician comes within so long."""


@dataclass(frozen=True)
class Addressee:
    """The primary contact of a home."""

    contact: Contact
    zone: ZoneInfo

    @cached_property
    def language(self) -> str:
        """The one of our languages that they read."""
        return spoken(self.contact.language)

    @property
    def _locale(self) -> str:
        return "zh_Hans_CN" if self.language == "zh" else "en_GB"

    def day(self, at: datetime) -> str:
        """A day as people say it: `4 June`."""
        return format_date(
            at.astimezone(self.zone), self._pattern("d MMMM", "M月d日"), self._locale
        )

    def weekday(self, at: datetime) -> str:
        """A day with its name: `Thursday, 4 June`."""
        pattern = self._pattern("EEEE, d MMMM", "M月d日（EEEE）")
        return format_date(at.astimezone(self.zone), pattern, self._locale)

    def time(self, at: datetime) -> str:
        """A time of the day: `14:00`."""
        return format_time(at.astimezone(self.zone), "HH:mm", locale=self._locale)

    def arrival(self, at: datetime) -> str:
        """When somebody comes who is planned for then: `between 14:00 and 16:00`."""
        begins, ends = self.time(at), self.time(at + ARRIVAL)
        return f"{begins} 至 {ends}" if self.language == "zh" else f"between {begins} and {ends}"

    def span(self, days: float) -> str:
        """A number of days, or of weeks where it is more: `5 days`."""
        lasting = timedelta(days=max(round(days), 1))
        return format_timedelta(lasting, granularity="day", threshold=14, locale=self._locale)

    def _pattern(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english


def of_households(
    connection: Connection, household_ids: Collection[int | None]
) -> dict[int | None, Addressee]:
    """The person of each home that letters go to; homes without one are left out."""
    known = {number for number in household_ids if number is not None}
    people = contact.primary_of(connection, known)
    return {number: of_contact(connection, person) for number, person in people.items()}


def of_contact(connection: Connection, person: Contact) -> Addressee:
    """One person, by the clock of their home."""
    return Addressee(person, ZoneInfo(household.get(connection, person.household_id).time_zone))
