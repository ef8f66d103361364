"""How numbers, lengths and marks read on every page; what a chart does with gaps."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.evidence import Evidence
from api import wording
from api.console import pages, plot
from api.user import Role
from devices.catalogue.folder import Catalogue

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lasting", "words"),
    [
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(minutes=-5), "0 min"),
    ],
)
def test_a_length_is_told_in_one_unit(lasting: timedelta, words: str) -> None:
    assert pages.span(lasting) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(1234.5, "1,234"), (56.78, "56.8"), (-1.234, "-1.23"), (None, "–"), (math.nan, "–")],
)
def test_a_number_has_three_digits_that_count(value: float | None, words: str) -> None:
    assert pages.figure(value) == words


def test_each_role_may_do_what_the_ones_before_it_may() -> None:
    assert Role.ADMIN.covers(Role.VIEWER)
    assert Role.TECHNICIAN.covers(Role.TECHNICIAN)
    assert not Role.TECHNICIAN.covers(Role.DISPATCHER)


def test_a_line_is_broken_where_nothing_was_heard() -> None:
    times = [AT + timedelta(minutes=minute) for minute in (0, 5, 10, 120, 125)]
    columns = plot._broken(np.array([plot._ms(time) for time in times]), [1, 2, 3, 4, 5])
    assert [math.isnan(value) for value in columns[1]] == [False] * 3 + [True] + [False] * 2
    assert columns[0] == sorted(columns[0])


def test_findings_stay_readable_when_the_catalogue_has_changed(catalogue: Catalogue) -> None:
    fridge = catalogue["refrigerator"]
    gone = Evidence("alarm", "old_metric above 3", AT, AT, metric="old_metric")
    code = Evidence("code", "fault code E99", AT, AT, code="E99")
    assert wording.finding(gone, fridge, "en") == "old_metric above 3"
    assert wording.finding(code, fridge, "en") == "fault code E99"
    assert wording.finding(gone, None, "en") == "old_metric above 3"
    assert wording.problem_title(fridge, "old_problem", "en") == "old_problem"
    assert wording.problem_title(fridge, "offline", "zh") == "设备离线"
    assert wording.type_title(catalogue, "toaster", "en") == "toaster"
