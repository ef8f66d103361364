"""Customers come in by HTTP, one by one or in bulk, and are told of with all there is."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from storage.pool import Connection

Make = Callable[[str], httpx.Client]
HEADER = (
    "household_id,household_name,address,region,time_zone,tier,"
    "contact_id,contact_name,phone,email,language,consents\n"
)
LI = {
    "household_name": "Li family",
    "address": "海景路１２号",
    "region": "south",
    "time_zone": "Asia/Shanghai",
    "tier": "gold",
    "vulnerable": True,
    "latitude": 36.0671,
    "longitude": 120.3826,
    "people": [
        {"contact_id": "C-50", "contact_name": "李明", "phone": "010 5555 0199", "role": "holder",
         "language": "zh-CN", "consents": ["service"]},
        {"contact_id": "C-51", "contact_name": "李娜", "role": "carer"},
    ],
}  # fmt: skip


def post_csv(asking: httpx.Client, path: str, text: str | bytes) -> httpx.Response:
    return asking.post(path, content=text, headers={"Content-Type": "text/csv"})


def test_a_customer_is_put_by_the_callers_own_id(client: Make, world: Connection) -> None:
    dora = client("dora")
    made = dora.put("/v1/customers/H-50", json=LI)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["external_id"], told["address"], told["tier"]) == ("H-50", "海景路12号", "gold")
    assert told["profile"] == {
        "vulnerable": True, "country": "CN", "latitude": 36.07, "longitude": 120.38,
    }  # fmt: skip
    assert [(each["name"], each["role"], each["phone"]) for each in told["contacts"]] == [
        ("李明", "holder", "+861055550199"),
        ("李娜", "carer", None),
    ]
    again = dora.put("/v1/customers/H-50", json={**LI, "tier": "platinum", "people": []})
    assert again.status_code == 200
    assert again.json()["tier"] == "platinum"
    assert len(again.json()["contacts"]) == 2
    row = world.execute(
        "SELECT count(*) FROM hearthwatch.audit WHERE action = 'customer changed'"
    ).fetchone()
    assert row == (2,)


@pytest.mark.usefixtures("fresh_site")
def test_consents_that_another_system_tells_of_are_logged_with_who_told_them(client: Make) -> None:
    dora = client("dora")
    number = dora.put("/v1/customers/H-50", json=LI).json()["id"]
    file = HEADER + "H-50,Li family,海景路12号,south,Asia/Shanghai,gold,C-52,李强,,,zh,reminders\n"
    post_csv(dora, "/v1/customers/import", file).raise_for_status()
    logged = dora.get(f"/v1/customers/{number}/consents").json()
    granted = [each for each in logged if each["granted"]]
    assert [(each["purpose"], each["source"], each["actor"]) for each in granted] == [
        ("service", "api", "dora"),
        ("reminders", "import", "dora"),
    ]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"time_zone": "Beijing"}, "item 1: time_zone 'Beijing' expected an IANA name"),
        ({"tier": "diamond"}, "expected one of standard, silver"),
        ({"latitude": None}, "without a latitude it is no place"),
        ({"time_zone": "UTC"}, "item 1: phone '010 5555 0199' its country is not known"),
    ],
)
def test_a_customer_with_a_bad_field_is_refused_and_nothing_is_kept(
    client: Make, change: dict[str, object], complaint: str
) -> None:
    dora = client("dora")
    refused = dora.put("/v1/customers/H-50", json={**LI, **change})
    assert refused.status_code == 422
    assert complaint in refused.json()["detail"]
    assert "H-50" not in dora.get("/v1/customers").text


@pytest.mark.usefixtures("world")
def test_a_file_of_customers_comes_with_a_report(client: Make) -> None:
    dora = client("dora")
    text = HEADER + (
        "H-60,Müller,Hauptstraße 3,south,Europe/Berlin,,C-60,Jürgen Müller,030 901820,,de,service\n"
        "H-61,Mueller,Hauptstraße  3,south,Europe/Berlin,,C-61,J. Müller,+49 30 901820,,de,\n"
        "H-62,X,,south,Europe/Berlin,diamond,C-62,X,,,,\n"
    )
    answer = post_csv(dora, "/v1/customers/import", text.encode("windows-1252"))
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["encoding"], report["accepted"]) == ("windows-1252", 2)
    assert [(each["line"], each["field"]) for each in report["refused"]] == [(4, "tier")]
    assert {"line": 2, "field": "phone", "before": "030 901820", "after": "+4930901820"} in report[
        "cleaned"
    ]
    (pair,) = report["alike"]
    assert (pair["first_external_id"], pair["second_external_id"]) == ("H-60", "H-61")
    assert set(pair["reasons"]) == {"phone", "name", "address"}
    listed = dora.get("/v1/customers/duplicates").json()
    assert [each["first_external_id"] for each in listed] == ["H-60"]


def test_a_file_in_a_broken_encoding_is_refused_as_a_whole(client: Make) -> None:
    dora = client("dora")
    text = (HEADER + "H-70,李家,,south,Asia/Shanghai,,C-70,李明,,,,\n").encode()
    refused = post_csv(dora, "/v1/customers/import", text.replace("明".encode(), b"\xe6\x98"))
    assert refused.status_code == 422
    assert "line 2: not UTF-8 at byte" in refused.json()["detail"]
    assert "H-70" not in dora.get("/v1/customers").text


@pytest.mark.usefixtures("world")
def test_a_partner_brings_in_customers_of_its_region_only(client: Make) -> None:
    paul = client("paul")
    assert paul.put("/v1/customers/H-80", json=LI).status_code == 201
    elsewhere = paul.put("/v1/customers/H-81", json={**LI, "region": "north", "people": []})
    assert "customers of south only" in elsewhere.json()["detail"]
    taken = paul.put("/v1/customers/H-1", json={**LI, "people": []})
    assert "is taken" in taken.json()["detail"]
    person = {"contact_id": "C-1", "contact_name": "Lin Mei"}
    stolen = paul.put("/v1/customers/H-82", json={**LI, "people": [person]})
    assert "belongs to another household" in stolen.json()["detail"]
    for path, item in (
        ("/v1/purchases", purchase("H-1")),
        ("/v1/plans", plan("RF-NORTH")),
    ):
        refused = paul.post(path, json=[item])
        assert (refused.status_code, "no such" in refused.json()["detail"]) == (422, True)


@pytest.mark.usefixtures("world")
def test_ids_of_another_regions_purchases_and_plans_are_taken(client: Make) -> None:
    client("dora").post("/v1/purchases", json=[purchase("H-1")]).raise_for_status()
    client("dora").post("/v1/plans", json=[plan("RF-NORTH")]).raise_for_status()
    paul = client("paul")
    for path, item in (("/v1/purchases", purchase("H-2")), ("/v1/plans", plan("WM-SOUTH"))):
        refused = paul.post(path, json=[item])
        assert (refused.status_code, "is taken" in refused.json()["detail"]) == (422, True)


def purchase(household_id: str, **told: object) -> dict[str, object]:
    return {
        "purchase_id": "P-1", "household_id": household_id, "part_number": "FLT-1",
        "amount": "24.90", "currency": "EUR", "bought_at": "2026-05-01T10:00:00Z", **told,
    }  # fmt: skip


def plan(serial: str, **told: object) -> dict[str, object]:
    return {
        "plan_id": "W-1", "serial": serial, "kind": "warranty", "name": "Two years",
        "starts_on": "2026-01-01", "ends_on": "2027-12-31", "covers": ["parts", "labour"], **told,
    }  # fmt: skip


@pytest.mark.usefixtures("world")
def test_purchases_and_plans_stand_on_the_customers_record(client: Make) -> None:
    dora = client("dora")
    bought = [
        purchase("H-1", serial="RF-NORTH"),
        purchase("H-1", purchase_id="P-2", bought_at="2026-05-02"),
    ]
    assert dora.post("/v1/purchases", json=bought).status_code == 201
    care = plan("RF-NORTH", plan_id="W-2", kind="plan", name="Care", household_id="H-1",
                ends_on=None, covers=["travel"])  # fmt: skip
    assert dora.post("/v1/plans", json=[plan("RF-NORTH"), care]).status_code == 201
    told = dora.get("/v1/customers/1").json()
    assert [(each["amount"], each["bought_at"]) for each in told["purchases"]] == [
        ("24.90", "2026-05-02T00:00:00Z"),
        ("24.90", "2026-05-01T10:00:00Z"),
    ]
    fridge = next(each for each in told["appliances"] if each["serial"] == "RF-NORTH")
    assert fridge["cover"] == {
        "plan": "Care",
        "warranty_until": "2027-12-31",
        "plan_until": None,
        "covers": ["labour", "parts", "travel"],
    }
    assert [each["name"] for each in fridge["plans"]] == ["Care", "Two years"]
    assert {each["problem"] for each in told["tickets"]} == {"poor_cooling"}
    assert told["notices"]


@pytest.mark.parametrize(
    ("path", "item", "complaint"),
    [
        ("/v1/purchases", purchase("H-404"), "item 2: household_id 'H-404' no such household"),
        ("/v1/purchases", purchase("H-1", purchase_id="P-9"), "is on line 1 already"),
        ("/v1/purchases", purchase("H-1", bought_at="2031-01-01T00:00:00Z"), "is in the future"),
        ("/v1/purchases", purchase("H-1", bought_at="2031-01-01"), "is in the future"),
        ("/v1/purchases", purchase("H-1", bought_at="2026-02-30"), "1.bought_at.day: Input"),
        ("/v1/purchases", purchase("H-1", bought_at="2026-05-01T10:00"), "have timezone info"),
        ("/v1/purchases", purchase("H-1", serial="NOBODY"), "no such appliance"),
    ],
)
def test_of_several_purchases_all_are_kept_or_none(
    client: Make, world: Connection, path: str, item: dict[str, object], complaint: str
) -> None:
    refused = client("dora").post(path, json=[purchase("H-1", purchase_id="P-9"), item])
    assert refused.status_code == 422
    assert complaint in refused.json()["detail"]
    assert world.execute("SELECT count(*) FROM hearthwatch.purchases").fetchone() == (0,)


@pytest.mark.usefixtures("world")
def test_purchases_and_plans_come_in_from_files(client: Make) -> None:
    dora = client("dora")
    bought = post_csv(
        dora,
        "/v1/purchases/import",
        "purchase_id,household_id,part_number,amount,currency,bought_at,quantity\n"
        "P-1,H-1,FLT-1,24.90,EUR,2026-05-01,2\n"
        'P-2,H-1,FLT-1,"1,000",EUR,2026-05-01,1\n'
        "P-3,H-1,FLT-1,5,euro,2026-05-01,\n",
    )  # fmt: skip
    assert bought.json()["accepted"] == 1
    assert [(each["line"], each["field"]) for each in bought.json()["refused"]] == [
        (3, "amount"),
        (4, "currency"),
    ]
    plans = post_csv(
        dora,
        "/v1/plans/import",
        "plan_id,serial,kind,name,starts_on,ends_on,covers,household_id\n"
        "W-1,RF-NORTH,warranty,Two years,2026-01-01,2027-12-31,parts;labour,\n"
        "W-2,RF-NORTH,plan,Care,2026-01-01,,travel,\n"
        "W-3,RF-NORTH,warranty,Odd,2026-01-01,2025-12-31,parts,\n"
        "W-4,RF-NORTH,warranty,Odd,2026-01-01,,everything,\n",
    )
    assert plans.json()["accepted"] == 1
    assert [(each["line"], each["field"]) for each in plans.json()["refused"]] == [
        (3, "household_id"),
        (4, "ends_on"),
        (5, "covers"),
    ]


def test_two_customers_are_merged_and_parted_again(client: Make, world: Connection) -> None:
    dora = client("dora")
    merged = dora.post("/v1/customers/merges", json={"survivor_id": 1, "merged_id": 2})
    assert merged.status_code == 201, merged.text
    gone = dora.get("/v1/customers/2")
    assert (gone.status_code, gone.json()["hint"]) == (404, "ask for household 1")
    whole = dora.get("/v1/customers/1").json()
    assert {each["serial"] for each in whole["appliances"]} == {"RF-NORTH", "WH-NORTH", "WM-SOUTH"}
    assert [each["merged"] for each in whole["merges"]] == ["H-2"]
    number = merged.json()["id"]
    assert dora.post(f"/v1/customers/merges/{number}/undo").json()["undone_by"] == "dora"
    assert dora.post(f"/v1/customers/merges/{number}/undo").status_code == 409
    assert dora.get("/v1/customers/2").json()["contacts"][0]["name"] == "Ana Costa"
    rows = world.execute(
        "SELECT action, count(*) FROM hearthwatch.audit WHERE action LIKE '%merge%' GROUP BY 1"
    ).fetchall()
    assert dict(rows) == {"customers merged": 2, "merge of customers undone": 2}


@pytest.mark.usefixtures("world")
def test_a_partner_cannot_merge_with_or_part_what_it_does_not_see(client: Make) -> None:
    paul = client("paul")
    asked = {"survivor_id": 2, "merged_id": 1}
    assert paul.post("/v1/customers/merges", json=asked).status_code == 404
    number = client("dora").post("/v1/customers/merges", json=asked).json()["id"]
    assert paul.get("/v1/customers/2").json()["merges"] == []
    assert len(client("dora").get("/v1/customers/2").json()["merges"]) == 1
    assert paul.post(f"/v1/customers/merges/{number}/undo").status_code == 404


@pytest.mark.usefixtures("world")
def test_customers_told_apart_are_not_brought_up_again(client: Make) -> None:
    dora = client("dora")
    twin = {**LI, "people": []}
    first = dora.put("/v1/customers/H-90", json=twin).json()["id"]
    second = dora.put("/v1/customers/H-91", json=twin).json()["id"]
    asked = {"first_id": second, "second_id": first}
    assert len(dora.get("/v1/customers/duplicates").json()) == 1
    assert dora.post("/v1/customers/duplicates/dismissals", json=asked).status_code == 204
    dora.put("/v1/customers/H-91", json=twin).raise_for_status()
    assert dora.get("/v1/customers/duplicates").json() == []
    assert dora.post("/v1/customers/duplicates/dismissals", json=asked).status_code == 404
