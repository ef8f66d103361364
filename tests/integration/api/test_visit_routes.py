"""A technician's day over the API: their own visits, from the way there to the report."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from storage.pool import Connection
from tests.integration.api.visiting import picture, plan, plan_toms
from tickets.routing import van

Client = Callable[[str], httpx.Client]
CONFIRMED = {"finding": "confirmed", "mode": "poor_cooling", "parts": {"HW-RF-FAN-02": 1}}


@pytest.fixture
def toms(world: Connection) -> str:
    """Tom's visit to the fridge in the north; he has two fans in his van."""
    return plan_toms(world)


def test_a_visit_says_what_to_bring_where_to_go_and_why(client: Client, toms: str) -> None:
    told = client("tom").get(toms).raise_for_status().json()
    assert (told["serial"], told["state"], told["number"]) == ("RF-NORTH", "planned", 1)
    assert told["title"]["zh"] == "制冷不足"
    assert told["customer"]["address"] == "8 Lotus Road"
    assert told["customer"]["contacts"][0]["phone"]
    held = {each["part_number"]: each["in_van"] for each in told["parts"]}
    assert (held["HW-RF-FAN-02"], held["HW-RF-DRYER-01"]) == (2, 0)
    assert told["evidence"]
    assert next(step["name"] for step in told["checklist"]) == "isolate"


def test_from_the_way_there_to_the_report(client: Client, toms: str, world: Connection) -> None:
    tom = client("tom")
    assert tom.post(f"{toms}/set-out").raise_for_status().json()["state"] == "under_way"
    there = tom.post(f"{toms}/arrive").raise_for_status().json()
    done = {"done": [step["name"] for step in there["checklist"]]}
    ticked = tom.put(f"{toms}/checklist", json=done).raise_for_status().json()
    assert all(step["done"] for step in ticked["checklist"])
    ended = tom.post(f"{toms}/report", json=CONFIRMED).raise_for_status().json()
    assert (ended["state"], ended["outcome"]) == ("done", "resolved")
    assert ended["verdict"]["finding"] == "confirmed"
    assert ended["parts_used"] == {"HW-RF-FAN-02": 1}
    assert ended["customer"] is None
    assert van.stock(world, ["tom"])["tom"]["HW-RF-FAN-02"] == 1
    assert tom.get(f"/v1/tickets/{ended['ticket_id']}").json()["state"] == "resolved"


def test_what_is_said_twice_over_a_bad_connection_counts_once(
    client: Client, toms: str, world: Connection
) -> None:
    tom = client("tom")
    for _ in range(2):
        for path, body in (("set-out", None), ("arrive", None)):
            tom.post(f"{toms}/{path}", json=body).raise_for_status()
    first = tom.post(f"{toms}/report", json=CONFIRMED).raise_for_status()
    again = tom.post(f"{toms}/report", json=CONFIRMED).raise_for_status()
    assert again.json() == first.json()
    assert van.stock(world, ["tom"])["tom"]["HW-RF-FAN-02"] == 1


def test_a_technician_sees_nobody_elses_visits(
    client: Client, toms: str, world: Connection
) -> None:
    other = plan(world, "WM-SOUTH", "tina", hours=2)
    tom = client("tom")
    assert [each["technician"] for each in tom.get("/v1/visits").json()["items"]] == ["tom"]
    asked = tom.get("/v1/visits", params={"technician": "tina"}).json()
    assert [each["technician"] for each in asked["items"]] == ["tom"]
    assert tom.get(other).status_code == tom.post(f"{other}/arrive").status_code == 404
    everybody = client("dora").get("/v1/visits").json()["items"]
    assert {each["technician"] for each in everybody} == {"tom", "tina"}
    assert toms.endswith(str(everybody[-1]["id"]))


def test_a_partner_sees_its_own_regions_visits(
    client: Client, toms: str, world: Connection
) -> None:
    plan(world, "WM-SOUTH", "tina", hours=2)
    paul = client("paul")
    items: list[dict[str, Any]] = paul.get("/v1/visits", params={"region": "north"}).json()["items"]
    assert [each["region"] for each in items] == ["south"]
    assert paul.get(toms).status_code == 404


