"""A technician's pages: forms alone, in both languages, and harmless when sent twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from storage.pool import Connection
from tests.integration.api.visiting import picture, plan, plan_toms
from tickets import verdict

Make = Callable[..., httpx.Client]


@pytest.fixture
def page(world: Connection) -> str:
    """The page of Tom's visit."""
    return plan_toms(world).replace("/v1/", "/console/")


def send(asking: httpx.Client, path: str, **fields: str | list[str]) -> httpx.Response:
    found = re.search(r'name="form_token" value="(\w+)"', asking.get("/console/visits").text)
    assert found
    return asking.post(path, data={"form_token": found[1]} | fields)


def test_a_day_lists_the_stops_with_the_way_and_nobody_elses(
    browser: Make, page: str, world: Connection
) -> None:
    plan(world, "WM-SOUTH", "tina", hours=2)
    told = browser("tom").get("/console/visits").text
    assert "Does not cool enough" in told
    assert "8 Lotus Road" in told
    assert told.count('class="card planned"') == 1
    assert f'href="{page}"' in told
    chosen = browser("dora").get("/console/visits", params={"technician": "tina"}).text
    assert "8 Lotus Road" not in chosen
    assert "2 Rua Nova" in chosen
    viewed = browser("vera").get("/console/visits").text
    assert viewed.count('class="card planned"') == 2
    for private in ("Lin ", "8 Lotus Road", "Costa", "2 Rua Nova"):
        assert private not in viewed
    assert browser("paul").get(page).status_code == 404


def test_a_visit_has_all_that_a_technician_needs_in_both_languages(
    browser: Make, page: str
) -> None:
    tom = browser("tom")
    words = {
        "en": ["I am on the way", "Open in a map", "Checklist", "2 in the van", "not in the van"],
        "zh": ["我已出发", "在地图中打开", "检查清单", "车上有 2 件", "制冷不足", "确保安全"],
    }
    for lang, expected in words.items():
        told = tom.get(page, params={"lang": lang}).text
        assert [each for each in expected if each not in told] == []
        assert f'<html lang="{lang}">' in told
        assert re.search(r'href="geo:[-0-9.,]+\?q=8%20Lotus%20Road"', told)
        assert 'href="tel:+86' in told


def test_the_whole_visit_by_forms_each_sent_twice(
    browser: Make, page: str, world: Connection
) -> None:
    tom = browser("tom")
    for to in ("set_out", "set_out", "arrive", "arrive"):
        assert send(tom, f"{page}/step", to=to).status_code == 200
    ticked = send(tom, f"{page}/checklist", done=["isolate", "cause:1"]).text
    assert re.findall(r'value="([\w:]+)" checked', ticked) == ["isolate", "cause:1"]
    filled: dict[str, str | list[str]] = {
        "finding": "confirmed",
        "mode": "poor_cooling",
        "consumable": "",
        "part": ["HW-RF-DRYER-01", "HW-RF-FAN-02", ""],
        "quantity": ["", "1", ""],
        "note": "fan <b>seized</b>",
        "outcome": "resolved",
    }
    for _ in range(2):
        told = send(tom, f"{page}/report", **filled)
        assert told.status_code == 200
    assert "Fault confirmed" in told.text
    assert "1 × <code>HW-RF-FAN-02</code>" in told.text
    assert "fan &lt;b&gt;seized&lt;/b&gt;" in told.text
    assert "Not shown once a visit is over." in told.text
    assert "8 Lotus Road" not in told.text
    ticket_id = world.execute("SELECT ticket_id FROM hearthwatch.visits").fetchall()[0][0]
    assert len(verdict.history(world, int(str(ticket_id)))) == 1


def test_what_is_refused_is_said_on_the_page_that_keeps_the_rest(browser: Make, page: str) -> None:
    tom = browser("tom")
    send(tom, f"{page}/step", to="arrive")
    for fields, told in (
        ({"finding": "replaced", "consumable": ""}, "say which consumable was replaced"),
        ({"finding": "no_fault_found", "part": "HW 1", "quantity": "1"}, "is no part number"),
        ({"finding": "no_fault_found", "part": "HW-1", "quantity": "many"}, "is no count"),
    ):
        refused = send(tom, f"{page}/report", note="it was brown", **fields)
        assert refused.status_code == 422
        assert told in refused.text
        assert 'value="it was brown"' in refused.text
        assert f'value="{fields["finding"]}" checked' in refused.text
        assert "Done: it works again" in refused.text


def test_a_picture_is_shown_and_what_is_none_is_refused(browser: Make, page: str) -> None:
    tom = browser("tom")
    found = re.search(r'name="form_token" value="(\w+)"', tom.get(page).text)
    assert found
    token = {"form_token": found[1]}
    sent = tom.post(f"{page}/photo", data=token, files={"picture": ("a.jpg", picture())})
    shown = re.search(r'src="([^"]+/photos/\d+)"', sent.text)
    assert shown
    assert tom.get(shown[1]).headers["content-type"] == "image/jpeg"
    broken = tom.post(f"{page}/photo", data=token, files={"picture": ("a.jpg", b"no")})
    assert broken.status_code == 422
    assert "cannot be read as a picture" in broken.text


def test_a_form_of_nobodys_session_changes_nothing(browser: Make, page: str) -> None:
    tom = browser("tom")
    assert tom.post(f"{page}/step", data={"to": "arrive", "form_token": "x"}).status_code == 403
    assert "I am on the way" in tom.get(page).text


def test_the_trace_tells_the_way_in_words_of_both_languages(
    browser: Make, page: str, world: Connection
) -> None:
    tom = browser("tom")
    send(tom, f"{page}/step", to="arrive")
    send(tom, f"{page}/report", finding="confirmed", mode="poor_cooling")
    rows = world.execute("SELECT trace FROM hearthwatch.visit_overview").fetchall()
    way = f"/console/trace/{rows[0][0]}"
    words = {
        "en": ["From the reading to the verdict", "Visit planned", "The fault was there"],
        "zh": ["从读数到结论", "上门已安排", "故障属实"],
    }
    for lang, expected in words.items():
        told = tom.get(way, params={"lang": lang}).text
        assert [each for each in expected if each not in told] == []
        assert f'href="{page}"' in told
    assert browser("paul").get(way).status_code == 404
