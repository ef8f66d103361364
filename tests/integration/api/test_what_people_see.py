"""Pages for every reader: their language, their clock, a phone, and those who cannot see."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise

import httpx
import pytest

from storage.pool import Connection
from tests.integration.api import outline
from tests.integration.api.small_world import NOW
from tickets import ticket
from tickets.lifecycle import State
from tickets.ticket import Move

PAGES = (
    *("", "board", "visits", "customers", "customers/duplicates", "outbox", "knowledge?q=E5"),
    *("figures?by=region", "fleet", "models", "budget", "webhooks", "find?q=home", "sign-in"),
)
ONE = re.compile(r'href="(/console/(?:tickets|appliances|customers)/[\w-]+)"')
"""A ticket, an appliance and a customer that the queue names."""


@pytest.fixture
def look(browser: Callable[..., httpx.Client]) -> httpx.Client:
    """The browser of an administrator, to whom every page is open."""
    return browser("ada")


def _read(page: httpx.Response) -> outline.Outline:
    page.raise_for_status()
    return outline.of(page.text)


def test_every_page_has_one_title_labels_and_an_orderly_outline(look: httpx.Client) -> None:
    named = {each.split("/")[2]: each for each in ONE.findall(look.get("/console/").text)}
    addresses = [*(f"/console/{name}" for name in PAGES), *named.values()]
    assert len(addresses) == len(PAGES) + 3
    for address in addresses:
        found = _read(look.get(address))
        assert found.language == "en", address
        assert found.headings.count(1) == 1, address
        assert all(after <= before + 1 for before, after in pairwise(found.headings)), address
        assert found.unlabelled == [], address
        assert len(set(found.ids)) == len(found.ids), address


def test_another_language_keeps_the_page_as_it_was_asked_for(look: httpx.Client) -> None:
    page = unescape(look.get("/console/?severity=high&lang=en").text)
    assert 'href="?severity=high&lang=zh"' in page
    page = look.get("/console/?severity=high&lang=zh").text
    assert '<option value="high" selected>高</option>' in page


def test_who_signs_in_chooses_the_language_and_still_gets_where_they_wanted(
    browser: Callable[..., httpx.Client],
) -> None:
    page = unescape(browser().get("/console/sign-in?next=/console/board").text)
    assert 'href="?next=%2Fconsole%2Fboard&lang=zh"' in page


def test_a_failure_is_told_in_chinese_even_where_its_exact_reason_is_not(
    look: httpx.Client,
) -> None:
    page = look.get("/console/tickets/999999?lang=zh")
    assert page.status_code == 404
    assert "没有这个页面，或它属于其他地区。" in page.text
    assert "there is no ticket" not in page.text
    assert "there is no ticket 999999" in look.get("/console/tickets/999999?lang=en").text


def test_a_style_that_changes_gets_an_address_of_its_own(look: httpx.Client) -> None:
    found = re.search(r'href="(/static/console\.css\?\w{10})"', look.get("/console/").text)
    assert found is not None
    assert look.get(found[1]).status_code == 200


def test_the_queue_tells_a_visit_by_the_clock_of_the_home(
    look: httpx.Client, world: Connection
) -> None:
    world.execute("UPDATE hearthwatch.households SET time_zone = 'Asia/Shanghai'")
    found = next(each for each in ticket.page(world) if each.serial == "RF-NORTH")
    late = NOW.replace(hour=18)
    _plan(world, found.id, late)
    text = look.get("/console/").text
    assert "Tue 16 Jun 02:00</time>" in text
    assert "overdue" not in text


def test_a_visit_whose_time_has_passed_stands_out(look: httpx.Client, world: Connection) -> None:
    found = next(each for each in ticket.page(world) if each.serial == "RF-NORTH")
    _plan(world, found.id, NOW.replace(hour=18))
    world.execute("UPDATE hearthwatch.tickets SET visit_at = %s", (NOW.replace(hour=6),))
    world.commit()
    assert "overdue" in look.get("/console/").text
    assert "overdue" in look.get(f"/console/tickets/{found.id}").text


@pytest.mark.usefixtures("world")
def test_what_a_customer_said_stands_first_where_nothing_was_measured(
    client: Callable[[str], httpx.Client], look: httpx.Client
) -> None:
    call = {"channel": "hotline", "serial": "DW-SOUTH", "text": "It hums <all> night."}
    taken = client("dora").post("/v1/interactions", json=call).raise_for_status().json()
    page = look.get(f"/console/tickets/{taken['ticket_id']}").text
    why = page[page.index("Why this ticket") : page.index("Next step")]
    assert '<p class="words">It hums &lt;all&gt; night.</p>' in why
    assert "no measurement shows it" in why
    assert "no measurement shows it" in look.get("/console/").text


def _plan(connection: Connection, ticket_id: int, at: object) -> None:
    for state, details in (
        (State.TRIAGED, {}),
        (State.SCHEDULED, {"assignee": "tom", "visit_at": at}),
    ):
        version = ticket.get(connection, ticket_id).version
        ticket.move(connection, ticket_id, Move(state, version, "dora", **details), NOW)  # type: ignore[arg-type]
    connection.commit()
