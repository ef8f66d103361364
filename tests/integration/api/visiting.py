"""A visit of Tom's in the small world, and a picture that he takes."""

from __future__ import annotations

import io
from datetime import timedelta

from PIL import Image

from storage.pool import Connection
from tests.integration.api.small_world import NOW
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import technician, van
from tickets.ticket import Move


def plan(world: Connection, serial: str, name: str, hours: float = 1) -> str:
    """A visit of a technician to an appliance of the small world; its address in the API."""
    rows = world.execute(
        "SELECT id, ticket_id FROM hearthwatch.visit_overview WHERE serial = %s", (serial,)
    ).fetchall()
    assert rows == []
    found = next(each for each in ticket.page(world, open_only=True) if each.serial == serial)
    for state, visit_at in (
        (State.TRIAGED, None),
        (State.SCHEDULED, NOW + timedelta(hours=hours)),
    ):
        version = ticket.get(world, found.id).version
        ticket.move(world, found.id, Move(state, version, "dora", name, visit_at), NOW)
    row = world.execute(
        "SELECT id FROM hearthwatch.visits WHERE ticket_id = %s", (found.id,)
    ).fetchone()
    world.commit()
    assert row
    return f"/v1/visits/{row[0]}"


def picture(colour: str = "red") -> bytes:
    made = io.BytesIO()
    noted = Image.Exif()
    noted[0x010F] = "Maker of the camera"
    Image.new("RGB", (60, 40), colour).save(made, "JPEG", exif=noted)
    return made.getvalue()


def plan_toms(world: Connection) -> str:
    """Tom's visit to the fridge in the north; he has two fans in his van."""
    entry = technician.Entry("tom", {"refrigeration": 2}, "mon-fri 08:00-18:00", "north")
    technician.upsert(world, [entry], NOW)
    van.load(world, "tom", {"HW-RF-FAN-02": 2})
    return plan(world, "RF-NORTH", "tom")
