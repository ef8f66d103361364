"""Whether every simulated type keeps what its catalogue page says, healthy and failing."""

from __future__ import annotations

import numpy as np
import pytest

from devices.catalogue.folder import Catalogue
from simulator.fleet import PHYSICS
from simulator.physics.home import Bools
from tests.unit.physics.trial import (
    REPORT_MINUTES,
    healthy_fortnight,
    levels,
    run,
    season,
    trial,
)

MOSTLY = 0.95
SIX_HOURS = 6 * 60 // REPORT_MINUTES
every_type = pytest.mark.parametrize("type_name", list(PHYSICS))


def test_the_catalogue_and_the_simulator_know_the_same_types(catalogue: Catalogue) -> None:
    assert set(PHYSICS) == set(catalogue)


@every_type
def test_every_metric_of_the_catalogue_is_reported_and_no_other(
    type_name: str, catalogue: Catalogue
) -> None:
    assert set(healthy_fortnight(type_name).reports) == set(catalogue[type_name].metrics)


@every_type
def test_nothing_ever_leaves_what_a_sensor_can_say(type_name: str, catalogue: Catalogue) -> None:
    for name, metric in catalogue[type_name].metrics.items():
        low, high = (metric.bounds.low, metric.bounds.high) if metric.bounds else (0.0, 1.0)
        for values in (
            healthy_fortnight(type_name).reports[name],
            trial(type_name).faulty.reports[name],
        ):
            assert ((values >= low) & (values <= high)).all(), name


@every_type
def test_two_healthy_weeks_are_mostly_usual(type_name: str, catalogue: Catalogue) -> None:
    for name, metric in catalogue[type_name].metrics.items():
        if metric.usual is not None:
            values = healthy_fortnight(type_name).reports[name]
            usual = (values >= metric.usual.low) & (values <= metric.usual.high)
            assert usual.mean() > MOSTLY, name


@every_type
def test_in_two_healthy_weeks_no_alarm_lasts(type_name: str, catalogue: Catalogue) -> None:
    for name, metric in catalogue[type_name].metrics.items():
        if metric.alarm is not None:
            low = -np.inf if metric.alarm.low is None else metric.alarm.low
            high = np.inf if metric.alarm.high is None else metric.alarm.high
            values = healthy_fortnight(type_name).reports[name]
            beyond = longest_run((values <= low) | (values >= high))
            assert beyond * REPORT_MINUTES < max(metric.alarm.for_minutes, 1), name


def longest_run(beyond: Bools) -> int:
    """Most reports in a row, of any unit, that were beyond."""
    in_a_row = np.zeros(beyond.shape[1])
    longest = 0
    for row in beyond:
        in_a_row = (in_a_row + 1) * row
        longest = max(longest, int(in_a_row.max()))
    return longest


@every_type
def test_two_healthy_weeks_show_no_code(type_name: str) -> None:
    assert healthy_fortnight(type_name).shown(slice(None)) == set()


@every_type
def test_every_problem_and_every_code_is_one_of_the_catalogue(
    type_name: str, catalogue: Catalogue
) -> None:
    _, _, faults = PHYSICS[type_name]
    problems = {problem for fault in faults for problem in fault.problems}
    assert problems <= set(catalogue[type_name].problems)
    assert set(trial(type_name).faulty.codes) <= set(catalogue[type_name].fault_codes)


@every_type
def test_a_healthy_unit_does_not_notice_that_others_fail(type_name: str) -> None:
    both = trial(type_name)
    for name, values in both.faulty.reports.items():
        np.testing.assert_array_equal(values[:, -2:], both.healthy.reports[name][:, -2:], name)


@every_type
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(type_name: str) -> None:
    once = trial(type_name).faulty.until(SIX_HOURS).reports
    again, other = (
        run(type_name, season(type_name), SIX_HOURS, levels(type_name, faulty=True), seed).reports
        for seed in (5, 6)
    )
    for name, values in once.items():
        np.testing.assert_array_equal(values, again[name], name)
    assert not all(np.array_equal(values, other[name]) for name, values in once.items())
