"""What is covered on an appliance: its warranty, and the plan of whoever owns it now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from customers import household, ownership, plan
from customers.plan import Entry
from devices import appliance
from devices.appliance import Registration
from storage.pool import Connection

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def homes(shared: Connection) -> dict[str, int]:
    told = [
        household.Entry("H-1", "Li", time_zone="Asia/Shanghai"),
        household.Entry("H-2", "Baker"),
    ]
    return household.upsert(shared, told, NOW)


@pytest.fixture
def fridge(shared: Connection, homes: dict[str, int]) -> int:
    """An appliance of the first household."""
    number = appliance.register(shared, [Registration("A-1", "refrigerator")], NOW)[0].id
    ownership.assign(shared, {number: homes["H-1"]}, NOW)
    return number


def warranty(fridge: int) -> Entry:
    covers = frozenset({"parts", "labour"})
    days = date(2026, 1, 1), date(2026, 12, 31)
    return Entry("W-1", fridge, None, "warranty", "One year", *days, covers)


def care(fridge: int, home: int) -> Entry:
    days = date(2026, 5, 1), None
    return Entry("P-1", fridge, home, "plan", "Care", *days, frozenset({"travel", "consumables"}))


def test_a_warranty_and_a_plan_cover_together(
    shared: Connection, homes: dict[str, int], fridge: int
) -> None:
    plan.record(shared, [warranty(fridge), care(fridge, homes["H-1"])])
    cover = plan.covers(shared, [fridge], NOW)[fridge]
    assert (cover.plan, cover.warranty_until, cover.plan_until) == (
        "Care",
        date(2026, 12, 31),
        None,
    )
    assert cover.covers == set(plan.COVERS)


def test_a_cover_ends_with_its_last_day_where_the_appliance_stands(
    shared: Connection, fridge: int
) -> None:
    plan.record(shared, [warranty(fridge)])
    midnight_in_shanghai = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert plan.covers(shared, [fridge], midnight_in_shanghai - timedelta(seconds=1))
    assert not plan.covers(shared, [fridge], midnight_in_shanghai)


def test_a_plan_does_not_go_with_the_appliance_and_a_warranty_does(
    shared: Connection, homes: dict[str, int], fridge: int
) -> None:
    plan.record(shared, [warranty(fridge), care(fridge, homes["H-1"])])
    ownership.assign(shared, {fridge: homes["H-2"]}, NOW + DAY)
    cover = plan.covers(shared, [fridge], NOW + 2 * DAY)[fridge]
    assert (cover.plan, cover.covers) == ("One year", {"parts", "labour"})


def test_nothing_covers_before_it_starts(shared: Connection, fridge: int) -> None:
    plan.record(shared, [replace(warranty(fridge), starts_on=date(2026, 6, 2))])
    assert not plan.covers(shared, [fridge], NOW)
    assert [each.running for each in plan.of_devices(shared, [fridge], NOW)] == [False]


def test_a_plan_told_of_again_is_changed(shared: Connection, fridge: int) -> None:
    first = plan.record(shared, [warranty(fridge)])
    told = replace(warranty(fridge), name="Two years", ends_on=date(2027, 12, 31))
    assert plan.record(shared, [told]) == first
    assert [each.name for each in plan.of_devices(shared, [fridge], NOW)] == ["Two years"]
