"""What every appliance of a type said last, page by page and for one's own region."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from devices import appliance, telemetry
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from storage.pool import Connection

Make = Callable[..., httpx.Client]
PATH = "/v1/readings/newest"
AT = datetime(2026, 6, 15, 11, tzinfo=UTC)


def add_fridges(world: Connection, catalogue: Catalogue, regions: dict[str, str]) -> None:
    fleet = [Registration(serial, "refrigerator", region=at) for serial, at in regions.items()]
    for each in appliance.register(world, fleet, AT):
        reading = Reading(each.id, AT, {"fridge_temp_c": 4.5, "door_open": True})
        telemetry.store(world, catalogue["refrigerator"], [reading])
    world.commit()


def serials(answer: httpx.Response) -> list[str]:
    return [item["serial"] for item in answer.json()["items"]]


def test_a_reading_comes_with_its_time_and_what_was_measured(
    client: Make, world: Connection, catalogue: Catalogue
) -> None:
    add_fridges(world, catalogue, {"RF-WEST": "west"})
    (item,) = client("vera").get(f"{PATH}?type=refrigerator&region=west").json()["items"]
    assert item == {
        "serial": "RF-WEST",
        "region": "west",
        "reading": {
            "time": "2026-06-15T11:00:00Z",
            "values": {"fridge_temp_c": 4.5, "door_open": 1.0},
        },
    }


def test_pages_of_one_lead_through_all(
    client: Make, world: Connection, catalogue: Catalogue
) -> None:
    add_fridges(world, catalogue, {"RF-1": "west", "RF-2": "east", "RF-3": "west"})
    vera = client("vera")
    whole = serials(vera.get(f"{PATH}?type=refrigerator"))
    assert whole == ["RF-NORTH", "RF-1", "RF-2", "RF-3"]
    walked = []
    address: str | None = f"{PATH}?type=refrigerator&limit=1"
    while address:
        answer = vera.get(address)
        walked += serials(answer)
        address = answer.json()["next"]
    assert walked == whole


def test_one_that_was_never_heard_is_left_out(client: Make) -> None:
    assert serials(client("vera").get(f"{PATH}?type=dishwasher")) == []


def test_a_partner_gets_its_own_region_whatever_it_asks_for(
    client: Make, world: Connection, catalogue: Catalogue
) -> None:
    add_fridges(world, catalogue, {"RF-SOUTH": "south"})
    partner = client("paul")
    assert serials(partner.get(f"{PATH}?type=refrigerator")) == ["RF-SOUTH"]
    assert serials(partner.get(f"{PATH}?type=refrigerator&region=north")) == ["RF-SOUTH"]


def test_a_type_that_nobody_makes_is_refused(client: Make) -> None:
    assert client("vera").get(f"{PATH}?type=toaster").status_code == 422
    assert client("vera").get(PATH).status_code == 422
