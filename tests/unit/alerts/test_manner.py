"""Whether a notice goes out, waits or stays: the rules, at the times at which they differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notices import frequency, manner
from alerts.notices.frequency import Cap
from alerts.notices.manner import PATIENCE, Case, Rules, Ruling
from alerts.notices.quiet_hours import QuietHours

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
"""In Shanghai."""
NIGHT = NOON + timedelta(hours=11)
MORNING = NOON + timedelta(hours=20)
DAY = timedelta(days=1)
RULES = Rules(QuietHours(time(21), time(8)))
REMINDER = Case(
    "reminders",
    "consumable",
    safety=False,
    written_at=NOON,
    consented=True,
    zone=ZoneInfo("Asia/Shanghai"),
)
SERVICE = replace(REMINDER, purpose="service", occasion="appointment")
DANGER = replace(SERVICE, occasion="safety", safety=True, consented=False)
THREE = tuple(NOON - n * DAY for n in (1, 2, 3))


def rule(case: Case, at: datetime = NOON) -> Ruling:
    return manner.rule(case, RULES, at)


def test_what_is_agreed_to_goes_out_by_day_and_waits_by_night() -> None:
    for case in (REMINDER, SERVICE):
        assert rule(case) == Ruling()
        assert rule(case, NIGHT) == Ruling(until=MORNING, why="quiet hours")


def test_without_consent_nothing_goes_out_but_danger() -> None:
    assert rule(replace(SERVICE, consented=False)).refused == "no consent to service"
    assert rule(DANGER, NIGHT) == Ruling()


def test_danger_opens_no_door_for_advertising() -> None:
    disguised = replace(DANGER, purpose="marketing")
    assert rule(disguised).refused == "no consent to marketing"
    assert rule(replace(disguised, consented=True), NIGHT).until == MORNING


def test_a_technician_on_the_way_is_told_of_at_any_hour_but_not_against_consent() -> None:
    coming = replace(SERVICE, occasion="on_the_way")
    assert rule(coming, NIGHT) == Ruling()
    assert rule(replace(coming, consented=False)).refused


def test_after_three_letters_in_a_week_a_reminder_waits_and_service_does_not() -> None:
    held = rule(replace(REMINDER, sent=THREE))
    assert held == Ruling(until=NOON + 4 * DAY, why="3 letters in 7 days already")
    assert rule(replace(SERVICE, sent=THREE)) == Ruling()


def test_a_snooze_holds_reminders_and_nothing_else() -> None:
    snoozed = replace(REMINDER, snoozed_until=NOON + 5 * DAY)
    assert rule(snoozed) == Ruling(until=NOON + 5 * DAY, why="snoozed by the customer")
    assert rule(replace(snoozed, purpose="service")) == Ruling()
    assert rule(snoozed, NOON + 5 * DAY) == Ruling()


def test_what_would_have_to_wait_for_weeks_is_given_up() -> None:
    until = NOON + PATIENCE + DAY
    late = rule(replace(REMINDER, occasion="care_tip", snoozed_until=until))
    assert "more than 14 days: snoozed" in late.refused


def test_what_is_written_anew_when_it_goes_out_waits_however_long() -> None:
    until = NOON + PATIENCE + DAY
    held = rule(replace(REMINDER, snoozed_until=until))
    assert held == Ruling(until=until, why="snoozed by the customer")


@given(
    hours=st.lists(st.integers(-400, 0), max_size=12),
    most=st.integers(0, 5),
    snooze=st.one_of(st.none(), st.integers(0, 240)),
    purpose=st.sampled_from(["service", "reminders", "marketing"]),
    later=st.integers(0, 47),
)
def test_what_was_held_goes_out_when_its_time_has_come(
    hours: list[int], most: int, snooze: int | None, purpose: str, later: int
) -> None:
    sent = [NOON + timedelta(hours=each) for each in hours]
    until = None if snooze is None else NOON + timedelta(hours=snooze)
    case = replace(REMINDER, purpose=purpose, sent=sent, snoozed_until=until)
    rules, at = replace(RULES, cap=Cap(most)), NOON + timedelta(minutes=30 * later)
    ruling = manner.rule(case, rules, at)
    if ruling.until is not None:
        assert ruling.until > at
        assert manner.rule(case, rules, ruling.until) == Ruling()
        assert ruling.why


@given(hours=st.lists(st.integers(-400, 0), max_size=20), most=st.integers(1, 5))
def test_no_week_ever_holds_more_letters_than_the_cap(hours: list[int], most: int) -> None:
    cap, sent = Cap(most), []
    for hour in sorted(hours):
        sent.append(frequency.free_at(max([NOON + timedelta(hours=hour), *sent]), sent, cap))
    for first in sent:
        assert sum(first <= each < first + cap.within for each in sent) <= most


@pytest.mark.parametrize("sent", [THREE[:2], THREE])
def test_no_cap_is_no_bound(sent: tuple[datetime, ...]) -> None:
    assert frequency.free_at(NOON, sent, Cap(0)) == NOON
