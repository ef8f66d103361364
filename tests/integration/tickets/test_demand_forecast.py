"""What will be needed comes from estimates, open tickets and how many tickets there were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets.fleet import demand_forecast
from tickets.fleet.demand_forecast import Week

NOW = datetime(2026, 6, 15, tzinfo=UTC)
"""A Monday, so that the first week is a whole one."""
DAY = timedelta(days=1)
COTTON, MEMBRANE, CARBON = "HW-WP-PP-10", "HW-WP-RO-600", "HW-WP-CB-10"


@pytest.fixture
def purifiers(connection: Connection) -> list[int]:
    """Ten in the north and ten in the south."""
    told = [
        Registration(f"WP-{n:02d}", "water_purifier", region="north" if n < 10 else "south")
        for n in range(20)
    ]
    found = appliance.register(connection, told, NOW - 300 * DAY)
    return sorted(each.id for each in found)


def _estimate(
    connection: Connection, device: int, left: float | None, consumable: str = "pp_cotton"
) -> None:
    span = (None, None) if left is None else (left / 1.1, left * 1.1)
    connection.execute(
        "INSERT INTO hearthwatch.consumable_estimates"
        " (device_id, consumable, at, used, days_left, days_low, days_high, installed_at)"
        " VALUES (%s, %s, %s, 0.5, %s, %s, %s, %s)",
        (device, consumable, NOW, left, *span, NOW - 100 * DAY),
    )


def _ticket(connection: Connection, device: int, opened: datetime, **more: object) -> None:
    facts = {"state": "new", "visit_at": None, **more}
    connection.execute(
        "INSERT INTO hearthwatch.tickets"
        " (device_id, problem, severity, safety, opened_at, changed_at, state, visit_at)"
        " VALUES (%s, 'prefilter', 'medium', false, %s, %s, %s, %s)",
        (device, opened, opened, facts["state"], facts["visit_at"]),
    )


def _expected(weeks: list[Week], part: str, kind: str) -> list[float]:
    return [each.expected for each in weeks if (each.part_number, each.kind) == (part, kind)]


def _consumable(catalogue: Catalogue, part: str) -> str:
    facts = catalogue["water_purifier"].consumables
    return next(name for name, each in facts.items() if each.part_number == part)


def test_a_consumable_is_needed_in_the_week_in_which_it_runs_out(
    connection: Connection, catalogue: Catalogue, purifiers: list[int]
) -> None:
    name = _consumable(catalogue, COTTON)
    for device in purifiers[:6]:
        _estimate(connection, device, 17.5, name)
    _estimate(connection, purifiers[10], 31.5, name)
    _estimate(connection, purifiers[11], None, name)
    demand_forecast.forecast(connection, catalogue, NOW)
    north = _expected(demand_forecast.of_region(connection, "north"), COTTON, "consumable")
    south = _expected(demand_forecast.of_region(connection, "south"), COTTON, "consumable")
    assert north[2] == pytest.approx(6, abs=0.3)
    assert sum(north) == pytest.approx(6, abs=0.05)
    assert south[4] == pytest.approx(1, abs=0.3)
    together = _expected(demand_forecast.of_region(connection, None), COTTON, "consumable")
    assert together == pytest.approx([a + b for a, b in zip(north, south, strict=True)])
    assert demand_forecast.regions(connection) == ["north", "south"]


def test_a_visit_that_is_agreed_needs_its_parts_in_its_week(
    connection: Connection, catalogue: Catalogue, purifiers: list[int]
) -> None:
    visit = {"state": "scheduled", "visit_at": NOW + 16 * DAY}
    _ticket(connection, purifiers[0], NOW - 100 * DAY, **visit)
    demand_forecast.forecast(connection, catalogue, NOW)
    rows = demand_forecast.of_region(connection, "north")
    for part in (COTTON, CARBON):
        assert _expected(rows, part, "part") == pytest.approx([0, 0, 1, 0, 0, 0, 0, 0])
    assert demand_forecast.of_region(connection, "south") == []


def test_new_tickets_are_expected_as_often_as_they_came(
    connection: Connection, catalogue: Catalogue, purifiers: list[int]
) -> None:
    for week in range(12):
        for device in purifiers[10:13]:
            _ticket(connection, device, NOW - timedelta(weeks=week, days=1), state="closed")
    connection.execute("UPDATE hearthwatch.tickets SET opened_at = opened_at - interval '1 hour'")
    _ticket(connection, purifiers[0], NOW - 100 * DAY, state="cancelled")
    demand_forecast.forecast(connection, catalogue, NOW)
    weekly = _expected(demand_forecast.of_region(connection, "south"), CARBON, "part")
    assert weekly[-1] == pytest.approx(3, abs=0.1)
    assert weekly == sorted(weekly)
    for each in demand_forecast.of_region(connection, "south"):
        assert each.low <= each.expected <= each.high


def test_verdicts_tell_which_share_of_tickets_needs_parts(
    connection: Connection, catalogue: Catalogue, purifiers: list[int]
) -> None:
    for device in purifiers[10:]:
        _ticket(connection, device, NOW - 100 * DAY, state="closed")
    findings = ["confirmed"] * 2 + ["no_fault_found"] * 8
    ids = connection.execute("SELECT id FROM hearthwatch.tickets ORDER BY id").fetchall()
    for (number,), finding in zip(ids, findings, strict=True):
        connection.execute(
            "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, mode)"
            " VALUES (%s, %s, 'tom', %s, %s)",
            (number, NOW - DAY, finding, "prefilter" if finding == "confirmed" else None),
        )
    _ticket(connection, purifiers[0], NOW - 100 * DAY, state="scheduled", visit_at=NOW + DAY)
    demand_forecast.forecast(connection, catalogue, NOW)
    weekly = _expected(demand_forecast.of_region(connection, "north"), CARBON, "part")
    assert weekly[0] == pytest.approx((2 + 4) / (10 + 4))


def test_a_forecast_replaces_the_one_before(
    connection: Connection, catalogue: Catalogue, purifiers: list[int]
) -> None:
    name = _consumable(catalogue, MEMBRANE)
    _estimate(connection, purifiers[0], 3.5, name)
    assert demand_forecast.forecast(connection, catalogue, NOW) == 16
    assert demand_forecast.forecast(connection, catalogue, NOW + 7 * DAY) == 16
    rows = demand_forecast.of_region(connection, "north", weeks=2)
    assert [each.week for each in rows] == [(NOW + days * DAY).date() for days in (7, 14)]
    assert rows[0].made_at == NOW + 7 * DAY


def test_a_part_that_nobody_needs_is_not_listed(
    connection: Connection, catalogue: Catalogue, purifiers: list[int]
) -> None:
    _estimate(connection, purifiers[0], 900.0, _consumable(catalogue, MEMBRANE))
    assert demand_forecast.forecast(connection, catalogue, NOW) == 0
    assert demand_forecast.of_region(connection, None) == []
