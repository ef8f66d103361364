"""The simulated people have a past: what they bought, what covers their appliances, their worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from customers import ownership, plan, value
from devices import appliance
from devices.catalogue.folder import Catalogue
from simulator import people
from simulator.fleet import Fleet
from storage.pool import Connection

AT = datetime(2026, 6, 1, tzinfo=UTC)


def _register(connection: Connection, catalogue: Catalogue) -> None:
    groups = Fleet(120, 7, AT, AT + timedelta(days=9)).groups
    people.register(connection, groups, 7, AT, catalogue)


def test_homes_differ_in_worth_and_their_purchases_are_of_what_they_have(
    connection: Connection, catalogue: Catalogue
) -> None:
    _register(connection, catalogue)
    found = connection.execute(
        "SELECT household_id, device_id, part_number, bought_at FROM hearthwatch.purchases"
    ).fetchall()
    assert len(found) > 100
    owners = ownership.households_of(connection, [int(str(row[1])) for row in found])
    known = appliance.by_ids(connection, list(owners))
    for home, device, part, bought_at in found:
        assert owners[int(str(device))] == home
        kind = catalogue[known[int(str(device))].type]
        assert part in {each.part_number for each in kind.consumables.values()}
        assert isinstance(bought_at, datetime)
        assert bought_at < AT
    scores = {each.score for each in value.of(connection, list(owners.values())).values()}
    assert len(scores) > 10


def test_young_appliances_are_under_warranty_and_some_have_a_plan(
    connection: Connection, catalogue: Catalogue
) -> None:
    _register(connection, catalogue)
    devices = [row[0] for row in connection.execute("SELECT id FROM hearthwatch.appliances")]
    known = appliance.by_ids(connection, [int(str(each)) for each in devices])
    covers = plan.covers(connection, list(known), AT)
    for device, each in known.items():
        assert each.installed_on is not None
        young = each.installed_on >= (AT - timedelta(days=3 * 365)).date()
        until = covers[device].warranty_until if device in covers else None
        assert (until is not None) == young, each
    planned = [each for each in covers.values() if each.plan_until is not None]
    assert len(planned) > 10
    assert all("travel" in each.covers for each in planned)


def test_the_same_people_told_again_are_the_same(
    connection: Connection, catalogue: Catalogue
) -> None:
    def count() -> object:
        counts = "SELECT (SELECT count(*) FROM hearthwatch.purchases), count(*)"
        return connection.execute(f"{counts} FROM hearthwatch.plans".encode()).fetchone()

    _register(connection, catalogue)
    first = count()
    _register(connection, catalogue)
    assert count() == first
