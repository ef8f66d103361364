"""/v1/technicians, /v1/routing and appointments: what a dispatcher and a partner may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.api.small_world import NOW
from tickets import ticket
from tickets.routing import dispatch

Client = Callable[[str], httpx.Client]
SKILLS = {"electrical": 3, "electronics": 2, "plumbing": 2, "laundry": 3, "mechanical": 1}
WANG = {
    "region": "south",
    "skills": SKILLS | {"refrigeration": 1},
    "hours": "mon-fri 08:00-17:00",
    "time_zone": "Europe/Lisbon",
    "latitude": 38.7,
    "longitude": -9.1,
}
WRONG: tuple[tuple[dict[str, object], str], ...] = (
    ({"hours": "whenever"}, "not understood"),
    ({"hours": "fri-mon 08:00-17:00"}, "run backwards"),
    ({"skills": {"flying": 1}}, "flying"),
    ({"skills": {}}, "skills"),
    ({"skills": {"electrical": 7}}, "skills"),
    ({"types": ["toaster"]}, "no type 'toaster'"),
    ({"time_zone": "Mars/North"}, "no time zone"),
    ({"latitude": None}, "both latitude and longitude"),
)
CSV = """technician_id,name,region,skills,hours,time_zone,parts
T-1,Ana,south,laundry:3;plumbing,mon-fri 08:00-17:00,Europe/Lisbon,WM-PMP-01:2
T-2,Ben,south,flying,mon-fri 08:00-17:00,UTC,
T-3,Cem,south,plumbing,always,UTC,
T-4,Dan,south,plumbing:9,mon 08:00-17:00,UTC,
T-5,Eve,south,plumbing,mon 08:00-17:00,Mars/North,
T-6,Ana,south,plumbing,mon 08:00-17:00,UTC,
"""


def _put(client: httpx.Client, name: str = "Wang Wei", **change: object) -> httpx.Response:
    return client.put(f"/v1/technicians/{name}", json=WANG | change)


def _route(world: Connection, catalogue: Catalogue, region: str) -> None:
    dispatch.route_region(world, catalogue, region, NOW)
    world.commit()


@pytest.fixture
def southern(world: Connection) -> int:
    """The ticket of the south."""
    return next(each.id for each in ticket.page(world) if each.region == "south")


def test_a_technician_is_added_changed_and_shown(world: Connection, client: Client) -> None:
    assert world
    dora = client("dora")
    made = _put(dora)
    assert made.status_code == 200
    assert made.json()["skills"]["electrical"] == 3
    assert _put(dora, visits_a_day=2, active=False).json()["visits_a_day"] == 2
    loaded = dora.put("/v1/technicians/Wang Wei/parts", json={"WM-PMP-01": 2, "X": 0})
    assert loaded.json() == {"WM-PMP-01": 2}
    shown = dora.get("/v1/technicians/Wang Wei").json()
    assert (shown["active"], shown["parts"]) == (False, {"WM-PMP-01": 2})
    _put(dora, "Zhao")
    first = dora.get("/v1/technicians", params={"limit": 1}).json()
    assert [each["name"] for each in first["items"]] == ["Wang Wei"]
    second = dora.get("/v1/technicians", params={"after": first["next_after"]}).json()
    assert [each["name"] for each in second["items"]] == ["Zhao"]
    assert second["next_after"] is None


def test_a_technician_who_cannot_be_is_refused(world: Connection, client: Client) -> None:
    assert world
    dora = client("dora")
    for change, told in WRONG:
        refused = _put(dora, **change)
        assert refused.status_code == 422, change
        assert told in refused.text
    assert dora.get("/v1/technicians/Wang Wei").status_code == 404


def test_a_file_names_the_column_of_a_type_that_nobody_knows(
    world: Connection, client: Client
) -> None:
    assert world
    file = (
        "technician_id,name,region,skills,hours,time_zone,types\n"
        "T-9,Fay,south,plumbing,mon 08:00-17:00,UTC,submarine\n"
    )
    report = client("dora").post("/v1/technicians/import", content=file.encode()).json()
    assert [each["field"] for each in report["refused"]] == ["types"]


def test_a_file_of_technicians_says_what_it_refused(world: Connection, client: Client) -> None:
    assert world
    report = client("dora").post("/v1/technicians/import", content=CSV.encode()).json()
    assert report["accepted"] == 1
    refused = {each["line"]: (each["field"], each["reason"]) for each in report["refused"]}
    assert {line: field for line, (field, _) in refused.items()} == {
        3: "skills",
        4: "hours",
        5: "skills",
        6: "time_zone",
        7: "name",
    }
    assert "flying" in refused[3][1]
    ana = client("dora").get("/v1/technicians/Ana").json()
    assert (ana["external_id"], ana["skills"]) == ("T-1", {"laundry": 3, "plumbing": 1})
    assert ana["parts"] == {"WM-PMP-01": 2}
    renamed = CSV.splitlines()[0] + "\nT-1,Ana Sousa,south,laundry,mon 08:00-17:00,UTC,\n"
    client("dora").post("/v1/technicians/import", content=renamed.encode()).raise_for_status()
    assert client("dora").get("/v1/technicians/Ana").status_code == 404
    assert client("dora").get("/v1/technicians/Ana Sousa").json()["external_id"] == "T-1"


def test_a_partner_sees_and_changes_its_own_region_only(
    world: Connection, client: Client, catalogue: Catalogue, southern: int
) -> None:
    dora, paul = client("dora"), client("paul")
    _put(dora, "Northern", region="north").raise_for_status()
    _put(paul, "Southern").raise_for_status()
    assert _put(paul, "Other", region="north").status_code == 422
    assert _put(paul, "Northern").status_code == 404
    listed = paul.get("/v1/technicians", params={"region": "north"}).json()["items"]
    assert [each["name"] for each in listed] == ["Southern"]
    for path in ("", "/absences"):
        assert paul.get(f"/v1/technicians/Northern{path}").status_code == 404
    assert paul.put("/v1/technicians/Northern/parts", json={}).status_code == 404
    assert paul.post("/v1/technicians/import", content=CSV.encode()).status_code == 422
    _route(world, catalogue, "north")
    _route(world, catalogue, "south")
    assert {each["region"] for each in paul.get("/v1/routing/runs").json()["items"]} == {"south"}
    assert {each["region"] for each in paul.get("/v1/routing/unrouted").json()} <= {"south"}
    assert paul.get("/v1/routing/regions/north").status_code == 404
    assert paul.put("/v1/routing/regions/north", json={}).status_code == 404
    northern = next(each.id for each in ticket.page(world) if each.region == "north")
    assert paul.get(f"/v1/tickets/{northern}/slots").status_code == 404
    assert paul.get(f"/v1/tickets/{northern}/routing").status_code == 404
    pinned = {"technician": "Southern", "reason": "mine"}
    assert paul.put(f"/v1/tickets/{northern}/pin", json=pinned).status_code == 404
    assert ticket.get(world, southern).assignee == "Southern"


def test_a_run_tells_what_it_did_and_why(
    world: Connection, client: Client, catalogue: Catalogue, southern: int
) -> None:
    dora = client("dora")
    _put(dora).raise_for_status()
    _route(world, catalogue, "south")
    (run,) = dora.get("/v1/routing/runs", params={"region": "south"}).json()["items"]
    assert run["routed"] >= 1
    (choice,) = dora.get(f"/v1/tickets/{southern}/routing").json()
    assert (choice["technician"], choice["by_human"]) == ("Wang Wei", False)
    assert choice["text"][0].startswith("Wang Wei comes to ")
    assert choice["text"][1] == "Nobody else who is able has time."
    share = dora.get("/v1/routing/share", params={"region": "south"}).json()
    assert (share["tickets"], share["by_human"], share["without_human"]) == (run["routed"], 0, 1.0)


def test_what_is_left_says_why(world: Connection, client: Client, catalogue: Catalogue) -> None:
    _put(client("dora"), skills={"refrigeration": 1}).raise_for_status()
    _route(world, catalogue, "south")
    (left,) = client("dora").get("/v1/routing/unrouted").json()
    assert left["reason"] == "no_skill"
    assert left["text"].startswith("No technician of south has the skill ")


def test_slots_are_offered_and_booked_once(
    world: Connection, client: Client, southern: int
) -> None:
    assert world
    dora = client("dora")
    assert dora.get(f"/v1/tickets/{southern}/slots").json() == []
    _put(dora).raise_for_status()
    offered = dora.get(f"/v1/tickets/{southern}/slots", params={"count": 3}).json()
    assert len(offered) == 3
    booked = dora.post(f"/v1/tickets/{southern}/slots", json={"key": offered[1]["key"]})
    assert booked.status_code == 201
    assert booked.json()["begins_at"] == offered[1]["begins_at"]
    never = {"key": "20260615T130100Z~Wang Wei"}
    refused = dora.post(f"/v1/tickets/{southern}/slots", json=never)
    assert refused.status_code == 409
    assert "still free" in refused.text
    assert dora.post(f"/v1/tickets/{southern}/slots", json={"key": "x"}).status_code == 422
    (choice,) = dora.get(f"/v1/tickets/{southern}/routing").json()
    assert (choice["chosen_by"], choice["by_human"]) == ("staff", True)


def test_a_pin_is_set_with_a_reason_and_taken_back(
    world: Connection, client: Client, southern: int
) -> None:
    assert world
    dora = client("dora")
    _put(dora).raise_for_status()
    at = (NOW + timedelta(days=2)).isoformat()
    pinned = {"technician": "Wang Wei", "begins_at": at}
    assert dora.put(f"/v1/tickets/{southern}/pin", json=pinned).status_code == 422
    made = dora.put(f"/v1/tickets/{southern}/pin", json=pinned | {"reason": "knows her"})
    assert made.json()["technician"] == "Wang Wei"
    assert made.json()["state"] == "scheduled"
    assert dora.delete(f"/v1/tickets/{southern}/pin").status_code == 204
    assert dora.delete(f"/v1/tickets/{southern}/pin").status_code == 404
    nobody = {"technician": "Nobody", "reason": "x"}
    assert dora.put(f"/v1/tickets/{southern}/pin", json=nobody).status_code == 404


def test_absences_are_noted_and_taken_back(world: Connection, client: Client) -> None:
    assert world
    dora = client("dora")
    _put(dora).raise_for_status()
    begins, ends = NOW + timedelta(days=1), NOW + timedelta(days=3)
    asked = {"begins_at": begins.isoformat(), "ends_at": ends.isoformat(), "reason": "training"}
    made = dora.post("/v1/technicians/Wang Wei/absences", json=asked)
    assert made.status_code == 201
    assert [each["reason"] for each in dora.get("/v1/technicians/Wang Wei/absences").json()] == [
        "training"
    ]
    backwards = asked | {"begins_at": ends.isoformat(), "ends_at": begins.isoformat()}
    refused = dora.post("/v1/technicians/Wang Wei/absences", json=backwards)
    assert refused.status_code == 422
    path = f"/v1/technicians/Wang Wei/absences/{made.json()['id']}"
    assert dora.delete(path).status_code == 204
    assert dora.delete(path).status_code == 404


def test_a_region_is_served_as_somebody_says(world: Connection, client: Client) -> None:
    assert world
    dora = client("dora")
    assert dora.get("/v1/routing/regions/south").json()["scheduling"] == "book"
    wanted = {"country": "PT", "scheduling": "offer", "offer_tiers": ["gold"]}
    made = dora.put("/v1/routing/regions/south", json=wanted).json()
    assert made | wanted == made
    assert dora.get("/v1/routing/regions/south").json() == made
    for wrong in (
        {"country": "ZZ"},
        {"country": "PT", "subdivision": "99"},
        {"subdivision": "11"},
        {"offer_tiers": ["wooden"]},
        {"time_zone": "Mars/North"},
        {"scheduling": "never"},
        {"latitude": 3},
    ):
        assert dora.put("/v1/routing/regions/south", json=wrong).status_code == 422, wrong
    assert dora.get("/v1/routing/regions/nowhere").status_code == 404


def test_a_viewer_reads_why_but_changes_nothing(
    world: Connection, client: Client, southern: int
) -> None:
    assert world
    vera = client("vera")
    assert vera.get(f"/v1/tickets/{southern}/routing").status_code == 200
    assert vera.get("/v1/technicians").status_code == 403
    assert _put(vera).status_code == 403
    assert vera.post("/v1/routing/runs").status_code == 403
    assert client("dora").post("/v1/routing/runs").status_code == 202
