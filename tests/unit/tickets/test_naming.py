"""Customers hear of problems and people in their own words."""

from __future__ import annotations

from devices.catalogue.folder import Catalogue
from devices.catalogue.reported import CUSTOMER_REPORT
from tickets.writing import naming


def test_what_a_customer_told_is_called_theirs(catalogue: Catalogue) -> None:
    fridge = catalogue["refrigerator"]
    assert naming.problem(fridge, CUSTOMER_REPORT, "en") == "What you told us about"
    assert naming.problem(fridge, CUSTOMER_REPORT, "zh") == "您反映的问题"
    assert naming.problem(fridge, "poor_cooling", "zh") == "制冷不足"


def test_a_technician_is_named_without_the_marks_of_the_desk() -> None:
    assert naming.person("Leo Walsh (north)") == "Leo Walsh"
    assert naming.person("王强（东区）") == "王强"
    assert naming.person("Chen") == "Chen"
    assert naming.person(None) == ""
