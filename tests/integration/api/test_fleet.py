"""Fleet problems and demand over the API and in the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets.fleet import demand_forecast, fleet_review

Make = Callable[..., httpx.Client]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def outbreak(world: Connection, catalogue: Catalogue) -> None:
    """Thirty of batch B7 with ten new cases, in both regions, and a hundred that are well."""
    told = [
        Registration(
            f"WP-{n:03d}",
            "water_purifier",
            region="south" if n % 5 else "north",
            batch="B7" if n < 30 else "B1",
        )
        for n in range(130)
    ]
    ids = {each.serial: each.id for each in appliance.register(world, told, NOW - 300 * DAY)}
    for n in range(10):
        world.execute(
            "INSERT INTO hearthwatch.tickets"
            " (device_id, problem, severity, safety, opened_at, changed_at)"
            " VALUES (%s, 'prefilter', 'medium', false, %s, %s)",
            (ids[f"WP-{n:03d}"], NOW - (n + 1) * DAY, NOW),
        )
    fleet_review.review(world, catalogue, NOW)
    demand_forecast.forecast(world, catalogue, NOW)
    world.commit()


@pytest.mark.usefixtures("outbreak")
def test_a_fleet_problem_tells_how_sure_and_how_large_it_is(client: Make) -> None:
    vera = client("vera")
    (listed,) = vera.get("/v1/fleet/problems?open=true").json()["items"]
    assert (listed["type"], listed["problem"], listed["batch"]) == (
        "water_purifier",
        "prefilter",
        "B7",
    )
    assert listed["model"] is None
    assert listed["chance"] < 0.01
    assert listed["rest"]["low"] > 1
    assert listed["past"]["value"] > listed["past"]["low"] > 1
    assert (listed["devices"], listed["cases"], listed["tickets"]) == (30, 10, 10)
    found = vera.get(f"/v1/fleet/problems/{listed['id']}")
    assert len(found.json()["ticket_ids"]) == 10
    tag = found.headers["etag"]
    again = vera.get(f"/v1/fleet/problems/{listed['id']}", headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.usefixtures("outbreak")
def test_a_partner_sees_its_own_tickets_in_a_fleet_problem(client: Make) -> None:
    (listed,) = client("paul").get("/v1/fleet/problems").json()["items"]
    assert listed["tickets"] == 8
    found = client("paul").get(f"/v1/fleet/problems/{listed['id']}").json()
    assert len(found["ticket_ids"]) == 8


@pytest.mark.usefixtures("outbreak")
def test_demand_comes_by_part_region_and_week(client: Make) -> None:
    vera = client("vera")
    together = vera.get("/v1/fleet/demand").json()
    assert together["region"] is None
    assert datetime.fromisoformat(together["made_at"]) == NOW
    parts = {each["part_number"]: each for each in together["items"]}
    weeks = parts["HW-WP-PP-10"]["weeks"]
    assert len(weeks) == 8
    assert weeks[0]["week"] == "2026-06-15"
    assert weeks[0]["low"] <= weeks[0]["expected"] <= weeks[0]["high"]
    south = vera.get("/v1/fleet/demand", params={"region": "south", "weeks": 2}).json()
    assert south["region"] == "south"
    assert [len(each["weeks"]) for each in south["items"]] == [2] * len(south["items"])
    fewer = {each["part_number"]: each for each in south["items"]}["HW-WP-PP-10"]["weeks"]
    assert 0 < fewer[0]["expected"] < weeks[0]["expected"]


@pytest.mark.usefixtures("outbreak")
def test_a_partner_gets_the_demand_of_its_region_whatever_it_asks_for(client: Make) -> None:
    asked = client("paul").get("/v1/fleet/demand", params={"region": "north"}).json()
    assert asked["region"] == "south"


def test_before_the_first_look_there_is_nothing(client: Make) -> None:
    vera = client("vera")
    assert vera.get("/v1/fleet/problems").json()["items"] == []
    assert vera.get("/v1/fleet/demand").json() == {"region": None, "made_at": None, "items": []}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/fleet/problems/99", 404),
        ("/v1/fleet/problems/0", 422),
        ("/v1/fleet/demand?weeks=0", 422),
        ("/v1/fleet/demand?weeks=9", 422),
    ],
)
def test_what_makes_no_sense_is_refused(client: Make, path: str, status: int) -> None:
    assert client("vera").get(path).status_code == status


def test_nobody_reads_the_fleet_without_a_token(site: object) -> None:
    address = getattr(site, "address")  # noqa: B009 - the fixture's class is not importable
    for path in ("problems", "problems/1", "demand"):
        answer = httpx.get(f"{address}/v1/fleet/{path}", trust_env=False, timeout=60)
        assert answer.status_code == 401


@pytest.mark.usefixtures("outbreak")
def test_the_fleet_page_shows_what_rises_and_what_is_needed(browser: Make) -> None:
    page = browser("vera").get("/console/fleet").text
    assert "Pre-filters are clogging" in page
    assert "batch <b>B7</b>" in page
    assert "HW-WP-PP-10" in page
    assert page.count('class="chart-data"') == 3
    chinese = browser("vera").get("/console/fleet?lang=zh").text
    assert "前置滤芯堵塞" in chinese


@pytest.mark.usefixtures("outbreak")
def test_a_fleet_problems_page_leads_to_its_tickets(browser: Make) -> None:
    vera = browser("vera")
    page = vera.get("/console/fleet/problems/1").text
    assert page.count("/console/tickets/") == 10
    assert 'class="chart-data"' in page
    assert "times as often as in the rest of the fleet" in page
    assert vera.get("/console/fleet/problems/2").status_code == 404


def test_an_empty_fleet_page_says_so(browser: Make) -> None:
    page = browser("dora").get("/console/fleet").text
    assert "No forecast yet" in page
    assert "more of a fault than chance explains" in page
