"""Who gets in, and what each role and region may see."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from api import token, user
from api.attempts import MOST_FAILURES
from api.token import Purpose
from runtime.clock import WallClock
from runtime.errors import InvalidError, UnauthenticatedError
from runtime.settings import Settings
from storage.pool import Connection

Make = Callable[..., httpx.Client]
PASSWORD = "correct horse battery"  # noqa: S105 - of users that live for a test


def test_a_name_and_its_password_give_a_token_that_opens_the_api(browser: Make) -> None:
    answer = browser().post("/v1/tokens", json={"name": "vera", "password": PASSWORD})
    assert answer.status_code == 201
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert browser().get("/v1/alerts", headers=bearer).status_code == 200


def test_a_form_gives_a_token_too(browser: Make) -> None:
    answer = browser().post("/v1/tokens/form", data={"name": "vera", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json()["expires_in"] == 12 * 3600


def test_a_wrong_password_and_an_unknown_name_read_the_same(browser: Make) -> None:
    wrong = browser().post("/v1/tokens", json={"name": "vera", "password": "no"})
    unknown = browser().post("/v1/tokens", json={"name": "nobody", "password": "no"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_an_unknown_name_costs_a_check_of_a_password_too() -> None:
    assert not user._matches(user._decoy(), PASSWORD)
    assert user._decoy().split("$")[:4] == user._HASHER.hash("x").split("$")[:4]


def test_somebody_who_guesses_passwords_has_to_wait(browser: Make) -> None:
    guesser = browser()
    asked = {"name": "ghost", "password": "guess"}
    answers = [guesser.post("/v1/tokens", json=asked) for _ in range(MOST_FAILURES + 1)]
    assert [answer.status_code for answer in answers] == [401] * MOST_FAILURES + [429]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x.y.z"}])
def test_without_a_token_that_holds_the_api_says_so(browser: Make, header: dict[str, str]) -> None:
    answer = browser().get("/v1/tickets", headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_for_the_console_does_not_open_the_api(settings: Settings, browser: Make) -> None:
    other = token.issue(settings, "ada", Purpose.SESSION)
    answer = browser().get("/v1/tickets", headers={"Authorization": f"Bearer {other}"})
    assert answer.status_code == 401


def test_a_disabled_user_is_out_at_once(client: Make, world: Connection) -> None:
    vera = client("vera")
    assert vera.get("/v1/tickets").status_code == 200
    user.disable(world, "vera", WallClock().now())
    world.commit()
    assert vera.get("/v1/tickets").status_code == 401
    with pytest.raises(UnauthenticatedError):
        user.authenticate(world, "vera", PASSWORD)


def test_a_short_password_is_refused(world: Connection) -> None:
    with pytest.raises(InvalidError):
        user.add(world, "eve", "short", user.Role.VIEWER)


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("/v1/appliances", "vera"),
        ("/v1/alerts", "vera"),
        ("/v1/tickets", "vera"),
        ("/v1/customers", "dora"),
        ("/v1/customers/1", "dora"),
        ("/v1/notices", "dora"),
        ("/v1/dead-letters", "ada"),
    ],
)
def test_each_list_needs_its_role(client: Make, path: str, needed: str) -> None:
    order = ["vera", "tom", "dora", "ada"]
    seen = {name: client(name).get(path).status_code for name in order}
    allowed = order[order.index(needed) :]
    assert seen == {name: 200 if name in allowed else 403 for name in order}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/appliances/RF-NORTH",
        "/v1/appliances/RF-NORTH/telemetry",
        "/v1/tickets/1",
        "/v1/customers/1",
        "/v1/tickets?serial=RF-NORTH",
        "/v1/alerts?serial=RF-NORTH",
        "/console/tickets/1",
        "/console/appliances/RF-NORTH",
        "/console/customers/1",
    ],
)
def test_for_a_partner_another_region_does_not_exist(
    client: Make, browser: Make, path: str
) -> None:
    make = browser if path.startswith("/console") else client
    assert make("dora").get(path).status_code == 200
    assert make("paul").get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "of_all", "of_south"),
    [
        ("/v1/appliances", 4, 2),
        ("/v1/alerts", 2, 1),
        ("/v1/tickets", 2, 1),
        ("/v1/customers", 3, 2),
        ("/v1/notices", 2, 1),
    ],
)
def test_a_partner_lists_only_its_region(
    client: Make, path: str, of_all: int, of_south: int
) -> None:
    assert len(client("dora").get(path).json()["items"]) == of_all
    assert len(client("paul").get(path).json()["items"]) == of_south
    asked = client("paul").get(path, params={"region": "north"}).json()["items"]
    assert len(asked) == of_south


def test_a_sign_in_is_noted(browser: Make, world: Connection) -> None:
    browser().post("/v1/tokens", json={"name": "vera", "password": PASSWORD}).raise_for_status()
    rows = world.execute("SELECT actor, action FROM hearthwatch.audit").fetchall()
    assert rows == [("vera", "signed in")]
