"""Which tickets a span, a zone, a region and a part hold, on the hand-made week."""

from __future__ import annotations

from datetime import datetime

import pytest

from runtime.errors import InvalidError
from tests.integration.tickets.kpi.asking import EMPTY, UTC_WEEK, Ask, near
from tests.integration.tickets.kpi.hand_made_week import BEGIN, END, june
from tickets.kpi.definition import FIGURES, By, Unit
from tickets.kpi.figure import Span, Value


def test_the_week_begins_and_ends_where_its_zone_says(ask: Ask) -> None:
    # In Shanghai 10 is the first of this week and 9 of the next; in UTC 9 is in and 10 is not.
    found = ask("tickets", by=By.REGION)
    near(found.whole, 7, 7, 7)
    assert {part: each.value for part, each in found.parts.items()} == {"north": 4, "south": 3}
    other = ask("tickets", UTC_WEEK, By.REGION)
    assert {part: each.value for part, each in other.parts.items()} == {"north": 5, "south": 2}


def test_weeks_are_those_of_the_zone(ask: Ask) -> None:
    month = Span(june(-5), june(20), zone="Asia/Shanghai")
    found = ask("tickets", month, By.WEEK)
    counted = {part: each.value for part, each in found.parts.items()}
    assert counted == {"2026-05-25": 4, "2026-06-01": 7, "2026-06-08": 1}


def test_tickets_are_told_by_region_and_product_whatever_is_asked(ask: Ask) -> None:
    regions, products = ask("tickets_by_region").parts, ask("tickets_by_product").parts
    assert {part: each.value for part, each in regions.items()} == {"north": 4, "south": 3}
    assert {part: each.value for part, each in products.items()} == {
        "refrigerator Frost 350": 2,
        "washing_machine Spin 8": 3,
        "water_purifier": 2,
    }


@pytest.mark.parametrize("name", FIGURES)
def test_a_span_without_anything_has_no_figure_and_no_crash(ask: Ask, name: str) -> None:
    found = ask(name, EMPTY, By.REGION)
    expected = 0 if found.unit is Unit.COUNT else None
    assert found.whole == Value(expected, None, 0, 0)
    assert found.parts == {}


WASHERS = {"washing_machine Spin 8", "washing_machine fault v1", "washing_machine residual v1"}
WHOLE_OF_SOUTH = {
    "proactive_share": (1, 2),
    "first_response": (2, 3),
    "time_to_resolve": (2, 2),
    "first_time_fix": (0, 2),
    "no_fault_found": (1, 1),
    "no_fault_found_by_model": (1, 1),
    "false_alarms": (1, 2),
    "lead_time": (0, 0),
    "first_response_kept": (1, 3),
    "resolution_kept": (1, 1),
    "tickets": (3, 3),
    "tickets_by_region": (3, 3),
    "tickets_by_product": (3, 3),
    "nps": (1, 2),
    "csat": (1, 2),
    "routed_without_human": (1, 2),
    "reordered": (0, 0),
    "households_at_risk": (2, 3),
}
"""What rests on tickets 2, 7, 10 and 12 and on households 2 to 4 alone."""


@pytest.mark.parametrize("name", FIGURES)
def test_a_region_sees_its_own_and_nothing_else(ask: Ask, name: str) -> None:
    south = Span(BEGIN, END, "south", "Asia/Shanghai")
    found = ask(name, south, By.REGION)
    assert (found.whole.hits, found.whole.cases) == WHOLE_OF_SOUTH[name]
    assert set(found.parts) <= {"south", *WASHERS}
    nowhere = ask(name, Span(BEGIN, END, "atlantis"))
    assert nowhere.whole.cases == 0


@pytest.mark.parametrize(("since", "until"), [(END, BEGIN), (BEGIN, BEGIN), (june(-500), END)])
def test_a_span_that_is_none_is_refused_with_what_to_do(since: datetime, until: datetime) -> None:
    with pytest.raises(InvalidError, match="400 days"):
        Span(since, until)
