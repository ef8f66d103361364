"""The customer as a whole on the console, and the page on which duplicates are decided."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from alerts.notices import reach
from api.console import words
from customers import consent, contact, value
from customers.consent import Answer
from storage.pool import Connection

Make = Callable[..., httpx.Client]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LIST = "/console/customers/duplicates"
TWIN = {
    "household_name": "Lin <family>",
    "address": "8 Lotus Road",
    "region": "north",
    "time_zone": "Asia/Shanghai",
    "vulnerable": True,
    "people": [],
}


def token_of(asking: httpx.Client) -> dict[str, str]:
    found = re.search(r'name="form_token" value="(\w+)"', asking.get("/console/").text)
    assert found
    return {"form_token": found[1]}


def send(asking: httpx.Client, path: str, **fields: object) -> httpx.Response:
    told = {name: str(field) for name, field in fields.items()}
    return asking.post(path, data=token_of(asking) | told)


@pytest.fixture
def known(client: Make, world: Connection) -> int:
    """A customer with a past, and another one that looks the same; the other's id."""
    dora = client("dora")
    twin = dora.put("/v1/customers/H-90", json=TWIN).json()["id"]
    bought = {
        "purchase_id": "P-1", "household_id": "H-1", "part_number": "FLT-1", "amount": "1224.90",
        "currency": "EUR", "bought_at": "2026-05-01T10:00:00Z",
    }  # fmt: skip
    dora.post("/v1/purchases", json=[bought]).raise_for_status()
    care = {
        "plan_id": "W-2", "serial": "RF-NORTH", "kind": "plan", "name": "Care Plus",
        "household_id": "H-1", "starts_on": "2026-01-01", "covers": ["parts", "travel"],
    }  # fmt: skip
    dora.post("/v1/plans", json=[care]).raise_for_status()
    said = {"channel": "hotline", "text": "It drips & hums", "serial": "RF-NORTH"}
    dora.post("/v1/interactions", json=said).raise_for_status()
    value.recompute(world, NOW)
    world.commit()
    return int(twin)


@pytest.mark.usefixtures("known")
def test_a_customers_page_holds_everything_in_both_languages(browser: Make) -> None:
    dora = browser("dora")
    page = dora.get("/console/customers/1").text
    for told in (
        "Lin &lt;family&gt;", "Lin Mei", "marketing, reminders, service", "RF-NORTH",
        "<b>Care Plus</b> (plan)", "from 2026-01-01 on", "It drips &amp; hums", "Hotline",
        "1,224.90 EUR", "Value score 100", "45 days since the last purchase or service",
        "Does not cool enough", "May be the same as", "H-90", "70 of 100",
    ):  # fmt: skip
        assert told in page, told
    chinese = dora.get("/console/customers/1?lang=zh").text
    for told in ("价值分 100", "购买 1 次，服务 0 次", "姓名相近", "服务计划", "热线"):
        assert told in chinese, told
    assert words.say("Merge it into this one", "zh") in chinese


def test_a_customers_page_and_answer_say_by_which_channels_they_can_be_reached(
    browser: Make, client: Make, world: Connection
) -> None:
    (mei,) = [each.id for each in contact.of_household(world, 1)]
    answers = [
        Answer(mei, "marketing", granted=False),
        Answer(mei, "marketing", granted=True, channel="email"),
        Answer(mei, "reminders", granted=False, channel="sms"),
    ]
    consent.record(world, answers, NOW, source="test")
    reach.prefer(world, mei, "push")
    reach.disable(world, mei, "dingtalk", NOW, "no such number <7>")
    reach.snooze(world, mei, NOW + timedelta(days=2))
    world.commit()
    page = browser("dora").get("/console/customers/1").text
    for told in (
        "by e-mail also marketing", "reminders not by SMS", "first by push message",
        "DingTalk is shut", "no such number &lt;7&gt;", "no reminders until",
    ):  # fmt: skip
        assert told in page, told
    chinese = browser("dora").get("/console/customers/1?lang=zh").text
    assert "钉钉已停用" in chinese
    (told_of,) = client("dora").get("/v1/customers/1").json()["contacts"]
    assert told_of["exceptions"] == [
        {"purpose": "marketing", "channel": "email", "granted": True},
        {"purpose": "reminders", "channel": "sms", "granted": False},
    ]
    assert (told_of["shut"], told_of["snoozed_until"][:10]) == (["dingtalk"], "2026-06-17")


