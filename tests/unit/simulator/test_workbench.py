"""A technician sees what is in an appliance, and what they mend stays mended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devices.catalogue.folder import Catalogue
from simulator import truth, workbench
from simulator.fault_plan import PlannedFault
from simulator.fleet import PHYSICS, Fleet

START = datetime(2025, 3, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def fleet() -> Fleet:
    """A small one; the second fridge begins to fail after a day."""
    made = Fleet(12, 3, START, START + 99 * DAY)
    fridges = made.groups[0]
    fault = fridges.faults[0]
    planned = PlannedFault(1, fault, START + DAY, START + 6 * DAY, START + 12 * DAY)
    fridges.planned.append(planned)
    return made


def test_a_fault_is_seen_once_it_has_come_far_enough(fleet: Fleet) -> None:
    serial = fleet.groups[0].serials[1]
    assert workbench.look(fleet, serial, START + 1.1 * DAY) is None
    assert workbench.look(fleet, serial, START + 1.1 * DAY, least=0.001) is not None
    seen = workbench.look(fleet, serial, START + 3 * DAY)
    assert seen is fleet.groups[0].faults[0]
    assert workbench.look(fleet, fleet.groups[0].serials[0], START + 3 * DAY) is None
    assert workbench.look(fleet, "RF-NOBODY", START + 3 * DAY) is None


def test_what_was_mended_is_healthy_and_the_truth_says_when(fleet: Fleet) -> None:
    serial, mended_at = fleet.groups[0].serials[1], START + 4 * DAY
    workbench.mend(fleet, serial, mended_at)
    assert workbench.look(fleet, serial, mended_at, least=0.0001) is None
    assert workbench.look(fleet, serial, mended_at - DAY) is not None
    (told,) = truth.of_groups(fleet.groups, START, START + 9 * DAY).faults
    assert told.repaired_at == mended_at < told.fails_at


def test_mending_a_healthy_appliance_changes_nothing(fleet: Fleet) -> None:
    before = list(fleet.groups[0].planned)
    workbench.mend(fleet, fleet.groups[0].serials[0], START + 4 * DAY)
    workbench.mend(fleet, fleet.groups[0].serials[1], START + 13 * DAY)
    assert fleet.groups[0].planned == before


def test_every_consumable_of_the_catalogue_can_be_replaced(catalogue: Catalogue) -> None:
    fleet = Fleet(12, 3, START, START + 99 * DAY)
    for group in fleet.groups:
        for name, each in catalogue[group.type].consumables.items():
            workbench.renew(fleet, group.serials[1], name)
            group.step(START)
            shown = group.report(START + timedelta(minutes=15)).values[each.wear.metric]
            assert shown[1] == pytest.approx(each.wear.new, abs=1.0), name


def test_the_physics_of_every_type_is_on_the_bench() -> None:
    assert {group.type for group in Fleet(12, 3, START, START).groups} == set(PHYSICS)
