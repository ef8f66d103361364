"""The alert budget over the API and on the console's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from storage.pool import Connection

Make = Callable[..., httpx.Client]
NORTH = "/v1/budget/north"
WANTED = {
    "enforced": True,
    "visit_cost": 90,
    "failure_cost": 500,
    "warranty_months": 12,
    "goodwill": 0.2,
    "visits_a_day": 3,
    "bias": 1.5,
}


def _put(asking: httpx.Client, **changed: object) -> httpx.Response:
    tag = asking.get(NORTH).headers["etag"]
    return asking.put(NORTH, json=WANTED | changed, headers={"If-Match": tag})


def _fields(page: str, button: str) -> dict[str, str]:
    """The hidden fields of the first form with this button."""
    form = next(each for each in page.split("<form") if f"{button}</button>" in each)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_unless_somebody_set_it_the_defaults_hold_nothing_back(client: Make) -> None:
    found = client("dora").get(NORTH).json()
    assert (found["region"], found["version"], found["enforced"]) == ("north", 0, False)
    assert found["visits_a_day"] is None


@pytest.mark.usefixtures("fresh_site")
def test_a_dispatcher_sets_it_and_the_audit_tells_who_and_what(
    client: Make, world: Connection
) -> None:
    made = _put(client("dora"))
    assert made.status_code == 200
    assert made.json() | WANTED == made.json()
    assert (made.json()["version"], made.json()["changed_by"]) == (1, "dora")
    assert client("ada").get(NORTH).headers["etag"] == made.headers["etag"]
    assert client("ada").get("/v1/budget/south").json()["version"] == 0
    _put(client("ada"), bias=2)
    rows = world.execute(
        "SELECT actor, subject, detail -> 'before' ->> 'bias', detail -> 'after' ->> 'bias'"
        " FROM hearthwatch.audit WHERE action = 'budget changed' ORDER BY id"
    ).fetchall()
    assert [row[:2] for row in rows] == [("dora", "north"), ("ada", "north")]
    assert [tuple(float(str(each)) for each in row[2:]) for row in rows] == [(1, 1.5), (1.5, 2)]


@pytest.mark.usefixtures("fresh_site")
def test_whoever_saw_an_older_version_is_told(client: Make) -> None:
    dora = client("dora")
    tag = dora.get(NORTH).headers["etag"]
    assert dora.put(NORTH, json=WANTED).status_code == 428
    assert dora.put(NORTH, json=WANTED, headers={"If-Match": tag}).status_code == 200
    assert dora.put(NORTH, json=WANTED, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize(
    "wrong", [{"bias": 0}, {"goodwill": 1.5}, {"visit_cost": -1}, {"visits_a_day": -1}, {"more": 1}]
)
def test_what_cannot_be_is_refused(client: Make, wrong: dict[str, object]) -> None:
    assert _put(client("dora"), **wrong).status_code == 422


def test_others_regions_and_regions_that_nobody_lives_in_do_not_exist(client: Make) -> None:
    assert client("paul").get(NORTH).status_code == 404
    assert client("paul").get("/v1/budget/south").status_code == 200
    assert client("dora").get("/v1/budget/atlantis").status_code == 404
    assert client("dora").get("/v1/budget/-").status_code == 404
    assert client("tom").get(NORTH).status_code == 403


def test_the_outlook_says_what_other_settings_would_bring(client: Make) -> None:
    found = client("dora").get(f"{NORTH}/outlook").json()
    assert found["findings"] == 1
    assert found["guessed"]
    visits = [each["visits_a_day"] for each in found["points"]]
    assert visits == sorted(visits)
    assert {each["kind"] for each in found["bands"]} == {"alarm", "anomaly", "code", "silence"}


def test_an_alert_says_whether_it_is_held(client: Make) -> None:
    for each in client("vera").get("/v1/alerts").json()["items"]:
        assert (each["held"], each["probability"]) == (None, None)


def test_the_page_shows_the_trade_and_says_that_it_is_guessed(browser: Make) -> None:
    page = browser("dora").get("/console/budget?region=north").text
    for words in (
        "Nothing is held back here",
        "rest on our own guess",
        "1 findings",
        "Move here",
        "Nobody waits",
        "these are the defaults",
    ):
        assert words in page
    assert page.count('class="chart-data"') == 3


@pytest.mark.usefixtures("fresh_site")
def test_the_budget_is_moved_by_forms_alone(browser: Make) -> None:
    dora = browser("dora")
    page = dora.get("/console/budget?region=south").text
    settings = {
        "enforced": "yes",
        "visit_cost": "100",
        "failure_cost": "400",
        "warranty_months": "12",
        "goodwill_pct": "25",
        "visits_a_day": "4",
        "bias": "1",
    }
    made = dora.post("/console/budget", data=_fields(page, "Set") | settings)
    assert made.url.params["region"] == "south"
    assert "from a probability of <b>25.0 %</b>" in made.text
    assert "Set by dora" in made.text
    moved = dora.post("/console/budget", data=_fields(made.text, "Move here"))
    assert "from a probability of <b>100 %</b>" in moved.text
    assert 'name="visits_a_day" min="0" value="4"' in moved.text
    unbound = settings | {"visits_a_day": "", "enforced": ""}
    freed = dora.post("/console/budget", data=_fields(moved.text, "Set") | unbound)
    assert "Nothing is held back here" in freed.text
    assert 'name="visits_a_day" min="0" value=""' in freed.text


@pytest.mark.usefixtures("fresh_site")
def test_a_form_that_cannot_be_met_says_why(browser: Make) -> None:
    dora = browser("dora")
    fields = _fields(dora.get("/console/budget?region=south").text, "Move here")
    assert dora.post("/console/budget", data=fields).status_code == 200
    stale = dora.post("/console/budget", data=fields)
    assert stale.status_code == 409
    assert "was changed by somebody else" in stale.text
    fields = _fields(stale.text, "Move here")
    wrong = dora.post("/console/budget", data=fields | {"bias": "much"})
    assert wrong.status_code == 422
    assert "bias:" in wrong.text
    share = {"visit_cost": "1", "goodwill_pct": "half"}
    assert dora.post("/console/budget", data=fields | share).status_code == 422
    elsewhere = {"region": "atlantis"}
    assert dora.post("/console/budget", data=fields | elsewhere).status_code == 404
    assert dora.post("/console/budget", data=fields | {"form_token": ""}).status_code == 403


def test_the_page_is_for_dispatchers_and_of_their_region(browser: Make) -> None:
    assert browser("tom").get("/console/budget").status_code == 403
    assert browser("paul").get("/console/budget?region=north").status_code == 404
    assert "<option selected>south</option>" in browser("paul").get("/console/budget").text
