"""Past cases like a ticket: compared by departures, told with their verdicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from devices import appliance
from devices.appliance import Registration
from tests.integration.tickets.conftest import START, House
from tickets import precedent, ticket

LEAKING = {"fridge_temp_c": 3.0, "freezer_temp_c": 4.0, "compressor_duty_pct": 5.0}
BLOCKED = {"condenser_temp_c": 6.0, "compressor_duty_pct": 4.0}


def _open(house: House, number: int, departures: dict[str, float], region: str = "") -> int:
    (made,) = appliance.register(
        house.connection, [Registration(f"RF-{number}", "refrigerator", region=region)], START
    )
    found = house.find(made.id, "poor_cooling", number)
    told = replace(found, evidence=replace(found.evidence, departures=departures))
    (opened,), _ = house.follow(told)
    return opened.id


def _end(house: House, ticket_id: int, finding: str | None = None) -> None:
    house.connection.execute(
        "UPDATE hearthwatch.tickets SET state = 'closed' WHERE id = %s", (ticket_id,)
    )
    if finding:
        house.connection.execute(
            "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, mode)"
            " VALUES (%s, now(), 'tom', %s, CASE %s WHEN 'confirmed' THEN 'leak' END)",
            (ticket_id, finding, finding),
        )


def test_the_likest_ended_cases_are_told_with_what_was_found(house: House) -> None:
    leaked = _open(house, 10, {**LEAKING, "fridge_temp_c": 2.5})
    blocked = _open(house, 11, BLOCKED)
    _end(house, leaked, "no_fault_found")
    _end(house, leaked, "confirmed")
    _end(house, blocked)
    here = _open(house, 12, LEAKING)
    (found,) = precedent.of_ticket(house.connection, here, "refrigerator")
    assert (found.ticket_id, found.finding, found.mode) == (leaked, "confirmed", "leak")
    assert 0.9 < found.likeness < 1
    alike = _open(house, 13, {**BLOCKED, "compressor_duty_pct": 4.5})
    (other,) = precedent.of_ticket(house.connection, alike, "refrigerator")
    assert (other.ticket_id, other.state, other.finding) == (blocked, "closed", None)


def test_a_device_that_had_several_tickets_at_once_is_one_case(house: House) -> None:
    case = _open(house, 10, LEAKING)
    device = ticket.get(house.connection, case).device_id
    found = house.find(device, "weak_airflow", 11)
    told = replace(found, evidence=replace(found.evidence, departures=LEAKING))
    (other,), _ = house.follow(told)
    for each in (case, other.id):
        _end(house, each)
    here = _open(house, 12, LEAKING)
    (found_case,) = precedent.of_ticket(house.connection, here, "refrigerator")
    assert found_case.ticket_id == case


def test_open_tickets_and_other_regions_are_no_precedents(house: House) -> None:
    _open(house, 10, LEAKING)
    _end(house, _open(house, 11, LEAKING, "north"))
    here = _open(house, 12, LEAKING)
    assert precedent.of_ticket(house.connection, here, "refrigerator", "south") == []
    assert len(precedent.of_ticket(house.connection, here, "refrigerator", "north")) == 1
    assert precedent.of_ticket(house.connection, here, "water_purifier") == []


def test_a_ticket_of_which_no_model_knows_anything_has_none(house: House) -> None:
    (opened,), _ = house.follow(house.find(house.fridge, "poor_cooling", metric="fridge_temp_c"))
    assert precedent.of_ticket(house.connection, opened.id, "refrigerator") == []
    assert ticket.get(house.connection, opened.id).problem == "poor_cooling"


def test_likeness_is_one_for_the_same_none_for_the_opposite_and_grows_no_other_way() -> None:
    rng = np.random.default_rng(2)
    for _ in range(100):
        here = {name: float(value) for name, value in zip("abcd", rng.normal(0, 4, 4), strict=True)}
        weaker = {name: value * 0.7 for name, value in here.items()}
        opposite = {name: -value for name, value in here.items()}
        same, near, none = precedent.likeness(here, [here, weaker, opposite])
        assert same == 1
        assert 0.7 < near < 1
        assert abs(none) < 1e-9


def test_an_ordinary_appliance_resembles_nobody() -> None:
    assert precedent.likeness({"a": 0.2}, [{"a": 0.2}, {}]).tolist() == [0.0, 0.0]
    assert precedent.likeness({"a": 5.0}, []).tolist() == []
