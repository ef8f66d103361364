"""The watch packs days of the rollup that are over, for whoever scores the fleet."""

from __future__ import annotations

from tests.integration.tickets.conftest import House
from tests.integration.tickets.happening import report, settle
from tickets.watch import Watch


def test_days_that_are_over_are_packed(house: House, watched: Watch) -> None:
    report(house, fridge_temp_c=4.0, hours=60)
    settle(watched)
    told = house.ask(
        "SELECT hours IS NULL, hours = (1 << 24) - 1 FROM telemetry.refrigerator_daily"
    )
    assert (False, True) in told
    assert {is_changed for is_changed, _ in told} == {False}
