"""Recording over the API what was found at an appliance."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

Make = Callable[..., httpx.Client]
CONFIRMED = {"finding": "confirmed", "mode": "poor_cooling", "note": "fan seized"}


@pytest.fixture
def assigned(client: Make) -> str:
    """The address of the verdict on a ticket that has a technician."""
    dora = client("dora")
    tag = dora.get("/v1/tickets/1").headers["etag"]
    dora.post(
        "/v1/tickets/1/transitions",
        json={"state": "triaged", "assignee": "tom"},
        headers={"If-Match": tag},
    ).raise_for_status()
    return "/v1/tickets/1/verdict"


@pytest.mark.usefixtures("fresh_site")
def test_a_technician_records_a_verdict_and_everybody_reads_it(client: Make, assigned: str) -> None:
    assert client("vera").get(assigned).status_code == 404
    answer = client("tom").post(assigned, json=CONFIRMED)
    assert answer.status_code == 201
    assert answer.json()["actor"] == "tom"
    assert client("vera").get(assigned).json() == answer.json()
    again = client("tom").post(assigned, json={"finding": "no_fault_found"})
    assert client("vera").get(assigned).json() == again.json()
    assert again.json()["mode"] is None


@pytest.mark.usefixtures("fresh_site")
@pytest.mark.parametrize(
    ("user", "asked", "status"),
    [
        ("vera", CONFIRMED, 403),
        ("tom", {"finding": "confirmed"}, 422),
        ("tom", {"finding": "confirmed", "mode": "bad_mood"}, 422),
        ("tom", {"finding": "haunted"}, 422),
        ("tom", {"finding": "no_fault_found", "mood": "fine"}, 422),
        ("paul", CONFIRMED, 404),
    ],
)
def test_a_verdict_that_may_not_be_is_refused(
    client: Make, assigned: str, user: str, asked: dict[str, str], status: int
) -> None:
    assert client(user).post(assigned, json=asked).status_code == status
    assert client("vera").get(assigned).status_code == 404


def test_a_new_ticket_has_no_verdict_yet(client: Make) -> None:
    assert client("tom").post("/v1/tickets/1/verdict", json=CONFIRMED).status_code == 409
