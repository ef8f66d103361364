"""The queue shows what a dispatcher needs, is filtered, and hears of what is new by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from alerts import alert
from alerts.alert import Finding
from alerts.evidence import Evidence
from devices import appliance
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.api.console.form_fields import Make
from tickets import opening


def test_the_queue_shows_what_a_dispatcher_needs(browser: Make) -> None:
    page = browser("dora").get("/console/").text
    for words in (
        "Does not cool enough",
        "Freezer temperature is",
        "RF-NORTH",
        "Lin &lt;family&gt;",
        "Gold",
        "High",
        "1 h",
        "The appliance shows code E2",
    ):
        assert words in page
    assert "<family>" not in page


@pytest.mark.parametrize(
    ("wanted", "serials"),
    [
        ("type=washing_machine", {"WM-SOUTH"}),
        ("region=north", {"RF-NORTH"}),
        ("severity=high", {"RF-NORTH", "WM-SOUTH"}),
        ("state=triaged", set()),
        ("safety=1", set()),
    ],
)
def test_the_queue_is_filtered(browser: Make, wanted: str, serials: set[str]) -> None:
    page = browser("dora").get(f"/console/?{wanted}").text
    assert set(re.findall(r"/console/appliances/([A-Z-]+)", page)) == serials


def _open_another_ticket(world: Connection, catalogue: Catalogue) -> None:
    device = appliance.get(world, "DW-SOUTH")
    at = device.registered_at
    finding = Finding(
        device_id=device.id,
        problem="offline",
        signal="silence",
        at=at,
        fires=True,
        severity=Severity.LOW,
        evidence=Evidence(kind="silence", source="silent for 24 h", since=at, until=at),
    )
    opening.follow(world, catalogue, alert.record(world, [finding]))
    world.commit()


def _events(lines: Iterator[str]) -> Iterator[str]:
    return (line.removeprefix("event: ") for line in lines if line.startswith("event: "))


def test_an_open_queue_hears_of_a_new_ticket(
    browser: Make, world: Connection, catalogue: Catalogue
) -> None:
    dora = browser("dora")
    mark = re.search(r'data-mark="([^"]*)"', dora.get("/console/").text)
    assert mark
    with dora.stream("GET", "/console/queue/events", params={"seen": mark[1]}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(": listening")
        _open_another_ticket(world, catalogue)
        assert next(_events(lines)) == "queue"
    assert "DW-SOUTH" in dora.get("/console/queue").text


def test_a_change_between_page_and_stream_is_not_missed(
    browser: Make, world: Connection, catalogue: Catalogue
) -> None:
    dora = browser("dora")
    mark = re.search(r'data-mark="([^"]*)"', dora.get("/console/").text)
    assert mark
    _open_another_ticket(world, catalogue)
    with dora.stream("GET", "/console/queue/events", params={"seen": mark[1]}) as stream:
        assert next(_events(stream.iter_lines())) == "queue"


def test_open_streams_hold_no_connection_of_the_pool(browser: Make) -> None:
    # More streams than the pool has connections.
    opened = [browser("dora").stream("GET", "/console/queue/events") for _ in range(6)]
    with ExitStack() as stack:
        for each in opened:
            assert next(stack.enter_context(each).iter_lines()).startswith(": listening")
        assert browser("dora").get("/console/").status_code == 200
