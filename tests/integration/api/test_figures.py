"""Figures, promises and reviews over the API and on the console's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from devices.catalogue.folder import Catalogue
from runtime.clock import SetClock
from storage.pool import Connection, Pool
from tests.integration.api.small_world import NOW
from tickets.kpi import review
from tickets.kpi.definition import FIGURES
from tickets.sla import watching

Make = Callable[..., httpx.Client]


def _of(client: httpx.Client, region: str) -> int:
    found = client.get("/v1/tickets", params={"region": region}).json()["items"]
    return int(found[0]["id"])


def test_every_figure_is_told_with_what_it_rests_on(client: Make) -> None:
    found = client("vera").get("/v1/kpis", params={"by": "region"}).json()
    assert list(found["figures"]) == list(FIGURES)
    assert (found["zone"], found["by"]) == ("UTC", "region")
    tickets = found["figures"]["tickets"]
    assert (tickets["unit"], tickets["value"], tickets["cases"]) == ("count", 2, 2)
    assert {each["part"]: each["value"] for each in tickets["parts"]} == {"north": 1, "south": 1}
    assert found["figures"]["nps"] == {
        "unit": "points", "value": None, "high": None, "hits": 0, "cases": 0, "parts": [],
    }  # fmt: skip


def test_a_day_begins_where_the_zone_says(client: Make) -> None:
    asked = {"from": "2026-06-01", "until": "2026-06-08", "zone": "Asia/Shanghai"}
    found = client("vera").get("/v1/kpis", params=asked).json()
    assert (found["since"], found["until"]) == (
        "2026-06-01T00:00:00+08:00",
        "2026-06-08T00:00:00+08:00",
    )
    instants = {"from": "2026-05-31T16:00:00Z", "until": "2026-06-08T00:00:00+08:00"}
    same = client("vera").get("/v1/kpis", params=instants).json()
    assert same["figures"] == found["figures"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"from": "2026-06-08", "until": "2026-06-01"}, "is no span"),
        ({"from": "2020-01-01"}, "is no span"),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"from": "2026-06-01T08:00:00"}, "from"),
        ({"by": "moon"}, "by"),
    ],
)
def test_what_cannot_be_asked_is_refused(client: Make, asked: dict[str, str], told: str) -> None:
    answer = client("vera").get("/v1/kpis", params=asked)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_partner_gets_its_own_region_whatever_is_asked(client: Make) -> None:
    paul, dora = client("paul"), client("dora")
    north = _of(dora, "north")
    found = paul.get("/v1/kpis", params={"region": "north", "by": "region"}).json()
    assert (found["region"], found["figures"]["tickets"]["value"]) == ("south", 1)
    assert paul.get(f"/v1/tickets/{north}/sla").status_code == 404
    assert dora.get(f"/v1/tickets/{north}/sla").status_code == 200


def test_clocks_of_a_ticket_are_told_with_what_is_used_up(client: Make) -> None:
    vera = client("vera")
    first, second = vera.get(f"/v1/tickets/{_of(vera, 'north')}/sla").json()
    assert (first["kind"], second["kind"]) == ("first_response", "resolution")
    assert (first["state"], first["time_zone"]) == ("running", "Asia/Shanghai")
    assert 0 <= first["used"] < 1
    assert vera.get("/v1/tickets/999/sla").status_code == 404


def test_an_admin_changes_what_is_promised_by_the_version_that_was_seen(
    client: Make, world: Connection
) -> None:
    ada = client("ada")
    seen = ada.get("/v1/sla/policy")
    wanted = seen.json()["policy"] | {"warn_at": 0.5}
    tag = {"If-Match": seen.headers["etag"]}
    assert ada.put("/v1/sla/policy", json=wanted).status_code == 428
    assert client("dora").put("/v1/sla/policy", json=wanted, headers=tag).status_code == 403
    wrong = ada.put("/v1/sla/policy", json=wanted | {"promises": []}, headers=tag)
    assert wrong.status_code == 422
    assert "promises" in wrong.text
    made = ada.put("/v1/sla/policy", json=wanted, headers=tag).json()
    assert (made["policy"]["warn_at"], made["changed_by"]) == (0.5, "ada")
    assert ada.put("/v1/sla/policy", json=wanted, headers=tag).status_code == 412
    rows = world.execute(
        "SELECT actor FROM hearthwatch.audit WHERE action = 'SLA policy changed'"
    ).fetchall()
    assert rows == [("ada",)]


@pytest.fixture
def troubled(world: Connection, served_pool: Pool, catalogue: Catalogue) -> int:
    """Promises that are broken, and poor ratings in the south that opened a review."""
    world.execute("UPDATE hearthwatch.tickets SET opened_at = %s", (NOW - timedelta(days=20),))
    world.execute("DELETE FROM hearthwatch.sla_clocks")
    world.execute(
        "INSERT INTO hearthwatch.ratings (ticket_id, household_id, csat, at)"
        " SELECT ticket.id, ticket.household_id, 2 + 2 * (number / 8), %s"
        " FROM hearthwatch.tickets AS ticket, generate_series(1, 12) AS number"
        " WHERE ticket.household_id = (SELECT id FROM hearthwatch.households"
        " WHERE external_id = 'H-2')",
        (NOW - timedelta(days=2),),
    )
    world.commit()
    watching.look(served_pool, SetClock(NOW))
    for _ in range(2):
        review.look(served_pool, catalogue, SetClock(NOW))
    [made] = review.page(world, None)
    world.commit()
    return made.id


def test_promises_in_danger_and_reviews_are_told_to_whom_they_concern(
    client: Make, troubled: int
) -> None:
    dora, paul = client("dora"), client("paul")
    everything = dora.get("/v1/sla/in-danger").json()
    assert [each["state"] for each in everything] == ["breached"] * 4
    assert {each["region"] for each in paul.get("/v1/sla/in-danger").json()} == {"south"}
    assert [each["id"] for each in paul.get("/v1/reviews").json()] == [troubled]
    assert dora.get("/v1/reviews", params={"region": "north"}).json() == []


def test_a_review_is_closed_by_a_dispatcher_with_a_word_on_it(
    client: Make, world: Connection, troubled: int
) -> None:
    dora, where = client("dora"), f"/v1/reviews/{troubled}/close"
    assert client("tom").post(where, json={"note": "Fine."}).status_code == 403
    assert dora.post(where, json={"note": "  "}).status_code == 422
    done = dora.post(where, json={"note": "Two technicians short."}).json()
    assert (done["closed_by"], done["note"]) == ("dora", "Two technicians short.")
    assert dora.post(where, json={"note": "Again."}).status_code == 409
    world.execute(
        "UPDATE hearthwatch.reviews SET region = 'north', closed_at = NULL, closed_by = NULL"
    )
    world.commit()
    assert client("paul").post(where, json={"note": "Not mine."}).status_code == 404


def test_households_at_risk_have_names_for_those_who_may_see_customers(
    client: Make, troubled: int
) -> None:
    assert troubled
    assert client("tom").get("/v1/kpis/households-at-risk").status_code == 403
    # A poor rating (30), and both promises of its ticket broken (20).
    [costa] = client("dora").get("/v1/kpis/households-at-risk").json()
    assert (costa["name"], costa["score"], costa["late"], costa["faults"]) == ("Costa", 50, 2, 1)


def test_the_page_tells_what_the_figures_rest_on_in_both_languages(browser: Make) -> None:
    dora = browser("dora")
    page = dora.get("/console/figures?by=type").text
    for words in ("Found before the customer called", "Nothing is in danger", "Refrigerator"):
        assert words in page
    chinese = dora.get("/console/figures?lang=zh&days=7").text
    for words in ("先于客户来电发现", "没有承诺面临风险", "最近 7 天"):
        assert words in chinese
    assert "Nobody, by what is known" in page
    assert "Nobody, by what is known" not in browser("vera").get("/console/figures").text


def test_the_page_shows_what_is_in_danger_and_closes_a_review_by_a_form(
    browser: Make, world: Connection, troubled: int
) -> None:
    dora = browser("dora")
    page = dora.get("/console/figures").text
    assert "Ratings are poor in south" in page
    assert page.count("Broken</span>") == 4
    form = next(each for each in page.split("<form") if "Close the review" in each)
    secret = dict(re.findall(r'name="(form_token)" value="([^"]*)"', form))
    where = f"/console/figures/reviews/{troubled}"
    assert dora.post(where, data=secret | {"note": " "}).status_code == 422
    assert dora.post(where, data=secret | {"note": "Looked into."}).status_code == 200
    assert world.execute("SELECT closed_by, note FROM hearthwatch.reviews").fetchall() == [
        ("dora", "Looked into.")
    ]