def test_a_visited_ticket_is_not_resolved_without_a_verdict(client: Client, toms: str) -> None:
    tom, dora = client("tom"), client("dora")
    there = tom.post(f"{toms}/arrive").raise_for_status().json()
    path = f"/v1/tickets/{there['ticket_id']}"
    seen = dora.get(path).headers["ETag"]
    refused = dora.post(
        f"{path}/transitions", json={"state": "resolved"}, headers={"If-Match": seen}
    )
    assert refused.status_code == 409
    assert "nobody has said what was found" in refused.json()["detail"]
    assert dora.get(path).json()["state"] == "on_site"


def test_what_makes_no_sense_is_refused(client: Client, toms: str) -> None:
    tom = client("tom")
    for method, path, body, status in (
        ("POST", "report", CONFIRMED, 409),
        ("POST", "report", {"finding": "fixed"}, 422),
        ("POST", "report", CONFIRMED | {"parts": {"HW-1": 0}}, 422),
        ("PUT", "checklist", {"done": ["dance"]}, 422),
        ("POST", "photos", None, 422),
    ):
        assert tom.request(method, f"{toms}/{path}", json=body).status_code == status, body
    assert tom.post(f"{toms}/arrive").raise_for_status()
    assert tom.post(f"{toms}/report", json={"finding": "confirmed"}).status_code == 422
    assert tom.get(toms).json()["state"] == "on_site"


def test_who_only_looks_may_not_act_and_gets_no_telephone_number(client: Client, toms: str) -> None:
    vera = client("vera")
    assert vera.get(toms).json()["customer"] is None
    assert vera.post(f"{toms}/set-out").status_code == 403


def test_a_picture_is_kept_once_and_without_what_the_camera_noted(
    client: Client, toms: str
) -> None:
    tom = client("tom")
    sent = {"picture": ("IMG_1.jpg", picture())}
    first, again = (tom.post(f"{toms}/photos", files=sent).raise_for_status() for _ in range(2))
    assert first.status_code == 201
    assert first.json() == again.json()
    kept = tom.get(f"{toms}/photos/{first.json()['id']}").raise_for_status()
    assert kept.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert shown.size == (60, 40)
        assert len(shown.getexif()) == 0


def test_what_is_no_picture_is_refused_whatever_it_is_called(client: Client, toms: str) -> None:
    sent = {"picture": ("IMG_1.jpg", b"%PDF-1.7 not a picture")}
    refused = client("tom").post(f"{toms}/photos", files=sent)
    assert refused.status_code == 422
    assert "cannot be read as a picture" in refused.json()["detail"]


def test_one_id_leads_from_the_reading_to_the_label(client: Client, toms: str) -> None:
    tom = client("tom")
    tom.post(f"{toms}/arrive").raise_for_status()
    ended = tom.post(f"{toms}/report", json=CONFIRMED).raise_for_status().json()
    told = tom.get(f"/v1/trace/{ended['trace']}").raise_for_status().json()
    assert told["ticket_ids"] == [ended["ticket_id"]]
    names = [step["name"] for step in told["steps"]]
    kinds = [step["kind"] for step in told["steps"]]
    assert kinds[0] == "reading"
    assert {"freezer_temp_c", "fridge_temp_c"} <= set(told["steps"][0]["facts"])
    assert names[1] == "raised"
    assert told["steps"][1]["sentence"]["zh"]
    visited = ["visit.planned", "visit.under_way", "visit.arrived", "verdict.recorded"]
    assert [name for name in names if name in visited] == visited
    label = next(step for step in told["steps"] if step["kind"] == "label")
    assert (label["name"], label["facts"]["mode"]) == ("fault", "poor_cooling")
    assert kinds.index("label") > names.index("visit.finished")


def test_a_partner_cannot_follow_another_regions_trouble(client: Client, toms: str) -> None:
    trace = client("tom").get(toms).json()["trace"]
    assert client("paul").get(f"/v1/trace/{trace}").status_code == 404
    nobody = client("dora").get("/v1/trace/00000000-0000-0000-0000-000000000000")
    assert nobody.status_code == 404
    assert client("dora").get("/v1/trace/17").status_code == 422
