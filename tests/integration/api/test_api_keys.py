"""Other systems ask by a key of their own, with a role and perhaps one region only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from storage.pool import Connection
from tests.integration.api.site import Site

Make = Callable[..., httpx.Client]
pytestmark = pytest.mark.usefixtures("fresh_site")


@pytest.fixture
def system(fresh_site: Site) -> Iterator[httpx.Client]:
    """Somebody who has not signed in."""
    with fresh_site.browser() as opened:
        yield opened


def _make(client: Make, **asked: object) -> str:
    made = client("ada").post("/v1/api-keys", json={"name": "erp", **asked})
    assert made.status_code == 201, made.text
    return str(made.json()["key"])


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_a_key_asks_with_the_rights_of_its_role(
    client: Make, system: httpx.Client, header: str
) -> None:
    key = _make(client, role="viewer")
    shown = {header: f"Bearer {key}" if header == "Authorization" else key}
    assert len(system.get("/v1/tickets", headers=shown).json()["items"]) == 2
    assert system.get("/v1/customers/H-1", headers=shown).status_code == 403


def test_a_key_of_a_region_sees_that_region_only(client: Make, system: httpx.Client) -> None:
    key = _make(client, role="dispatcher", region="south")
    found = system.get("/v1/tickets", headers={"X-API-Key": key}).json()["items"]
    assert {each["region"] for each in found} == {"south"}


def test_what_a_key_does_is_noted_under_its_name(
    client: Make, system: httpx.Client, world: Connection
) -> None:
    key = _make(client, role="dispatcher")
    ticket = system.get("/v1/tickets", headers={"X-API-Key": key}).json()["items"][0]["id"]
    where = f"/v1/tickets/{ticket}/notes"
    assert system.post(where, headers={"X-API-Key": key}, json={"text": "x"}).status_code == 201
    notes = client("dora").get(where).json()
    assert "key:erp" in str(notes)
    [told] = client("ada").get("/v1/api-keys").json()["items"]
    assert told["last_used_at"] is not None
    assert "hash" not in told
    row = world.execute("SELECT actor FROM hearthwatch.audit WHERE subject = 'api_key:erp'")
    assert row.fetchall() == [("ada",)]


def test_a_key_that_was_revoked_or_is_over_or_was_guessed_opens_nothing(
    client: Make, system: httpx.Client, world: Connection
) -> None:
    key = _make(client)
    client("ada").delete("/v1/api-keys/erp").raise_for_status()
    later = _make(client, expires_at="2030-01-01T00:00:00Z")
    world.execute("UPDATE hearthwatch.api_keys SET expires_at = created_at")
    world.commit()
    for shown in (key, later, "hwk_guessed", "", "x"):
        answer = system.get("/v1/tickets", headers={"X-API-Key": shown})
        assert answer.status_code == 401, shown
    assert client("ada").delete("/v1/api-keys/erp").status_code == 204
    assert client("ada").delete("/v1/api-keys/erp").status_code == 404


def test_two_systems_have_no_key_of_one_name(client: Make) -> None:
    _make(client)
    again = client("ada").post("/v1/api-keys", json={"name": "erp"})
    assert again.status_code == 409
    assert "revoke" in again.json()["hint"]


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "Has Spaces"},
        {"name": "erp", "role": "king"},
        {"name": "erp", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "erp", "expires_at": "2030-01-01T00:00:00"},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(client: Make, asked: dict[str, str]) -> None:
    assert client("ada").post("/v1/api-keys", json=asked).status_code == 422
    assert client("ada").get("/v1/api-keys").json()["items"] == []


def test_only_administrators_make_keys_and_no_key_makes_another(
    client: Make, system: httpx.Client
) -> None:
    assert client("dora").post("/v1/api-keys", json={"name": "erp"}).status_code == 403
    key = _make(client, role="admin")
    answer = system.post("/v1/api-keys", json={"name": "more"}, headers={"X-API-Key": key})
    assert answer.status_code == 403
