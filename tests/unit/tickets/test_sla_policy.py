"""What the desk promises: the shipped promises, a policy of one's own, and what it must not say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from tickets.sla import business_time, calendar, policy
from tickets.sla.calendar import Place, Terms, Weekday
from tickets.sla.policy import Case, Policy

HOUR = timedelta(hours=1)
SHIPPED = policy.shipped()


def case(severity: str, tier: str = "standard", *, safety: bool = False, region: str = "") -> Case:
    return Case(severity, safety, tier, region, "Europe/Lisbon")


def own(**changed: Any) -> Policy:  # noqa: ANN401 - a document's fields
    return Policy.model_validate(SHIPPED.model_dump(mode="json") | changed)


@pytest.mark.parametrize(
    ("asked", "first", "done", "name"),
    [
        (case("low", safety=True), 0.5, 24, "always"),
        (case("critical"), 1, 48, "always"),
        (case("high", "platinum"), 2, 20, "office"),
        (case("high"), 4, 30, "office"),
        (case("low", "gold"), 4, 40, "office"),
        (case("medium", "silver"), 8, 50, "office"),
        (case("low"), 20, 100, "office"),
    ],
)
def test_a_worse_case_and_a_better_tier_are_promised_more(
    asked: Case, first: float, done: float, name: str
) -> None:
    found = policy.target(SHIPPED, asked)
    assert (found.first_response, found.resolution) == (first * HOUR, done * HOUR)
    assert found.terms.calendar == name


def test_hours_are_those_of_the_home_unless_the_region_has_a_zone() -> None:
    regions = {"north": {"time_zone": "Asia/Shanghai", "country": "CN"}}
    made = own(regions=regions)
    assert policy.target(made, case("high")).terms.place.time_zone == "Europe/Lisbon"
    north = policy.target(made, case("high", region="north")).terms.place
    assert (north.time_zone, north.country) == ("Asia/Shanghai", "CN")
    always = policy.target(made, case("critical", region="north")).terms.place
    assert (always.time_zone, always.country) == ("Asia/Shanghai", None)


def test_a_home_in_no_zone_that_exists_is_kept_by_utc() -> None:
    lost = Case("high", safety=False, tier="gold", region="", time_zone="Mars/Olympus")
    assert policy.target(SHIPPED, lost).terms.place.time_zone == "UTC"


ONE_MINUTE = {
    "office": {"monday": ["08:00-08:01"]},
    "always": {"monday": ["00:00-24:00"]},
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"promises": []}, "at least 1"),
        ({"promises": [{"calendar": "moon"}]}, "first_response_minutes"),
        ({"calendars": {"office": {"monday": ["9 to 5"]}}}, "write such as 08:00-17:30"),
        ({"calendars": {"office": {"monday": ["17:00-08:00"]}}}, "does not end after it begins"),
        ({"calendars": {"office": {"monday": ["08:00-12:00", "11:00-13:00"]}}}, "one after"),
        (
            {"calendars": {"office": {"monday": ["08:00-12:00"], "friday": ["9 to 5"]}}},
            "write such as 08:00-17:30",
        ),
        ({"calendars": {"office": {"monday": []}}}, "never open"),
        ({"calendars": ONE_MINUTE}, "more than five years"),
        ({"calendars": {"always": {"monday": ["00:00-24:00"]}}}, "no calendar office"),
        ({"regions": {"north": {"time_zone": "Mars/Olympus"}}}, "no time zone 'Mars/Olympus'"),
        ({"regions": {"north": {"country": "XX"}}}, "no holidays are known of 'XX'"),
        ({"regions": {"north": {"country": "DE", "subdivision": "ZZ"}}}, "DE has no 'ZZ'"),
        ({"regions": {"north": {"subdivision": "BY"}}}, "needs its country"),
        ({"warn_at": 1.5}, "less than 1"),
        ({"warm_at": 0.5}, "not permitted"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused_with_the_reason(
    changed: dict[str, object], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        own(**changed)


def test_the_last_promise_must_fit_every_ticket() -> None:
    first = SHIPPED.model_dump(mode="json")["promises"][:3]
    with pytest.raises(ValidationError, match="must fit every ticket"):
        own(promises=first)


def test_a_countrys_holidays_are_days_off_and_what_is_said_by_hand_counts_more() -> None:
    place = Place(
        time_zone="Europe/Berlin",
        country="DE",
        subdivision="BY",
        closed_on=(date(2026, 6, 5),),
        open_on=(date(2026, 6, 4),),
    )
    weekly = dict.fromkeys(list(Weekday)[:5], ("09:00-17:00",))
    desk = calendar.of(Terms(calendar="office", weekly=weekly, place=place))
    # Epiphany is a holiday in Bavaria and not in Berlin; Corpus Christi is worked by hand, and the
    # Friday after it is not.
    assert desk.windows(date(2026, 1, 6)) == ()
    assert desk.windows(date(2026, 6, 4)) == ((540, 1020),)
    assert desk.windows(date(2026, 6, 5)) == ()
    berlin = place.model_copy(update={"subdivision": "BE"})
    other = calendar.of(Terms(calendar="office", weekly=weekly, place=berlin))
    assert other.windows(date(2026, 1, 6)) == ((540, 1020),)


def test_china_works_on_a_saturday_for_a_day_off_in_the_week() -> None:
    weekly = dict.fromkeys(list(Weekday)[:5], ("09:00-17:00",))
    place = Place(time_zone="Asia/Shanghai", country="CN")
    desk = calendar.of(Terms(calendar="office", weekly=weekly, place=place))
    # 14 February 2026 is worked for the 20th, in the week of the Spring Festival.
    assert desk.windows(date(2026, 2, 14)) == ((540, 1020),)
    assert desk.windows(date(2026, 2, 20)) == ()
    friday = datetime(2026, 2, 13, 8, tzinfo=UTC)
    assert business_time.after(desk, friday, 2 * HOUR) == datetime(2026, 2, 14, 2, tzinfo=UTC)