@pytest.mark.usefixtures("fresh_site")
def test_a_call_is_logged_on_the_customers_page_and_leads_to_its_ticket(browser: Make) -> None:
    dora = browser("dora")
    call = "/console/customers/1/call"
    said = {"channel": "hotline", "serial": "RF-NORTH", "text": "The milk <again>"}
    joined = send(dora, call, **said)
    assert joined.url.path == "/console/tickets/1"
    assert "The milk &lt;again&gt;" in joined.text
    asked = send(dora, call, channel="shop", serial="RF-NORTH", text="Which filter?", question=True)
    assert asked.url.path == "/console/customers/1"
    assert "Which filter?" in asked.text
    refused = send(dora, call, **said | {"code": "E99"})
    assert refused.status_code == 422
    assert "shows no code" in refused.text
    assert "The milk &lt;again&gt;" in refused.text
    assert send(dora, call, **said | {"text": " "}).status_code == 422


@pytest.mark.usefixtures("fresh_site")
def test_a_call_about_no_known_problem_opens_a_ticket_and_one_about_nobody_knows_what_none(
    browser: Make,
) -> None:
    dora = browser("dora")
    opened = send(dora, "/console/customers/2/call", channel="chat", text="It smells", serial="")
    assert opened.url.path.startswith("/console/tickets/")
    assert "Reported by the customer" in opened.text
    unclear = send(dora, "/console/customers/1/call", channel="chat", text="It smells", serial="")
    assert unclear.status_code == 422
    assert "it cannot be told which appliance is meant" in unclear.text
    assert "It smells" not in unclear.text


def test_a_call_is_for_dispatchers_of_the_region(browser: Make) -> None:
    said = {"channel": "hotline", "text": "It hums", "serial": "RF-NORTH"}
    assert send(browser("tom"), "/console/customers/1/call", **said).status_code == 403
    assert send(browser("paul"), "/console/customers/1/call", **said).status_code == 404
    own = send(browser("paul"), "/console/customers/2/call", **said)
    assert own.status_code == 404
    assert "no appliance has the serial number" in own.text


def test_a_merge_is_made_and_undone_with_forms_alone(browser: Make, known: int) -> None:
    dora = browser("dora")
    listed = dora.get(LIST).text
    assert listed.count("Keep this one") == 2
    merged = send(dora, "/console/customers/merges", survivor_id=1, merged_id=known)
    assert merged.url.path == "/console/customers/1"
    assert "H-90 was merged into H-1 by dora" in merged.text
    assert "Vulnerable person" in merged.text
    assert dora.get(f"/console/customers/{known}").url.path == "/console/customers/1"
    assert "No two households look like one." in dora.get(LIST).text
    number = re.search(r"merges/(\d+)/undo", merged.text)
    assert number
    undone = send(dora, f"/console/customers/merges/{number[1]}/undo")
    assert "Undone by dora" in undone.text
    assert "Vulnerable person" not in undone.text
    again = send(dora, f"/console/customers/merges/{number[1]}/undo")
    assert again.status_code == 409
    assert "was undone already" in again.text


def test_two_that_were_told_apart_leave_the_list(browser: Make, known: int) -> None:
    dora = browser("dora")
    answer = send(dora, LIST, first_id=1, second_id=known)
    assert "No two households look like one." in answer.text
    assert "not listed as alike" in send(dora, LIST, first_id=1, second_id=known).text


def test_what_cannot_be_merged_is_said_on_the_page(browser: Make) -> None:
    answer = send(browser("dora"), "/console/customers/merges", survivor_id=1, merged_id=1)
    assert answer.status_code == 422
    assert "a household cannot be merged with itself" in answer.text


def test_a_partner_sees_and_merges_nothing_of_another_region(browser: Make, known: int) -> None:
    paul = browser("paul")
    assert "No two households look like one." in paul.get(LIST).text
    refused = send(paul, "/console/customers/merges", survivor_id=2, merged_id=known)
    assert refused.status_code == 404


def test_duplicates_are_for_dispatchers_and_forms_for_their_own_session(browser: Make) -> None:
    assert browser("tom").get(LIST).status_code == 403
    forged = browser("dora").post(
        "/console/customers/merges", data={"survivor_id": "1", "merged_id": "2"}
    )
    assert forged.status_code == 403
