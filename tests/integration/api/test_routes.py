"""What the API tells of appliances, readings, alerts, customers and messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from alerts.horizon import Horizon
from alerts.judges import silence
from devices.catalogue.folder import Catalogue
from storage.pool import Connection

Make = Callable[..., httpx.Client]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def test_an_appliance_comes_with_owner_presence_and_last_reading(client: Make) -> None:
    found = client("vera").get("/v1/appliances/RF-NORTH").json()
    assert found["model"] == "Frost 350"
    assert (found["owner"]["external_id"], found["owner"]["name"]) == ("H-1", "H-1")
    assert found["presence"] == "online"
    assert found["last_reading"]["time"] == "2026-06-15T12:00:00Z"
    assert found["last_reading"]["values"]["freezer_temp_c"] > -9
    assert "evaporator_temp_c" not in found["last_reading"]["values"]


def test_whose_an_appliance_and_a_ticket_are_is_told_by_name_to_technicians(
    client: Make, browser: Make
) -> None:
    told = "/v1/appliances/RF-NORTH", "/v1/tickets", "/v1/tickets/1"
    pages = "/console/", "/console/appliances/RF-NORTH", "/console/tickets/1"
    for make, paths in ((client, told), (browser, pages)):
        vera, tom = make("vera"), make("tom")
        for path in paths:
            assert "Lin " not in vera.get(path).raise_for_status().text
            assert "Lin " in tom.get(path).raise_for_status().text
    assert client("vera").get("/v1/tickets/1").json()["household_name"] is None


def test_an_appliance_that_is_silent_for_too_long_is_not_said_to_be_online(
    client: Make, browser: Make, world: Connection, catalogue: Catalogue
) -> None:
    fridge = catalogue["refrigerator"]
    asking = client("dora")
    for hours, presence in ((fridge.silent_after_h - 1, "online"), (200, "offline")):
        silence.judge(world, fridge, Horizon(NOW + timedelta(hours=hours), timedelta(days=30)))
        world.commit()
        assert asking.get("/v1/appliances/RF-NORTH").json()["presence"] == presence
        owned = asking.get("/v1/customers/1").json()["appliances"]
        assert {each["presence"] for each in owned if each["serial"] == "RF-NORTH"} == {presence}
        for path in ("appliances/RF-NORTH", "tickets/1", "customers/1"):
            assert f'class="presence {presence}"' in browser("dora").get(f"/console/{path}").text


def test_an_appliance_that_was_never_heard_has_no_reading(client: Make) -> None:
    found = client("vera").get("/v1/appliances/DW-SOUTH").json()
    assert found["last_reading"] is None
    assert found["owner"] is None


def test_appliances_are_filtered_by_type(client: Make) -> None:
    items = client("vera").get("/v1/appliances", params={"type": "dishwasher"}).json()["items"]
    assert [item["serial"] for item in items] == ["DW-SOUTH"]
    assert client("vera").get("/v1/appliances?type=toaster").status_code == 422


@pytest.mark.parametrize(
    ("path", "user", "key"),
    [
        ("/v1/appliances", "vera", "serial"),
        ("/v1/alerts", "vera", "id"),
        ("/v1/tickets", "vera", "id"),
        ("/v1/customers", "dora", "id"),
        ("/v1/notices", "dora", "id"),
        ("/v1/dead-letters", "ada", "id"),
    ],
)
def test_pages_of_one_lead_through_the_whole_list(
    client: Make, path: str, user: str, key: str
) -> None:
    asking = client(user)
    whole = [item[key] for item in asking.get(path).json()["items"]]
    assert len(whole) > 1
    walked = []
    address: str | None = f"{path}?limit=1"
    while address:
        answer = asking.get(address)
        walked += [item[key] for item in answer.json()["items"]]
        address = answer.json()["next"]
        assert answer.links.get("next", {}).get("url") == address
    assert walked == whole


@pytest.mark.parametrize("path", ["/v1/appliances/RF-NORTH", "/v1/tickets/1", "/v1/customers/1"])
def test_what_the_caller_has_already_is_not_sent_again(client: Make, path: str) -> None:
    dora = client("dora")
    tag = dora.get(path).headers["etag"]
    assert dora.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert dora.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def _telemetry(asking: httpx.Client, **params: str) -> httpx.Response:
    return asking.get("/v1/appliances/RF-NORTH/telemetry", params=params)


def test_raw_readings_come_as_they_were_reported(client: Make) -> None:
    read = _telemetry(
        client("vera"),
        **{"from": "2026-06-15T10:00:00Z", "to": "2026-06-15T13:30:00+02:00"},
        metrics="freezer_temp_c",
        resolution="raw",
    ).json()
    (series,) = read["series"]
    assert series["unit"] == "°C"
    times = [point["time"] for point in series["points"]]
    assert times == [f"2026-06-15T{at}:00Z" for at in ("10:00", "10:30", "11:00")]
    assert series["points"][0]["count"] == 1
    assert read["next_from"] is None


def test_hours_and_days_sum_up_the_same_readings(client: Make) -> None:
    span = {"from": "2026-06-10T00:00:00Z", "to": "2026-06-11T00:00:00Z"}
    vera = client("vera")
    points = {
        resolution: _telemetry(
            vera, **span, metrics="fridge_temp_c,energy_kwh", resolution=resolution
        ).json()["series"]
        for resolution in ("raw", "hour", "day")
    }
    raw = [point["value"] for point in points["raw"][0]["points"]]
    (day,) = points["day"][0]["points"]
    assert len(points["hour"][0]["points"]) == 24
    assert day["count"] == len(raw) == 48
    assert day["value"] == pytest.approx(sum(raw) / 48, rel=1e-6)
    assert (day["low"], day["high"]) == pytest.approx((min(raw), max(raw)), rel=1e-6)
    # Of a counter the last value counts, not a mean.
    last = points["raw"][1]["points"][-1]["value"]
    assert points["day"][1]["points"][0]["value"] == pytest.approx(last, rel=1e-9)


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2026-06-15T10:00:00"},
        {"from": "2026-06-15T10:00:00Z", "to": "2026-06-15T09:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-06-01T00:00:00Z", "resolution": "raw"},
        {"from": "0001-01-01T00:00:00Z"},
        {"to": "0001-01-01T00:00:00Z"},
        {"metrics": "freezer_temp_c,mood"},
        {"resolution": "century"},
    ],
)
def test_a_span_that_makes_no_sense_is_refused(client: Make, params: dict[str, str]) -> None:
    assert _telemetry(client("vera"), **params).status_code == 422


def test_without_a_span_the_last_day_is_told(client: Make) -> None:
    read = _telemetry(client("vera"), metrics="fridge_temp_c").json()
    assert datetime.fromisoformat(read["to"]) == NOW
    assert datetime.fromisoformat(read["from"]) == NOW - timedelta(days=1)
    assert len(read["series"][0]["points"]) == 24


def test_alerts_can_be_asked_for_by_appliance(client: Make) -> None:
    items = client("vera").get("/v1/alerts?open=true&serial=WM-SOUTH").json()["items"]
    assert [(item["problem"], item["cleared_at"]) for item in items] == [("drain", None)]


def test_a_customer_comes_with_people_consents_and_appliances(client: Make) -> None:
    found = client("dora").get("/v1/customers/1").json()
    assert found["name"] == "Lin <family>"
    assert found["contacts"][0]["consents"] == ["marketing", "reminders", "service"]
    assert {each["serial"] for each in found["appliances"]} == {"RF-NORTH", "WH-NORTH"}


def test_dead_letters_keep_the_payload_and_the_reason(client: Make) -> None:
    items = client("ada").get("/v1/dead-letters?reason=not_json").json()["items"]
    assert [(item["detail"], item["payload_base64"]) for item in items] == [("line 1", "e29vcHM=")]


def test_the_documentation_names_every_route_and_the_token(browser: Make) -> None:
    document = browser().get("/v1/openapi.json").json()
    assert "/v1/tickets/{ticket_id}/transitions" in document["paths"]
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert "Problem" in document["components"]["schemas"]
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert all(operation["summary"] for operation in operations)
    assert not [path for path in document["paths"] if path.startswith("/console")]
