"""What moved a prediction, and which past cases were alike: on the page and over the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from alerts import alert
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from models.reasons.departure import Departure
from storage.pool import Connection
from tests.integration.api.small_world import NOW, duty_finding
from tickets import opening

Make = Callable[..., httpx.Client]
SINCE = NOW - timedelta(days=3, hours=1)
MOVED = (
    Departure(
        "compressor_power_w",
        112.0,
        83.5,
        4.0,
        SINCE,
        1.8,
        {"compressor_duty_pct": 62.0, "condenser_temp_c": 41.0},
    ),
    Departure("condenser_temp_c", 44.0, 37.5, 1.0, SINCE, 1.2, {"ambient_temp_c": 25.0}),
)


@pytest.fixture
def explained(world: Connection, catalogue: Catalogue) -> int:
    """A ticket whose prediction two metrics moved, and one that ended like it."""
    tickets = []
    for serial in ("RF-PAST", "RF-NOW"):
        (made,) = appliance.register(
            world, [Registration(serial, "refrigerator", region="north")], SINCE
        )
        finding = duty_finding(made.id)
        seen = replace(
            finding.evidence,
            metric="compressor_power_w",
            since=SINCE,
            moved=MOVED,
            departures={"compressor_power_w": 7.0, "condenser_temp_c": 6.0},
        )
        told = replace(finding, problem="compressor_failing", evidence=seen)
        (opened,) = opening.follow(world, catalogue, alert.record(world, [told]))
        tickets.append(opened.id)
    world.execute("UPDATE hearthwatch.tickets SET state = 'closed' WHERE id = %s", tickets[:1])
    world.execute(
        "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, mode)"
        " VALUES (%s, now(), 'tom', 'confirmed', 'compressor_failing')",
        tickets[:1],
    )
    world.commit()
    return tickets[1]


def test_the_page_tells_what_moved_in_both_languages(browser: Make, explained: int) -> None:
    dora = browser("dora")
    page = dora.get(f"/console/tickets/{explained}").text
    first = (
        "Compressor power is 112 W, 34 % above the 83.5 W that compressor running 62.0 % and"
        " condenser temperature 41.0 °C explain, for 3 days"
    )
    assert first in page, [line for line in page.splitlines() if "said" in line]
    assert "<li>Condenser temperature is 44.0 °C, 6.50 °C above the 37.5 °C that" in page
    chinese = dora.get(f"/console/tickets/{explained}?lang=zh").text
    assert "高 34 %，已持续 3 天" in chinese
    assert "高 34 %" in dora.get("/console/?lang=zh").text


def test_the_page_shows_past_cases_with_their_verdicts(browser: Make, explained: int) -> None:
    page = browser("dora").get(f"/console/tickets/{explained}").text
    assert "Past cases like this one" in page
    assert "Fault confirmed" in page
    assert "RF-PAST" in page
    assert "Past cases like this one" not in browser("dora").get("/console/tickets/1").text


def test_the_api_tells_what_moved_and_from_where_to_plot(client: Make, explained: int) -> None:
    (finding,) = client("vera").get(f"/v1/tickets/{explained}").json()["evidence"]
    first, second = finding["moved"]
    assert (first["metric"], first["observed"], first["expected"]) == (
        "compressor_power_w",
        112.0,
        83.5,
    )
    assert first["context"] == {"compressor_duty_pct": 62.0, "condenser_temp_c": 41.0}
    assert first["sentence"]["en"].startswith("Compressor power is 112 W, 34 % above")
    assert second["sentence"]["zh"].startswith("冷凝器温度为 44.0 °C")
    assert finding["plot_from"] < finding["since"]


def test_the_api_lists_similar_cases_of_the_asker_s_region(client: Make, explained: int) -> None:
    (case,) = client("vera").get(f"/v1/tickets/{explained}/similar").json()
    assert (case["serial"], case["finding"], case["likeness"]) == ("RF-PAST", "confirmed", 1.0)
    assert client("vera").get("/v1/tickets/1/similar").json() == []
    assert client("paul").get(f"/v1/tickets/{explained}/similar").status_code == 404
