"""What customer and desk said about a ticket is with the visit, for whoever goes there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from api import audit
from storage.pool import Connection
from tests.integration.api.visiting import plan, plan_toms

Make = Callable[[str], httpx.Client]
BELL = "Ring the <lower> bell."
DONE = {"finding": "could_not_reproduce", "outcome": "return"}


def call(asking: httpx.Client, text: str, **about: object) -> Mapping[str, Any]:
    """A call that the desk takes down; what became of it."""
    body = {"channel": "hotline", "text": text, **about}
    taken: Mapping[str, Any] = asking.post("/v1/interactions", json=body).raise_for_status().json()
    return taken


def ask(dora: httpx.Client, ticket_id: int) -> None:
    """A question of the desk, and the answer that came in a chat."""
    address = f"/v1/tickets/{ticket_id}/questions"
    asked = dora.post(address, json={"words": "Is there a lift?"}).raise_for_status().json()
    answer = {"text": "Only stairs.", "channel": "chat"}
    dora.post(f"{address}/{asked['id']}/answer", json=answer).raise_for_status()


def test_a_visit_tells_what_was_said_and_asked_the_newest_first(
    client: Make, world: Connection
) -> None:
    toms, dora = plan_toms(world), client("dora")
    assert client("tom").get(toms).json()["said"] == []
    ticket_id = call(dora, BELL, serial="RF-NORTH")["ticket_id"]
    world.execute("UPDATE hearthwatch.interactions SET at = at - interval '1 hour'")
    world.commit()
    ask(dora, ticket_id)
    dora.post(f"/v1/tickets/{ticket_id}/notes", json={"text": "A dog."}).raise_for_status()
    told = [
        (each["kind"], each["channel"], each["actor"], each["text"])
        for each in client("tom").get(toms).json()["said"]
    ]
    assert told == [
        ("note", None, "dora", "A dog."),
        ("inbound", "chat", "dora", "Only stairs."),
        ("question", None, "dora", "Is there a lift?"),
        ("inbound", "hotline", "dora", BELL),
    ]


def test_what_was_said_is_for_whoever_goes_there_and_only_until_it_is_over(
    client: Make, browser: Make, world: Connection
) -> None:
    toms = plan_toms(world)
    call(client("dora"), BELL, serial="RF-NORTH")
    page = toms.replace("/v1/", "/console/")
    assert client("vera").get(toms).json()["said"] == []
    assert "bell" not in browser("vera").get(page).text
    tom = client("tom")
    assert tom.get(toms).json()["said"]
    tom.post(f"{toms}/arrive").raise_for_status()
    assert "bell" in browser("tom").get(page).text
    assert tom.post(f"{toms}/report", json=DONE).raise_for_status().json()["said"] == []
    assert "bell" not in browser("tom").get(page).text


def test_who_read_what_a_customer_said_is_noted_even_where_the_appliance_is_nobodys(
    client: Make, world: Connection
) -> None:
    home = world.execute(
        "SELECT id FROM hearthwatch.households WHERE external_id = 'H-3'"
    ).fetchall()[0][0]
    call(client("dora"), "It hums.", serial="DW-SOUTH", household_id=home)
    toms = plan(world, "DW-SOUTH", "tom")
    assert client("tom").get(toms).json()["customer"] is None
    client("vera").get(toms).raise_for_status()
    seen = audit.page(world, household_id=int(str(home)))
    told = [(each.actor, each.detail["where"]) for each in seen if each.action == "customer.seen"]
    assert told == [("tom", f"visit {toms.rsplit('/', 1)[1]}")]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["The customer said", "Hotline", "no measurement shows it", "1 earlier entries"]),
        ("zh", ["客户说", "热线", "读数中尚未看到异常", "更早的 1 条记录"]),
    ],
)
def test_a_visit_that_a_call_led_to_tells_why_in_the_customers_words(
    client: Make, browser: Make, world: Connection, lang: str, words: list[str]
) -> None:
    dora = client("dora")
    for number in range(6):
        call(dora, f"It hums <{number}> times.", serial="DW-SOUTH")
    page = plan(world, "DW-SOUTH", "tom").replace("/v1/", "/console/")
    told = browser("tom").get(f"{page}?lang={lang}").text
    wrong = told[told.index('id="wrong"') : told.index('id="checklist"')]
    assert [each for each in words if each not in wrong] == []
    numbers = re.findall(r'<p class="words">It hums &lt;(\d)&gt; times.</p>', wrong)
    assert numbers == ["5", "4", "3", "2", "1", "0"]


@pytest.mark.usefixtures("fresh_site")
def test_a_ticket_that_another_one_took_over_asks_for_no_verdict(
    client: Make, browser: Make
) -> None:
    dora = client("dora")
    taken = call(dora, "It hums.", serial="RF-NORTH", problem="weak_airflow")
    second = f"/v1/tickets/{taken['ticket_id']}"
    tag = {"If-Match": dora.get(second).headers["etag"]}
    asked = {"state": "triaged", "assignee": "tom"}
    tag = {"If-Match": dora.post(f"{second}/transitions", json=asked, headers=tag).headers["etag"]}
    page = second.replace("/v1/", "/console/")
    assert "Record the verdict" in browser("tom").get(page).text
    into = {"into": 1, "into_version": dora.get("/v1/tickets/1").json()["version"]}
    dora.post(f"{second}/merge", json=into, headers=tag).raise_for_status()
    told = browser("tom").get(page).text
    assert "What was seen is with the ticket that took over." in told
    assert "Record the verdict" not in told
    assert "Assign the ticket first" not in told
