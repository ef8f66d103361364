"""What comes first moves with what is known: forecasts, people, plans, promises and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from alerts import alert
from customers import plan, profile
from devices.catalogue.folder import Catalogue
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Origin
from runtime.clock import SetClock
from storage.pool import Pool
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import opening, ticket, weighing

DAY = timedelta(days=1)


@pytest.fixture
def house(passing_house: House) -> House:
    """Nothing here needs a second connection."""
    return passing_house


@pytest.fixture
def opened(house: House) -> int:
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling"))
    return one.id


def _weighed(house: House, number: int, *, after: timedelta = timedelta()) -> Sequence[str]:
    """What the ticket's priority rests on, weighed anew."""
    weighing.weigh(house.connection, [number], START + after)
    return [str(each["kind"]) for each in ticket.get(house.connection, number).priority_reasons]


def _say(house: House, family: str, chance: float, *, problem: str = "poor_cooling") -> None:
    """Let a model in use say this of the fridge."""
    known = house.ask(f"SELECT id FROM hearthwatch.models WHERE family = '{family}'")
    if known:
        number = int(str(known[0][0]))
    else:
        detector = ContextResidual("fridge_temp_c", ["ambient_temp_c"], "high")
        origin = Origin("refrigerator", START, START, START, 3)
        number = shelf.put(house.connection, detector, origin, {}, family=family).id
        house.connection.execute(
            "UPDATE hearthwatch.models SET state = 'champion' WHERE id = %s", (number,)
        )
    house.connection.execute(
        "INSERT INTO hearthwatch.device_scores (device_id, family, model_id, at, score, details)"
        " VALUES (%s, %s, %s, %s, %s, jsonb_build_object(%s::text, %s::float8))"
        " ON CONFLICT (device_id, family) DO UPDATE SET details = excluded.details",
        (house.fridge, family, number, START, chance, f"probability:{problem}", chance),
    )


def test_a_new_ticket_is_weighed_at_once(house: House, opened: int) -> None:
    found = ticket.get(house.connection, opened)
    # Medium, food at stake, a gold household of unknown value: 40 x 1.175.
    assert found.priority == pytest.approx(47)
    assert [each["kind"] for each in found.priority_reasons] == [
        "severity",
        "food",
        "tier",
        "value",
    ]


def test_the_priority_moves_as_the_prediction_moves(house: House, opened: int) -> None:
    figures = []
    for chance in (0.2, 0.9, 0.4):
        _say(house, "fault:168h", chance)
        weighing.weigh(house.connection, [opened], START)
        figures.append(ticket.get(house.connection, opened).priority)
    assert figures[0] < figures[2] < figures[1]
    version = ticket.get(house.connection, opened).version
    assert version == 1


def test_of_several_horizons_the_one_that_weighs_most_counts(house: House, opened: int) -> None:
    _say(house, "fault:720h", 0.9)
    _say(house, "fault:24h", 0.6)
    _say(house, "fault:168h", 0.9, problem="weak_airflow")
    assert "forecast" in _weighed(house, opened)
    reasons = ticket.get(house.connection, opened).priority_reasons
    (told,) = [each for each in reasons if each["kind"] == "forecast"]
    assert (told["fact"], told["days"]) == (60.0, 1.0)


def test_what_a_forecast_said_at_first_counts_until_a_model_says_more(house: House) -> None:
    finding = house.find(house.fridge, "compressor_failing")
    evidence = replace(finding.evidence, kind="forecast", probability=0.8, horizon_h=168.0)
    changes = alert.record(house.connection, [replace(finding, evidence=evidence)])
    (one,) = opening.follow(house.connection, house.catalogue, changes)
    found = ticket.get(house.connection, one.id)
    assert found.origin == "forecast"
    assert "forecast" in [each["kind"] for each in found.priority_reasons]
    _say(house, "fault:168h", 0.01, problem="compressor_failing")
    assert "forecast" not in _weighed(house, one.id)


def test_people_plans_and_broken_promises_count(house: House, opened: int) -> None:
    profile.record(house.connection, [profile.Entry(house.household, vulnerable=True)])
    warranty = plan.Entry(
        "W-1",
        house.fridge,
        None,
        "warranty",
        "Two years",
        date(2026, 1, 1),
        date(2027, 12, 31),
        frozenset({"parts"}),
    )
    plan.record(house.connection, [warranty])
    house.connection.execute(
        "UPDATE hearthwatch.sla_clocks SET state = 'breached', breached_at = now()"
        " WHERE kind = 'first_response'"
    )
    assert {"vulnerable", "warranty", "breached"} <= set(_weighed(house, opened))
    service = replace(
        warranty,
        external_id="P-1",
        household_id=house.household,
        kind="plan",
    )
    plan.record(house.connection, [service])
    reasons = _weighed(house, opened)
    assert "plan" in reasons
    assert "warranty" not in reasons


def test_waiting_counts_by_the_day_and_an_ended_ticket_is_left_alone(
    house: House, opened: int
) -> None:
    assert "waiting" not in _weighed(house, opened, after=20 * 60 * MINUTE)
    assert "waiting" in _weighed(house, opened, after=2 * DAY)
    before = ticket.get(house.connection, opened).priority
    house.connection.execute("UPDATE hearthwatch.tickets SET state = 'cancelled'")
    assert weighing.weigh(house.connection, [opened], START + 9 * DAY) == 0
    assert ticket.get(house.connection, opened).priority == before


def test_the_errand_weighs_all_that_are_open_and_waits_for_nobody(
    database_pool: Pool, catalogue: Catalogue
) -> None:
    with database_pool.connection() as connection:
        house = House(connection, catalogue)
        (one, other), _ = house.follow(
            house.find(house.fridge, "poor_cooling"), house.find(house.purifier, "pump")
        )
    clock = SetClock(START + 3 * DAY)
    with database_pool.connection() as desk:
        desk.execute("SELECT FROM hearthwatch.tickets WHERE id = %s FOR UPDATE", (other.id,))
        weighing.refresh(database_pool, clock)
    with database_pool.connection() as connection:
        waiting = [
            each.id
            for each in ticket.queue(connection)
            if "waiting" in {reason["kind"] for reason in each.priority_reasons}
        ]
    assert waiting == [one.id]
