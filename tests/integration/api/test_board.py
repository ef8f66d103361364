"""The board shows who goes where and what is left, and lets a dispatcher decide otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.api.small_world import NOW
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import absence, dispatch, pin, technician, trail
from tickets.routing.calendar import Span
from tickets.routing.technician import Entry

SKILLS = {"electrical": 3, "electronics": 2, "plumbing": 2, "laundry": 3, "mechanical": 1}
HOURS = "mon-fri 08:00-17:00"
WANG = Entry("Wang Wei", SKILLS, HOURS, "south", "Europe/Lisbon")
ZHAO = Entry("Zhao <b>", SKILLS, HOURS, "south", "Europe/Lisbon")
Browser = Callable[..., httpx.Client]


@pytest.fixture
def southern(world: Connection) -> int:
    """The ticket of the south, with two technicians who could go."""
    technician.upsert(world, [WANG, ZHAO], NOW)
    world.commit()
    return next(each.id for each in ticket.page(world) if each.region == "south")


def _route(world: Connection, catalogue: Catalogue) -> None:
    for region in ("north", "south"):
        dispatch.route_region(world, catalogue, region, NOW)
    world.commit()


def _send(visitor: httpx.Client, act: str, ticket_id: int, **fields: str) -> httpx.Response:
    page = visitor.get("/console/board", params={"region": "south", "ticket": ticket_id}).text
    form_token = page.partition('name="form_token" value="')[2].partition('"')[0]
    told = {"form_token": form_token, "ticket": str(ticket_id), **fields}
    return visitor.post(f"/console/board/{act}", data=told)


def test_the_board_has_technicians_days_visits_and_what_is_left(
    world: Connection, browser: Browser, catalogue: Catalogue, southern: int
) -> None:
    _route(world, catalogue)
    absence.record(world, "Zhao <b>", Span(NOW, NOW + timedelta(days=2)), actor="dora")
    world.commit()
    page = browser("dora").get("/console/board").text
    assert "Wang Wei" in page
    assert "Zhao &lt;b&gt;" in page
    assert page.count(">away<") == 3
    assert f"#{southern}" in page
    assert "were routed without a person" in page
    north = browser("dora").get("/console/board?region=north&lang=zh").text
    assert "north 没有技师" in north
    assert "待人工处理" in north


def test_a_ticket_is_pinned_with_a_reason_by_the_technicians_clock_and_released(
    world: Connection, browser: Browser, southern: int
) -> None:
    dora = browser("dora")
    at = {"name": "Wang Wei", "at": "2026-06-17T09:30"}
    refused = _send(dora, "pin", southern, **at)
    assert refused.status_code == 422
    assert "a pin needs a reason" in refused.text
    shown = _send(dora, "pin", southern, reason="knows <her>", **at)
    assert shown.status_code == 200
    assert "knows &lt;her&gt;" in shown.text
    found = ticket.get(world, southern)
    assert (found.state, found.assignee) == (State.SCHEDULED, "Wang Wei")
    assert found.visit_at == NOW + timedelta(days=1, hours=20, minutes=30)  # Lisbon: UTC + 1
    assert trail.of_ticket(world, southern)[-1].by_human
    assert _send(dora, "pin", southern, name="Wang Wei", at="later", reason="x").status_code == 422
    assert _send(dora, "release", southern).status_code == 200
    assert pin.of(world, [southern]) == {}


def test_a_free_time_is_booked_and_one_that_is_none_is_refused(
    world: Connection, browser: Browser, southern: int
) -> None:
    dora = browser("dora")
    page = dora.get(f"/console/board?ticket={southern}").text
    keys = [part.partition('"')[0] for part in page.split('name="slot" value="')[1:]]
    assert len(keys) == 6
    assert _send(dora, "book", southern, slot=keys[2]).status_code == 200
    assert ticket.get(world, southern).state == State.SCHEDULED
    assert _send(dora, "book", southern, slot="nonsense").status_code == 422
    taken = "20260615T130100Z~Wang Wei"
    refused = _send(dora, "book", southern, slot=taken)
    assert refused.status_code == 409
    assert "just taken" in refused.text


def test_a_partner_gets_its_own_board_only_and_a_viewer_none(
    world: Connection, browser: Browser, southern: int
) -> None:
    technician.upsert(world, [Entry("Nora", SKILLS, HOURS, "north")], NOW)
    world.commit()
    northern = next(each.id for each in ticket.page(world) if each.region == "north")
    paul = browser("paul")
    page = paul.get("/console/board").text
    assert "Wang Wei" in page
    assert "Nora" not in page
    assert "<option>north" not in page
    assert paul.get("/console/board?region=north").status_code == 404
    assert paul.get(f"/console/board?ticket={northern}").status_code == 404
    assert _send(paul, "release", southern).status_code == 200
    assert _send(paul, "release", northern).status_code in {403, 404}
    assert browser("vera").get("/console/board").status_code == 403
