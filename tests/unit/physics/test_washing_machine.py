"""Whether simulated washing machines behave like washing machines, healthy and failing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from devices.catalogue import folder
from devices.catalogue.appliance_type import ApplianceType
from simulator.physics.home import Floats, Homes, Surroundings
from simulator.physics.washing_machine import FAULTS, WashingMachines

UNITS = 2 * len(FAULTS) + 2
DAYS = 14
FAULTY_DAYS = 8
REPORT_MINUTES = 15
REPORTS_A_DAY = 1440 // REPORT_MINUTES
ENOUGH_TO_NOTICE = 0.6
SHARED_SEED = 4
"""Of the healthy and the failing run, which share their homes and their weather."""


@dataclass(frozen=True)
class Record:
    """Reports by metric, of shape (reports, units), and which codes were shown at any of them."""

    reports: dict[str, Floats]
    codes: set[str]


@cache
def world(seed: int, days: int) -> tuple[Homes, tuple[Surroundings, ...]]:
    homes = Homes(UNITS, np.random.default_rng(seed))
    start = datetime(2026, 3, 2, tzinfo=UTC)
    minutes = (start + timedelta(minutes=minute) for minute in range(days * 1440))
    return homes, tuple(homes.surroundings(at) for at in minutes)


def record(days: int, levels: dict[str, Floats], seed: int = SHARED_SEED) -> Record:
    homes, weather = world(seed, DAYS if seed == SHARED_SEED else days)
    appliances = WashingMachines(homes, np.random.default_rng(seed + 1))
    rows, codes = [], set()
    for minute, around in enumerate(weather[: days * 1440], start=1):
        appliances.step(around, levels)
        if minute % REPORT_MINUTES == 0:
            rows.append(appliances.report())
            codes |= {code for code, shown in appliances.active_codes().items() if shown.any()}
    return Record({name: np.array([row[name] for row in rows]) for name in rows[0]}, codes)


def no_faults() -> dict[str, Floats]:
    return {fault.name: np.zeros(UNITS) for fault in FAULTS}


def units_with(fault: str) -> slice:
    """Each fault has two units of its own; the last two units stay healthy."""
    first = 2 * [each.name for each in FAULTS].index(fault)
    return slice(first, first + 2)


@pytest.fixture(scope="module")
def appliance_type() -> ApplianceType:
    return folder.load()["washing_machine"]


@pytest.fixture(scope="module")
def healthy() -> Record:
    return record(DAYS, no_faults())


@pytest.fixture(scope="module")
def failing() -> Record:
    levels = no_faults()
    for name, level in levels.items():
        level[units_with(name)] = ENOUGH_TO_NOTICE
    return record(FAULTY_DAYS, levels)


def test_every_metric_of_the_catalogue_is_reported_and_no_other(
    healthy: Record, appliance_type: ApplianceType
) -> None:
    assert set(healthy.reports) == set(appliance_type.metrics)


def test_two_healthy_weeks_stay_within_what_is_physical_and_mostly_within_what_is_usual(
    healthy: Record, appliance_type: ApplianceType
) -> None:
    for name, metric in appliance_type.metrics.items():
        values, bounds = healthy.reports[name], metric.bounds
        assert bounds is not None
        assert ((values >= bounds.low) & (values <= bounds.high)).all(), name
        if metric.usual:
            usual = (values >= metric.usual.low) & (values <= metric.usual.high)
            assert usual.mean() > 0.95, name


def test_two_healthy_weeks_show_no_code_and_cross_no_alarm(
    healthy: Record, appliance_type: ApplianceType
) -> None:
    assert healthy.codes == set()
    for name, metric in appliance_type.metrics.items():
        if metric.alarm:
            low = -np.inf if metric.alarm.low is None else metric.alarm.low
            high = np.inf if metric.alarm.high is None else metric.alarm.high
            assert ((healthy.reports[name] > low) & (healthy.reports[name] < high)).all(), name


def test_every_fault_is_of_a_problem_in_the_catalogue_and_every_code_is_known(
    appliance_type: ApplianceType,
) -> None:
    appliances = WashingMachines(Homes(2, np.random.default_rng(1)), np.random.default_rng(2))
    assert {problem for fault in FAULTS for problem in fault.problems} <= set(
        appliance_type.problems
    )
    assert set(appliances.active_codes()) <= set(appliance_type.fault_codes)


@pytest.mark.parametrize(
    ("fault", "metric", "at_least", "at_most"),
    [
        ("drain_pump_clogging", "last_cycle_drain_s", 1.5, 4.0),
        ("heater_scaling", "last_cycle_heating_k_per_min", 0.1, 0.7),
        ("bearing_wear", "last_cycle_spin_vibration_mm_s", 1.5, 8.0),
        ("inlet_sieve_clogging", "last_cycle_fill_flow_l_per_min", 0.2, 0.7),
        ("drain_valve_leak", "last_cycle_water_l", 1.1, 1.8),
    ],
)
def test_a_fault_moves_the_metric_that_is_watched_for_it(
    healthy: Record, failing: Record, fault: str, metric: str, at_least: float, at_most: float
) -> None:
    last_day = slice((FAULTY_DAYS - 1) * REPORTS_A_DAY, FAULTY_DAYS * REPORTS_A_DAY)
    expected = healthy.reports[metric][last_day, units_with(fault)].mean(axis=0)
    seen = failing.reports[metric][last_day, units_with(fault)].mean(axis=0)
    assert ((seen / expected > at_least) & (seen / expected < at_most)).all(), seen / expected


def test_a_healthy_unit_does_not_change_when_others_fail(healthy: Record, failing: Record) -> None:
    for name, values in failing.reports.items():
        assert np.array_equal(values[:, -2:], healthy.reports[name][: len(values), -2:]), name


def test_the_same_seed_gives_the_same_numbers_and_another_seed_gives_others() -> None:
    once, again, other = (record(1, no_faults(), seed).reports for seed in (8, 8, 9))
    assert all(np.array_equal(once[name], again[name]) for name in once)
    assert not all(np.array_equal(once[name], other[name]) for name in once)


def test_a_household_washes_a_few_times_a_week(healthy: Record) -> None:
    cycles = healthy.reports["wash_cycles"]
    a_week = (cycles[-1] - cycles[0]) / 2
    assert ((a_week >= 1) & (a_week <= 10)).all()


def test_a_drum_that_is_due_is_cleaned_some_days_later(healthy: Record) -> None:
    cycles = healthy.reports["cycles_since_drum_clean"]
    before = cycles[:-1][np.diff(cycles, axis=0) < -5]
    assert before.size > 0
    assert (before >= 40).all()
