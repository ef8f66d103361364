"""A dispatcher who would send one technician to two homes at once is told so, and what is free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx

from devices.catalogue.appliance_type import Severity
from storage.pool import Connection
from tests.integration.api.small_world import NOW
from tests.integration.api.visiting import plan_toms
from tickets import one_open, ticket
from tickets.lifecycle import State
from tickets.one_open import Wanted
from tickets.ticket import Move

Make = Callable[..., httpx.Client]


def _second(world: Connection) -> tuple[int, int]:
    """The ticket that Tom visits, and another one of the region."""
    plan_toms(world)
    (toms,) = (each for each in ticket.page(world, open_only=True) if each.serial == "RF-NORTH")
    wanted = Wanted(
        toms.device_id,
        "door_left_open",
        Severity.LOW,
        safety=False,
        at=NOW,
        trace=toms.trace,
        origin="alert",
    )
    (opened,) = one_open.ensure(world, [wanted])
    ticket.move(world, opened.id, Move(State.TRIAGED, 1, "dora"), NOW)
    world.commit()
    return toms.id, opened.id


def test_a_technician_who_is_elsewhere_is_refused_over_the_api_and_on_the_page(
    world: Connection, client: Make, browser: Make
) -> None:
    toms, second = _second(world)
    at = NOW + timedelta(hours=2)
    dora, path = client("dora"), f"/v1/tickets/{second}"
    tag = {"If-Match": dora.get(path).headers["etag"]}
    asked = {"state": "scheduled", "assignee": "tom", "visit_at": at.isoformat()}
    refused = dora.post(f"{path}/transitions", json=asked, headers=tag)
    assert refused.status_code == 409
    assert f"tom is at ticket {toms} then" in refused.json()["detail"]
    assert refused.json()["hint"].startswith("next free: ")
    there = at.astimezone(ZoneInfo("Asia/Shanghai"))  # what a dispatcher types is the home's time
    desk = browser("dora")
    page = desk.get(f"/console/tickets/{second}").text
    secret = page.partition('name="form_token" value="')[2].partition('"')[0]
    form = {"form_token": secret, "state": "scheduled", "version": "2", "assignee": "tom"}
    sent = desk.post(f"/console/tickets/{second}", data=form | {"visit": f"{there:%FT%H:%M}"})
    assert f"tom is at ticket {toms} then" in sent.text
    assert ticket.get(world, second).state == State.TRIAGED
    stranger = dora.post(f"{path}/transitions", json=asked | {"assignee": "tim"}, headers=tag)
    assert (stranger.status_code, stranger.json()["hint"]) == (422, "of 'north' are: tom")
    free = asked | {"visit_at": (at + timedelta(hours=2)).isoformat()}
    assert dora.post(f"{path}/transitions", json=free, headers=tag).status_code == 201
