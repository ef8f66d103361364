"""The page of what is promised: calendars and days off for all, a form for administrators."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import httpx
import pytest

from storage.pool import Connection
from tests.integration.api.small_world import NOW
from tickets.sla import calendar
from tickets.sla.calendar import Place

FIXED = Place(closed_on=(date(NOW.year + 1, 1, 1), date(NOW.year - 1, 1, 1)))
Make = Callable[..., httpx.Client]
PAGE = "/console/promises"
Fields = list[tuple[str, str]]
INPUT = re.compile(r"<input ([^>]*)>|<select name=\"(\w+)\">(.*?)</select>", re.DOTALL)
NEW_CALENDAR, NEW_PLACE = 2, 1


def _fields(page: str) -> Fields:
    """What a browser would send of the form as it stands."""
    form = next(each for each in page.split("<form") if 'name="first_response"' in each)
    sent: Fields = []
    for attributes, select, options in INPUT.findall(form.partition("</form>")[0]):
        if select:
            chosen = re.findall(r'value="(\w*)" selected', options)
            sent.append((select, chosen[0] if chosen else ""))
            continue
        told = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        if told.get("type") != "checkbox" or attributes.endswith(" checked"):
            sent.append((told["name"], html.unescape(told["value"])))
    return sent


def _with(sent: Fields, name: str, value: str, number: int = 0) -> Fields:
    """The fields with another value in the so-manieth of a name."""
    places = [place for place, (each, _) in enumerate(sent) if each == name]
    return [(name, value) if place == places[number] else each for place, each in enumerate(sent)]


def _send(asking: httpx.Client, sent: Fields) -> httpx.Response:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return asking.post(PAGE, content=urlencode(sent), headers=kind)


def _page(asking: httpx.Client) -> Fields:
    answer = asking.get(PAGE)
    assert answer.status_code == 200
    return _fields(answer.text)


@pytest.mark.usefixtures("fresh_site")
def test_a_form_that_is_sent_as_it_stands_changes_nothing_of_what_is_promised(
    browser: Make, client: Make
) -> None:
    before = client("vera").get("/v1/sla/policy").json()
    ada = browser("ada")
    assert _send(ada, _page(ada)).status_code == 200
    after = client("vera").get("/v1/sla/policy").json()
    assert after["policy"] == before["policy"]
    assert (before["version"], after["version"], after["changed_by"]) == (0, 1, "ada")


@pytest.mark.usefixtures("fresh_site")
def test_an_administrator_sets_promises_calendars_and_places_and_the_audit_tells(
    browser: Make, client: Make, world: Connection
) -> None:
    ada = browser("ada")
    sent = _with(_page(ada), "calendar_of", "shop", 0)
    sent = _with(_with(sent, "first_response", "45"), "resolution", "600")
    sent += [("severity", "0:high"), ("tier", "0:gold"), ("always", str(NEW_CALENDAR))]
    sent = _with(_with(sent, "calendar_name", "shop", NEW_CALENDAR), "hours", "10:00-20:00", 14)
    sent = _with(_with(sent, "region", "north", NEW_PLACE), "country", "cn", NEW_PLACE)
    sent = _with(_with(sent, "time_zone", "Asia/Shanghai", NEW_PLACE), "warn_at", "80")
    sent = _with(sent, "closed_on", "2027-03-01，2027-03-02", NEW_PLACE)
    answer = _send(ada, sent)
    assert (answer.status_code, answer.url.path) == (200, PAGE)
    policy = client("vera").get("/v1/sla/policy").json()["policy"]
    assert policy["promises"][0] == {
        "safety": None, "severity": ["high"], "tier": ["gold"], "calendar": "shop",
        "first_response_minutes": 45, "resolution_minutes": 600,
    }  # fmt: skip
    assert policy["calendars"]["shop"] == {"monday": ["10:00-20:00"]}
    assert "shop" in policy["round_the_clock"]
    north = policy["regions"]["north"]
    assert (north["country"], north["time_zone"]) == ("CN", "Asia/Shanghai")
    assert north["closed_on"] == ["2027-03-01", "2027-03-02"]
    assert policy["warn_at"] == 0.8
    rows = world.execute(
        "SELECT actor, subject FROM hearthwatch.audit WHERE action = 'SLA policy changed'"
    ).fetchall()
    assert rows == [("ada", "1")]
    sent = _with(_with(_page(ada), "first_response", "", 1), "resolution", "", 1)
    sent = [(name, "" if value in {"shop", "north"} else value) for name, value in sent]
    assert _send(ada, sent).status_code == 200
    again = client("vera").get("/v1/sla/policy").json()["policy"]
    assert (len(again["promises"]), again["regions"]) == (len(policy["promises"]) - 1, {})
    assert "shop" not in again["calendars"]


@pytest.mark.parametrize(
    ("name", "number", "value", "words"),
    [
        ("first_response", 1, "soon", "promises, 1, first_response_minutes: "),
        ("calendar_of", 1, "night", "there is no calendar night"),
        ("hours", 0, "8-18", "no hours; write such as 08:00-17:30"),
        ("hours", 0, "08:00-12:00, 11:00-13:00", "not one after the other"),
        ("country", 0, "QQ", "no holidays are known of"),
        ("time_zone", 0, "Mars/Base", "there is no time zone"),
        ("closed_on", 0, "tomorrow", "elsewhere, closed_on, 1: "),
        ("warn_at", 0, "often", "warn_at: 'often' is no percentage"),
        ("warn_at", 0, "nan", "warn_at: "),
        ("calendar_name", 1, "office", "there are two rows of the calendar office"),
        ("calendar_name", 0, "of\0fice", "calendars"),
        ("region", NEW_PLACE, "nor\0th", "regions"),
        ("version", 0, "3", "changed by somebody else"),
    ],
)
def test_what_cannot_be_promised_is_refused_in_the_form_with_what_was_written(
    browser: Make, client: Make, name: str, number: int, value: str, words: str
) -> None:
    ada = browser("ada")
    answer = _send(ada, _with(_page(ada), name, value, number))
    assert answer.status_code in {409, 422}
    assert words in html.unescape(answer.text)
    if answer.status_code == 422 and "\0" not in value:
        assert (name, value) in _fields(answer.text)
    assert client("vera").get("/v1/sla/policy").json()["version"] == 0


def test_others_see_what_holds_in_their_language_and_have_no_form(browser: Make) -> None:
    page = browser("vera").get(f"{PAGE}?lang=zh").text
    assert "服务承诺" in page
    assert "08:00-18:00" in page
    assert "50 小时" in page
    assert "<fieldset" not in page
    sent = [*_page(browser("ada")), ("lang", "en")]
    own = re.search(r'name="form_token" value="([^"]*)"', browser("dora").get(PAGE).text)
    assert own
    refused = _send(browser("dora"), _with(sent, "form_token", own[1]))
    assert refused.status_code == 403


@pytest.mark.usefixtures("fresh_site")
def test_the_next_days_off_are_named_in_the_readers_language(browser: Make) -> None:
    ada = browser("ada")
    day = f"{NOW:%Y}-12-30"
    page = _send(ada, _with(_with(_page(ada), "country", "CN"), "closed_on", day)).text
    off = next(each for each in page.split("<tr>") if "Elsewhere" in each)
    assert "National Day" in off or "Dragon Boat" in off
    chinese = browser("vera").get(f"{PAGE}?lang=zh").text
    assert "国庆" in chinese or "端午" in chinese
    assert [each for each, _ in calendar.days_off(FIXED, NOW, 2, "en")] == [
        date(NOW.year + 1, 1, 1)
    ]
