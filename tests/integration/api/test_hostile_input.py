"""What no honest client sends: each gets a clear refusal, and nobody learns of other regions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from tests.integration.api.site import Site
from tests.integration.api.small_world import NOW

Make = Callable[..., httpx.Client]
HALF = "\ud800"
"""Half of a character, which JSON can write and no text can hold."""
END_OF_TIME = "9999-12-31T23:59:59-14:00"
"""A zone further it is no time any more."""
BEGINNING = "0001-01-01T00:00:00+14:00"
REFUSED: tuple[tuple[str, str, object], ...] = (
    ("PUT", "/v1/appliances/RF-NORTH/owner", {"household": HALF}),
    ("POST", "/v1/knowledge/unanswered/settled", {"question": "x", "type": HALF}),
    ("PUT", "/v1/tickets/1/pin", {"begins_at": END_OF_TIME, "reason": "x"}),
    ("POST", "/v1/tickets/1/transitions", {"state": "triaged", "visit_at": END_OF_TIME}),
    ("POST", "/v1/tickets/1/transitions", {"state": "triaged", "visit_at": BEGINNING}),
    ("GET", "/v1/kpis?until=9999-12-31", None),
    ("GET", "/v1/kpis?until=0001-01-01", None),
    ("GET", "/v1/kpis?until=0001-01-01T00:00:00%2B14:00", None),
    ("GET", "/v1/visits?since=0001-01-01T00:00:00%2B14:00", None),
)


@pytest.fixture
def ada(client: Make) -> Iterator[httpx.Client]:
    return client("ada")


@pytest.mark.parametrize(("method", "path", "asked"), REFUSED)
def test_what_no_database_can_hold_is_refused_and_not_a_crash(
    ada: httpx.Client, method: str, path: str, asked: object
) -> None:
    told = None if asked is None else json.dumps(asked)
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    answer = ada.request(method, path, content=told, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (422, 422), answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_day_that_nobody_lives_in_has_no_board(browser: Make, day: str) -> None:
    answer = browser("ada").get(f"/console/board?day={day}")
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


def test_a_visit_at_the_end_of_time_is_refused_on_the_ticket(
    browser: Make, ada: httpx.Client
) -> None:
    opened = browser("ada")
    page = opened.get("/console/tickets/1").text
    form_token = page.split('name="form_token" value="', 1)[1].split('"', 1)[0]
    told = {"form_token": form_token, "version": "1", "state": "scheduled", "assignee": "tom"}
    answer = opened.post("/console/tickets/1", data=told | {"visit": "9999-12-31T23:59"})
    assert (answer.status_code, "this is no time" in answer.text) == (422, True)
    assert ada.get("/v1/tickets/1").json()["visit_at"] is None


def test_a_purchase_at_the_beginning_of_time_is_refused_by_its_line(fresh_site: Site) -> None:
    lines = (
        "purchase_id,household_id,part_number,amount,currency,bought_at",
        f"P-1,H-1,HW-1,10.00,EUR,{BEGINNING}",
        "P-2,H-1,HW-1,10.00,EUR,2026-05-31",
    )
    with fresh_site.signed_in("ada") as ada:
        report = ada.post("/v1/purchases/import", content="\n".join(lines)).json()
        assert report["accepted"] == 1
        assert [(each["line"], each["reason"]) for each in report["refused"]] == [
            (2, "is before 1970")
        ]


def test_a_record_that_was_changed_in_the_future_does_not_hold_up_others(fresh_site: Site) -> None:
    told = {"system": "own", "external_id": "R-1", "ticket_id": 1, "note": "x"}
    with fresh_site.signed_in("ada") as ada:
        for at, key, status in (
            (NOW + timedelta(days=365), "k-1", 422),
            (NOW - timedelta(minutes=1), "k-2", 200),
        ):
            answer = ada.post(
                "/v1/inbound/tickets",
                json=told | {"changed_at": at.isoformat()},
                headers={"Idempotency-Key": key},
            )
            assert answer.status_code == status, answer.text


def test_a_number_that_another_region_used_tells_nothing_of_it(
    client: Make, fresh_site: Site
) -> None:
    assert fresh_site
    told = {"channel": "hotline", "text": "It leaks.", "external_ref": "call-1"}
    taken = client("dora").post("/v1/interactions", json=told | {"serial": "RF-NORTH"}).json()
    assert taken["ticket_id"] is not None
    answer = client("paul").post("/v1/interactions", json=told | {"serial": "WM-SOUTH"})
    assert answer.status_code == 409
    assert "ticket_id" not in answer.json()
    again = client("dora").post("/v1/interactions", json=told | {"serial": "RF-NORTH"}).json()
    assert again == taken | {"opened": False, "repeated": True}


def test_an_import_does_not_tell_a_partner_whom_other_regions_have(
    client: Make, fresh_site: Site
) -> None:
    assert fresh_site
    columns = (
        "household_id,household_name,address,region,time_zone,tier,"
        "contact_id,contact_name,phone,email,language,consents"
    )
    rows = {
        "ada": "X-1,Ito,1 Elm Road,north,UTC,standard,XC-1,Ken Ito,+44 20 7946 0018,,en,service",
        "paul": "X-2,Ito,1 Elm Road,south,UTC,standard,XC-2,Ken Ito,+44 20 7946 0018,,en,service",
    }
    reports = {
        name: client(name).post("/v1/customers/import", content=f"{columns}\n{row}\n").json()
        for name, row in rows.items()
    }
    assert [each["accepted"] for each in reports.values()] == [1, 1]
    assert reports["paul"]["alike"] == []
    # Whoever sees both regions is told.
    again = client("ada").post("/v1/customers/import", content=f"{columns}\n{rows['paul']}\n")
    assert [each["first_external_id"] for each in again.json()["alike"]] == ["X-1"]
