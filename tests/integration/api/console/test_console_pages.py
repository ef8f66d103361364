"""The other pages: an appliance, its codes, customers, the outbox, and what a caller names."""

from __future__ import annotations

import re

import pytest

from tests.integration.api.console.form_fields import Make


def test_the_appliance_page_marks_what_is_unusual(browser: Make) -> None:
    page = browser("vera").get("/console/appliances/RF-NORTH?days=30").text
    assert "outside the usual range" in page
    assert "-22 to -15" in page
    assert page.count('class="chart-data"') == 5


def test_an_appliance_shows_its_fault_codes(browser: Make) -> None:
    page = browser("vera").get("/console/appliances/WM-SOUTH").text
    assert "<b>E2</b> raised" in page


def test_customers_are_listed_with_what_is_open(browser: Make) -> None:
    page = browser("dora").get("/console/customers").text
    assert "Lin Mei" in page
    assert re.search(r"<b>1</b>", page)
    household = browser("dora").get("/console/customers/1").text
    assert "marketing, reminders, service" in household
    assert "WH-NORTH" in household


def test_the_outbox_shows_letters_as_customers_read_them(browser: Make) -> None:
    page = browser("dora").get("/console/outbox").text
    assert "您的冰箱：制冷不足" in page
    assert "Your washing machine" in page


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("2", "/console/tickets/2"),
        ("rf-n", "/console/appliances/RF-NORTH"),
        ("mei", "/console/customers/1"),
        ("+351 555", "/console/customers/2"),
        ("99999999999999999999999", "/console/find"),
        ("%", "/console/find"),
    ],
)
def test_what_a_caller_names_is_found(browser: Make, words: str, path: str) -> None:
    assert browser("dora").get("/console/find", params={"q": words}).url.path == path


def test_a_viewer_finds_no_customers(browser: Make) -> None:
    page = browser("vera").get("/console/find", params={"q": "mei"})
    assert "Nothing has this number or name" in page.text
