"""Saying on the ticket's page what was found, with forms alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

Make = Callable[..., httpx.Client]
PAGE = "/console/tickets/1"
FORM = f"{PAGE}/verdict"


def token_of(asking: httpx.Client) -> dict[str, str]:
    found = re.search(r'name="form_token" value="(\w+)"', asking.get("/console/").text)
    assert found
    return {"form_token": found[1]}


@pytest.fixture
def tom(browser: Make) -> httpx.Client:
    """A technician to whom the first ticket was given."""
    dora = browser("dora")
    version = re.search(r'name="version" value="(\d+)"', dora.get(PAGE).text)
    assert version
    asked = {"state": "triaged", "version": version[1], "assignee": "tom"}
    dora.post(PAGE, data=token_of(dora) | asked).raise_for_status()
    return browser("tom")


def give(asking: httpx.Client, **fields: str) -> httpx.Response:
    return asking.post(FORM, data=token_of(asking) | fields)


@pytest.mark.usefixtures("fresh_site")
def test_the_verdict_that_counts_is_shown_above_those_said_before(tom: httpx.Client) -> None:
    assert "Nobody has said yet." in tom.get(PAGE).text
    # A browser sends both lists, whichever finding was chosen.
    lists = {"mode": "poor_cooling", "consumable": "water_filter"}
    first = give(tom, finding="confirmed", note="fan <b>seized</b>", **lists)
    assert first.url.path == PAGE
    assert "Fault confirmed</b>: Does not cool enough" in first.text
    assert "fan &lt;b&gt;seized&lt;/b&gt;" in first.text
    assert "Said before" not in first.text
    page = give(tom, finding="replaced", **lists).text
    assert page.index("Consumable replaced</b>: Water filter") < page.index("Said before")
    assert page.index("Said before") < page.index("Fault confirmed</b>: Does not cool enough")


@pytest.mark.usefixtures("fresh_site")
def test_a_list_of_another_finding_is_left_out(tom: httpx.Client) -> None:
    page = give(tom, finding="no_fault_found", mode="poor_cooling", consumable="").text
    assert re.search(r"<b>No fault found</b>\s*<br>", page)


@pytest.mark.usefixtures("fresh_site")
def test_what_is_missing_is_said_beside_the_form_that_keeps_the_rest(tom: httpx.Client) -> None:
    refused = give(tom, finding="replaced", consumable="", note="it was brown")
    assert refused.status_code == 422
    assert "say which consumable was replaced" in refused.text
    assert 'value="replaced" checked' in refused.text
    assert 'value="it was brown"' in refused.text
    assert "Nobody has said yet." in tom.get(PAGE).text
    chinese = tom.post(f"{FORM}?lang=zh", data=token_of(tom) | {"finding": "confirmed", "mode": ""})
    assert "请说明发现了哪种故障" in chinese.text


@pytest.mark.usefixtures("fresh_site")
def test_an_unknown_fault_is_refused_and_a_form_from_elsewhere_too(tom: httpx.Client) -> None:
    assert give(tom, finding="confirmed", mode="bad_mood").status_code == 422
    assert give(tom, finding="haunted").status_code == 422
    assert tom.post(FORM, data={"finding": "no_fault_found"}).status_code == 403


@pytest.mark.usefixtures("fresh_site", "tom")
def test_a_verdict_is_for_technicians_of_the_region(browser: Make) -> None:
    vera = browser("vera")
    assert "Record the verdict" not in vera.get(PAGE).text
    assert give(vera, finding="no_fault_found").status_code == 403
    assert give(browser("paul"), finding="no_fault_found").status_code == 404


def test_a_ticket_that_nobody_was_given_has_no_form_yet(browser: Make) -> None:
    tom = browser("tom")
    assert "Assign the ticket first" in tom.get(PAGE).text
    refused = give(tom, finding="no_fault_found")
    assert refused.status_code == 409
    assert "nobody has looked at it" in refused.text


def test_the_page_is_chinese_throughout_for_who_asks_for_it(browser: Make) -> None:
    page = browser("dora").get(f"{PAGE}?lang=zh").text
    main = re.sub(r"<script.*?</script>|<[^>]*>", " ", page[page.index("<main") :], flags=re.DOTALL)
    for words in ("开单原因", "检查结论", "下一步", "处理记录", "制冷不足"):
        assert words in main
    for words in ("Why", "Queue", "Next step", "found", "Customer", "noticed", "Likely"):
        assert words not in main
