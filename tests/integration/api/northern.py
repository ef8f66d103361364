"""Something of everything in the north: what a partner of the south must never see."""

from __future__ import annotations

from datetime import timedelta

from alerts import alert
from alerts.notices import reach
from customers import household, ownership
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.api.site import Site
from tests.integration.api.small_world import NOW, duty_finding
from tests.integration.api.visiting import picture, plan_toms
from tickets import opening

NOBODYS = {
    "serial": "RF-NOBODYS",
    "external_id": "H-NOBODYS",
    "household": "H-NOBODYS",
    "contact": "C-NOBODYS",
    "region": "nowhere",
    "technician": "somebody-else",
    "channel": "sms",
    "trace_id": "00000000-0000-4000-8000-000000000000",
}
"""Ids that nobody has; numbers are from `NOBODYS_FIRST` on."""
NOBODYS_FIRST = 987_650


def furnish(site: Site, world: Connection, catalogue: Catalogue) -> dict[str, object]:
    """Add what the small world lacks; the ids of the north, by the names that routes give them."""
    visit_id = int(plan_toms(world).rsplit("/", 1)[1])
    number = _second_ticket(world, catalogue)
    ids = _known(world) | {"visit_id": visit_id, "other_ticket_id": number}
    ids |= _fleet_and_review(world, number)
    world.commit()
    return ids | _by_hand(site, ids)


def nobodys(ids: dict[str, object]) -> dict[str, object]:
    """As many ids that nobody has."""
    return {
        name: NOBODYS.get(name, NOBODYS_FIRST + number) for number, name in enumerate(sorted(ids))
    }


def of_the_south(world: Connection) -> dict[str, object]:
    """What the partner has of its own, by the names that routes give it."""
    found = world.execute(
        "SELECT ticket.id, ticket.household_id FROM hearthwatch.tickets AS ticket"
        " JOIN hearthwatch.appliances AS device ON device.id = ticket.device_id"
        " WHERE device.serial = 'WM-SOUTH'"
    ).fetchall()
    world.rollback()
    return {"ticket_id": found[0][0], "household_id": found[0][1], "serial": "WM-SOUTH"}


def _second_ticket(world: Connection, catalogue: Catalogue) -> int:
    """Another northern home, whose fridge has a ticket too."""
    entry = Registration("RF-NORTH-2", "refrigerator", region="north")
    device = appliance.register(world, [entry], NOW - timedelta(days=90))[0].id
    homes = household.upsert(
        world,
        [
            household.Entry("H-4", "North Star", "4 North Road", "north"),
            household.Entry("H-5", "Northern Light", "5 North Road", "north"),
        ],
        NOW,
    )
    ownership.assign(world, {device: homes["H-4"]}, NOW - timedelta(days=80))
    changes = alert.record(world, [duty_finding(device)])
    opening.follow(world, catalogue, changes)
    reach.disable(world, _number(world, "SELECT id FROM hearthwatch.contacts"), "sms", NOW, "gone")
    return _number(world, "SELECT id FROM hearthwatch.tickets WHERE device_id = %s", device)


def _known(world: Connection) -> dict[str, object]:
    homes = household.ids_of(world, ["H-1", "H-4", "H-5"])
    found = "SELECT id FROM hearthwatch.tickets WHERE household_id = %s"
    ticket_id = _number(world, found, homes["H-1"])
    trace = world.execute("SELECT trace FROM hearthwatch.tickets WHERE id = %s", (ticket_id,))
    return {
        "serial": "RF-NORTH",
        "ticket_id": ticket_id,
        "trace_id": trace.fetchall()[0][0],
        "household_id": homes["H-1"],
        "other_household_id": homes["H-4"],
        "third_household_id": homes["H-5"],
        "household": "H-1",
        "external_id": "H-1",
        "contact": "C-1",
        "contact_id": _number(world, "SELECT id FROM hearthwatch.contacts"),
        "channel": "sms",
        "region": "north",
        "technician": "tom",
    }


def _fleet_and_review(world: Connection, ticket_id: int) -> dict[str, object]:
    """A fault that rises in the north, and ratings of it that somebody has to look into."""
    columns = "past_cases, past_exposure, rest_ratio, rest_low, rest_high, coming, coming_low"
    problem = _number(
        world,
        "INSERT INTO hearthwatch.outbreaks (type, problem, region, opened_at, first_seen_at,"
        f" judged_at, chance, devices, cases, usual, coming_high, {columns}) VALUES"
        " ('refrigerator', 'poor_cooling', 'north', now(), now(), now(), 0, 2, 2, 0, 1,"
        " 0, 1, 1, 1, 1, 1, 1) RETURNING id",
    )
    world.execute("INSERT INTO hearthwatch.outbreak_tickets VALUES (%s, %s)", (ticket_id, problem))
    review = _number(
        world,
        "INSERT INTO hearthwatch.reviews (figure, region, value, threshold, ratings, since,"
        " opened_at) VALUES ('nps', 'north', -50, 0, 10, now(), now()) RETURNING id",
    )
    return {"problem_id": problem, "review_id": review, "model_id": 1}


def _by_hand(site: Site, ids: dict[str, object]) -> dict[str, object]:
    """What people add: a note, a file, a picture, an absence, a merge, an endpoint."""
    ticket = f"/v1/tickets/{ids['ticket_id']}"
    merge = {"survivor_id": ids["other_household_id"], "merged_id": ids["third_household_id"]}
    away = {"begins_at": "2026-08-01T00:00:00Z", "ends_at": "2026-08-02T00:00:00Z"}
    hook = {"name": "north", "url": "https://93.184.216.34/", "kinds": ["*"], "region": "north"}
    made: dict[str, object] = {}
    with site.signed_in("ada") as ada:
        for name, path, asked in (
            ("note_id", f"{ticket}/notes", {"json": {"text": "north"}}),
            ("attachment_id", f"{ticket}/attachments", {"content": b"north"}),
            ("photo_id", f"/v1/visits/{ids['visit_id']}/photos", {"files": {"picture": picture()}}),
            ("question_id", f"{ticket}/questions", {"json": {"words": "north?"}}),
            ("absence_id", "/v1/technicians/tom/absences", {"json": away}),
            ("merge_id", "/v1/customers/merges", {"json": merge}),
            ("endpoint_id", "/v1/webhooks", {"json": hook}),
        ):
            answer = ada.post(path, **asked)
            assert answer.status_code == 201, answer.text
            made[name] = answer.json()["id"]
        ada.post("/v1/routing/runs").raise_for_status()
        ada.get("/v1/knowledge", params={"q": "xyzzy"}).raise_for_status()
    return made


def _number(world: Connection, statement: str, *asked: object) -> int:
    return int(str(world.execute(statement.encode(), asked).fetchall()[0][0]))
