"""Simulated technicians at the real API: what they say is what is in the appliance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from simulator import neighbourhood, workbench
from simulator.fault_plan import PlannedFault
from simulator.fleet import Fleet
from simulator.line import Line
from simulator.mailbox import Letter, Mailbox
from simulator.neighbourhood import Lines, Neighbourhood
from simulator.technician import TAKES, Technician
from storage.pool import Connection
from tests.integration.api import visiting
from tests.integration.api.site import Site
from tests.integration.api.small_world import NOW
from tests.integration.api.visiting import plan_toms
from tickets import ticket
from tickets.answers import my_link
from tickets.routing import technician, van

Client = Callable[[str], httpx.Client]
DAY = timedelta(days=1)


@pytest.fixture
def fleet() -> Fleet:
    """One in which the fridge of the small world stands, healthy."""
    made = Fleet(12, 3, NOW - DAY, NOW + 99 * DAY)
    made.groups[0].numbers["RF-NORTH"] = 0
    return made


@pytest.fixture
def line(site: Site) -> Iterator[Line]:
    opened = Line(site.address, site.signed_in("tom").headers["Authorization"].split()[1])
    yield opened
    opened.close()


def break_down(fleet: Fleet, problem: str) -> None:
    fault = next(each for each in fleet.groups[0].faults if problem in each.problems)
    planned = PlannedFault(0, fault, NOW - 3 * DAY, NOW + DAY, NOW + 9 * DAY)
    fleet.groups[0].planned.append(planned)


def work(line: Line, fleet: Fleet) -> None:
    """The site's clock stands still, so the technician's own goes on alone."""
    tom = Technician("tom", line, fleet)
    for wait in (timedelta(), timedelta(hours=2), TAKES + timedelta(hours=3)):
        tom.look_at_list(NOW + wait)
        for _ in range(3):
            tom.step(NOW + wait)


def test_a_technician_finds_the_fault_that_is_there_and_mends_it(
    client: Client, world: Connection, line: Line, fleet: Fleet
) -> None:
    page = plan_toms(world)
    break_down(fleet, "poor_cooling")
    van.load(world, "tom", {"HW-RF-FAN-02": 2, "HW-RF-DRYER-01": 1})
    world.commit()
    work(line, fleet)
    told = client("dora").get(page).json()
    assert (told["state"], told["outcome"]) == ("done", "resolved")
    assert (told["verdict"]["finding"], told["verdict"]["mode"]) == ("confirmed", "poor_cooling")
    assert all(step["done"] for step in told["checklist"])
    assert told["parts_used"] == {"HW-RF-DRYER-01": 1}
    assert workbench.look(fleet, "RF-NORTH", NOW + DAY) is None


def test_a_technician_without_the_part_comes_again_and_the_fault_stays(
    client: Client, world: Connection, line: Line, fleet: Fleet
) -> None:
    page = plan_toms(world)
    break_down(fleet, "poor_cooling")
    work(line, fleet)
    told = client("dora").get(page).json()
    assert (told["state"], told["outcome"]) == ("done", "return")
    assert client("dora").get(f"/v1/tickets/{told['ticket_id']}").json()["state"] == "triaged"
    assert workbench.look(fleet, "RF-NORTH", NOW + DAY) is not None


def test_a_technician_finds_nothing_in_a_healthy_appliance(
    client: Client, world: Connection, line: Line, fleet: Fleet
) -> None:
    page = plan_toms(world)
    work(line, fleet)
    assert client("dora").get(page).json()["verdict"]["finding"] == "no_fault_found"


def test_a_customer_who_moved_the_appointment_keeps_to_the_time_they_chose(
    site: Site, world: Connection, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbourhood, "MOVES", 1.0)
    monkeypatch.setattr(neighbourhood, "FOLLOWS", 1.0)
    entry = technician.Entry("tom", {"refrigeration": 2}, "mon-sun 08:00-18:00", "north")
    technician.upsert(world, [entry], NOW)
    visiting.plan(world, "RF-NORTH", "tom", hours=72)
    letter = Letter("C-1", "Visit", f"A visit to RF-0001-00001: {_link(site, world)}")
    box, web = Mailbox(0), Line(site.address)
    customers = Neighbourhood(Lines(box, web, web), fleet, {}, 1)
    for day in range(3):
        box.put(letter)
        for wait in (timedelta(), timedelta(hours=9)):
            customers.look_at_list(NOW + day * DAY / 2 + wait)
            customers.step(NOW + day * DAY / 2 + wait)
    web.close()
    world.rollback()
    moved = "SELECT count(*) FROM hearthwatch.events WHERE kind = 'visit.moved'"
    assert world.execute(moved).fetchone() == (1,)


def _link(site: Site, world: Connection) -> str:
    found = next(each for each in ticket.page(world) if each.serial == "RF-NORTH")
    row = world.execute("SELECT id FROM hearthwatch.contacts WHERE external_id = 'C-1'").fetchone()
    assert row
    made = my_link.make(world, site.settings.secret(), int(str(row[0])), f"ticket:{found.id}")
    world.commit()
    return f"{site.address}/my/{made}"
