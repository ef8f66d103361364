"""What the API and the console do with personal data: show, export, forget, hand over."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import httpx
import pytest

from storage import signature
from storage.pool import Connection

Client = Callable[[str], httpx.Client]
Browser = Callable[..., httpx.Client]


LIN, COSTA, BERG = 1, 2, 3
"""The households of the small world, in the order in which it was seeded."""


def _form_token(page: str) -> str:
    return page.split('name="form_token" value="', maxsplit=1)[1].split('"', maxsplit=1)[0]


def test_an_export_holds_everything_in_both_languages(client: Client) -> None:
    answer = client("ada").get(f"/v1/customers/{LIN}/export")
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {"export.json", "export.en.html", "export.zh.html"} <= set(archive.namelist())
    held = json.loads(archive.read("export.json"))
    assert held["households"][0]["name"] == "Lin <family>"
    assert held["contacts"][0]["phone"] == "+86 10 5555"
    assert {each["serial"] for each in held["telemetry"]} == {"RF-NORTH", "WH-NORTH"}
    fridge = next(each for each in held["telemetry"] if each["serial"] == "RF-NORTH")
    assert fridge["metrics"]["freezer_temp_c"]["readings"] > 100
    assert held["tickets"]
    assert "您好" in held["notices"][0]["body"] or held["notices"][0]["body"]
    english = archive.read("export.en.html").decode()
    assert "Lin &lt;family&gt;" in english
    assert "我们保存的您的信息" in archive.read("export.zh.html").decode()


@pytest.mark.usefixtures("world")
def test_whoever_looked_is_in_the_export(client: Client) -> None:
    client("dora").get(f"/v1/customers/{LIN}").raise_for_status()
    client("dora").get("/v1/customers").raise_for_status()
    held = client("ada").get(f"/v1/customers/{LIN}/export", params={"format": "json"}).json()
    seen = [(act["actor"], act["about"]) for act in held["audit"] if act["actor"] == "dora"]
    assert ("dora", "GET /v1/customers") in seen
    assert len(seen) == 2
    trail = client("ada").get("/v1/audit", params={"household": LIN}).json()["items"]
    assert trail[0]["action"] == "customer.exported"
    assert all(each["link"] for each in trail)


@pytest.mark.parametrize("name", ["vera", "tom", "dora", "paul"])
def test_only_an_admin_exports_or_forgets(client: Client, name: str) -> None:
    asking = client(name)
    assert asking.get(f"/v1/customers/{LIN}/export").status_code == 403
    assert asking.post(f"/v1/customers/{LIN}/erasure", json={}).status_code == 403
    assert asking.get("/v1/audit").status_code == 403


@pytest.mark.usefixtures("world")
def test_a_customer_with_an_open_ticket_is_forgotten_only_by_force(client: Client) -> None:
    ada = client("ada")
    refused = ada.post(f"/v1/customers/{LIN}/erasure", json={})
    assert refused.status_code == 409
    assert "are open" in refused.json()["detail"]
    proof = ada.post(f"/v1/customers/{LIN}/erasure", json={"force": True}).json()
    signature.check(proof)
    assert proof["household_id"] == LIN
    assert ada.get(f"/v1/customers/{LIN}/export").status_code == 404
    assert "Lin" not in client("dora").get("/v1/customers").text
    queue = client("dora").get("/v1/tickets").json()["items"]
    assert queue
    assert "Lin <family>" not in {each["household_name"] for each in queue}


@pytest.mark.usefixtures("world")
def test_an_answer_is_logged_with_who_took_it_down(client: Client) -> None:
    dora = client("dora")
    asked = {"contact": "C-2", "purpose": "reminders", "granted": True, "source": "hotline"}
    assert dora.post(f"/v1/customers/{COSTA}/consents", json=asked).status_code == 204
    last = dora.get(f"/v1/customers/{COSTA}/consents").json()[-1]
    assert (last["purpose"], last["granted"], last["actor"]) == ("reminders", True, "dora")
    wrong = dora.post(f"/v1/customers/{COSTA}/consents", json={**asked, "purpose": "spam"})
    assert wrong.status_code == 422
    assert "service, reminders, marketing" in wrong.text
    nobody = dora.post(f"/v1/customers/{COSTA}/consents", json={**asked, "contact": "C-1"})
    assert nobody.status_code == 404


@pytest.mark.usefixtures("world")
def test_an_appliance_that_changes_hands_takes_nothing_along(client: Client) -> None:
    dora, ada = client("dora"), client("ada")
    old, new = LIN, BERG
    told = dora.put("/v1/appliances/RF-NORTH/owner", json={"household": "H-3"}).json()
    (cancelled,) = told["cancelled_tickets"]
    assert dora.get(f"/v1/tickets/{cancelled}").json()["state"] == "cancelled"
    after = ada.get(f"/v1/customers/{new}/export", params={"format": "json"}).json()
    assert after["tickets"] == []
    # The one hour is that of the reading that came at the very time of the transfer.
    assert [(each["serial"], each["hours"]) for each in after["telemetry"]] == [("RF-NORTH", 1)]
    before = ada.get(f"/v1/customers/{old}/export", params={"format": "json"}).json()
    (fridge,) = [each for each in before["telemetry"] if each["serial"] == "RF-NORTH"]
    assert fridge["last_hour"] < told["since"]
    assert fridge["until"] == told["since"].replace("Z", "+00:00")
    assert cancelled in {each["id"] for each in before["tickets"]}


def test_an_appliance_goes_to_nobody_unknown_and_to_no_other_region(
    client: Client, world: Connection
) -> None:
    assert world
    wrong = client("dora").put("/v1/appliances/RF-NORTH/owner", json={"household": "H-9"})
    assert wrong.status_code == 422
    other = client("paul").put("/v1/appliances/WM-SOUTH/owner", json={"household": "H-1"})
    assert other.status_code == 422
    assert other.json()["detail"] == "no household has the id 'H-1'"
    freed = client("dora").put("/v1/appliances/WM-SOUTH/owner", json={"household": None})
    assert freed.status_code == 200


@pytest.mark.usefixtures("world")
def test_the_privacy_page_shows_consents_and_forgets_when_the_number_is_typed(
    browser: Browser,
) -> None:
    ada = browser("ada")
    path = f"/console/customers/{LIN}/privacy"
    page = ada.get(path).text
    assert "Lin &lt;family&gt;" in page
    assert "隐私" in ada.get(path, params={"lang": "zh"}).text
    form = {"form_token": _form_token(page), "confirmed": "H-2", "force": "true"}
    refused = ada.post(f"{path}/erasure", data=form)
    assert refused.status_code == 422
    assert "H-1" in refused.text
    proof = ada.post(f"{path}/erasure", data={**form, "confirmed": "H-1"})
    signature.check(proof.json())
    assert ada.get(path).status_code == 404


def test_the_privacy_page_takes_down_an_answer_and_exports(
    browser: Browser, world: Connection
) -> None:
    ada = browser("ada")
    path = f"/console/customers/{COSTA}/privacy"
    token = _form_token(ada.get(path).text)
    row = world.execute("SELECT id FROM hearthwatch.contacts WHERE external_id = 'C-2'").fetchone()
    assert row is not None
    form = {"form_token": token, "contact_id": row[0], "purpose": "service", "granted": "false"}
    assert "took it back" in ada.post(f"{path}/consents", data=form).text
    by_sms = form | {"purpose": "reminders", "channel": "sms"}
    assert ">SMS</td>" in ada.post(f"{path}/consents", data=by_sms).text
    smoke = ada.post(f"{path}/consents", data=by_sms | {"channel": "smoke"})
    assert smoke.status_code == 422
    assert "there is no channel" in smoke.text
    archive = ada.post(f"{path}/export", data={"form_token": token})
    assert zipfile.ZipFile(io.BytesIO(archive.content)).testzip() is None
    assert ada.post(f"{path}/export", data={"form_token": "forged"}).status_code == 403


def test_a_dispatcher_sees_the_page_without_the_button_to_forget(browser: Browser) -> None:
    page = browser("dora").get(f"/console/customers/{LIN}/privacy").text
    assert "What they agreed to" in page
    assert "/erasure" not in page
    elsewhere = browser("paul").get(f"/console/customers/{LIN}/privacy")
    assert elsewhere.status_code == 404


def test_the_finder_finds_what_is_sealed_and_notes_who_looked(
    browser: Browser, world: Connection
) -> None:
    for words in ("lin", "Mei", "+86 10 5555", "LIN@home.test", "h-1"):
        found = browser("dora").get("/console/find", params={"q": words})
        assert found.url.path == f"/console/customers/{LIN}", words
    seen = world.execute(
        "SELECT count(*) FROM hearthwatch.audit WHERE detail ->> 'where' = 'finder'"
    ).fetchone()
    assert seen == (5,)
