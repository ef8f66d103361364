"""Whether simulated water heaters behave like water heaters, healthy and failing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from devices.catalogue import folder
from devices.catalogue.appliance_type import ApplianceType
from simulator.physics.home import Floats, Homes, Surroundings
from simulator.physics.water_heater import FAULTS, WaterHeaters

UNITS = 2 * len(FAULTS) + 2
START = datetime(2026, 3, 2, tzinfo=UTC)
HEALTHY_DAYS = 14
FAILING_DAYS = 3
FAILED_DAYS = 3
REPORT_MINUTES = 15
REPORTS_A_DAY = 1440 // REPORT_MINUTES
EARLY = 0.4
"""A fault's level at which it must show, long before it has failed."""


@dataclass(frozen=True)
class Record:
    """Reports by metric, of shape (reports, units), and the codes shown at any of them."""

    reports: dict[str, Floats]
    codes: set[str]

    def after_a_day(self, metric: str, units: slice) -> Floats:
        """What the units said from the second day until the failing run ends."""
        return self.reports[metric][REPORTS_A_DAY : FAILING_DAYS * REPORTS_A_DAY, units]


@cache
def world(start: datetime) -> tuple[Homes, tuple[Surroundings, ...]]:
    homes = Homes(UNITS, np.random.default_rng(4))
    minutes = range(HEALTHY_DAYS * 1440)
    return homes, tuple(homes.surroundings(start + timedelta(minutes=m)) for m in minutes)


def record(days: int, levels: dict[str, Floats], start: datetime = START, seed: int = 5) -> Record:
    homes, weather = world(start)
    appliances = WaterHeaters(homes, np.random.default_rng(seed))
    rows: list[dict[str, Floats]] = []
    codes: set[str] = set()
    for minute, around in enumerate(weather[: days * 1440], start=1):
        appliances.step(around, levels)
        if minute % REPORT_MINUTES == 0:
            rows.append(appliances.report())
            codes |= {code for code, shown in appliances.active_codes().items() if shown.any()}
    return Record({name: np.array([row[name] for row in rows]) for name in rows[0]}, codes)


def levels_of(level: float) -> dict[str, Floats]:
    """Each fault at `level` in two units of its own; the last two units stay healthy."""
    levels = {fault.name: np.zeros(UNITS) for fault in FAULTS}
    for fault in FAULTS:
        levels[fault.name][units_with(fault.name)] = level
    return levels


def units_with(fault: str) -> slice:
    first = 2 * [each.name for each in FAULTS].index(fault)
    return slice(first, first + 2)


@pytest.fixture(scope="module")
def description() -> ApplianceType:
    return folder.load()["water_heater"]


@pytest.fixture(scope="module")
def healthy() -> Record:
    return record(HEALTHY_DAYS, levels_of(0.0))


@pytest.fixture(scope="module")
def failing() -> Record:
    return record(FAILING_DAYS, levels_of(EARLY))


@pytest.fixture(scope="module")
def failed() -> Record:
    return record(FAILED_DAYS, levels_of(1.0))


def test_reports_carry_the_catalogues_metrics_and_no_others(
    healthy: Record, description: ApplianceType
) -> None:
    assert set(healthy.reports) == set(description.metrics)


def test_nothing_ever_leaves_what_a_sensor_can_say(
    healthy: Record, failed: Record, description: ApplianceType
) -> None:
    for name, metric in description.metrics.items():
        low, high = (metric.bounds.low, metric.bounds.high) if metric.bounds else (0.0, 1.0)
        for values in (healthy.reports[name], failed.reports[name]):
            assert values.min() >= low, name
            assert values.max() <= high, name


def test_two_healthy_weeks_are_usual(healthy: Record, description: ApplianceType) -> None:
    for name, metric in description.metrics.items():
        if metric.usual is not None:
            values = healthy.reports[name]
            usual = (values >= metric.usual.low) & (values <= metric.usual.high)
            assert usual.mean() >= 0.97, name


def test_two_healthy_weeks_raise_neither_code_nor_alarm(
    healthy: Record, description: ApplianceType
) -> None:
    assert not healthy.codes
    for name, metric in description.metrics.items():
        if metric.alarm is not None:
            low = -np.inf if metric.alarm.low is None else metric.alarm.low
            high = np.inf if metric.alarm.high is None else metric.alarm.high
            values = healthy.reports[name]
            beyond = longest_run((values < low) | (values > high))
            assert beyond * REPORT_MINUTES < max(metric.alarm.for_minutes, 1), name


def longest_run(beyond: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """Most reports in a row, of any unit, that were beyond."""
    run = np.zeros(UNITS)
    longest = 0
    for row in beyond:
        run = (run + 1) * row
        longest = max(longest, int(run.max()))
    return longest


def test_failed_ones_show_codes_of_the_catalogue(
    failed: Record, description: ApplianceType
) -> None:
    assert failed.codes == {"E1", "E3", "E4", "E5", "E6"}
    assert failed.codes <= set(description.fault_codes)


def test_every_fault_is_a_problem_of_the_catalogue(description: ApplianceType) -> None:
    for fault in FAULTS:
        assert set(fault.problems) <= set(description.problems)


def test_a_healthy_one_does_not_notice_that_others_fail(healthy: Record, failing: Record) -> None:
    for name in healthy.reports:
        until = FAILING_DAYS * REPORTS_A_DAY
        np.testing.assert_array_equal(
            healthy.reports[name][:until, -2:], failing.reports[name][:, -2:]
        )


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    once, again, other = (record(1, levels_of(0.0), seed=seed) for seed in (5, 5, 6))
    for name, values in once.reports.items():
        np.testing.assert_array_equal(values, again.reports[name])
    assert not np.array_equal(once.reports["energy_kwh"], other.reports["energy_kwh"])


def test_some_owners_replace_a_spent_consumable_within_two_weeks(healthy: Record) -> None:
    worn = healthy.reports["strainer_used_l"]
    assert (np.abs(np.diff(worn, axis=0)) > 3000).any()


def mean_of(record: Record, metric: str, fault: str) -> float:
    return float(record.after_a_day(metric, units_with(fault)).mean())


def test_scale_makes_the_element_hotter_than_the_water(healthy: Record, failing: Record) -> None:
    def hottest(record: Record) -> float:
        return float(record.after_a_day("element_excess_k", units_with("element_scaled")).max())

    assert hottest(failing) > hottest(healthy) + 15


def test_a_failing_element_draws_less_while_it_is_on(healthy: Record, failing: Record) -> None:
    def draws(record: Record) -> float:
        fault = "element_failing"
        return mean_of(record, "heater_power_w", fault) / mean_of(record, "heater_duty_pct", fault)

    assert draws(failing) < 0.8 * draws(healthy)


def test_failing_insulation_leaks_current(healthy: Record, failing: Record) -> None:
    fault = "insulation_breakdown"
    before = mean_of(healthy, "leakage_current_ma", fault)
    assert mean_of(failing, "leakage_current_ma", fault) > before + 2


def test_a_flat_expansion_vessel_lets_the_pressure_rise(healthy: Record, failing: Record) -> None:
    def highest(record: Record) -> float:
        return float(
            record.after_a_day("tank_pressure_bar", units_with("expansion_vessel_flat")).max()
        )

    assert highest(failing) > highest(healthy) + 1


def test_a_drifting_thermostat_hides_that_the_water_is_too_hot(
    healthy: Record, failing: Record
) -> None:
    fault = "thermostat_drift"
    believed = mean_of(failing, "tank_temp_c", fault) - mean_of(healthy, "tank_temp_c", fault)
    true = mean_of(failing, "outlet_temp_c", fault) - mean_of(healthy, "outlet_temp_c", fault)
    assert abs(believed) < 1.5
    assert true > 6


def test_a_tripped_heater_goes_cold(failed: Record) -> None:
    tank = failed.reports["tank_temp_c"][-REPORTS_A_DAY:, units_with("insulation_breakdown")]
    assert tank.mean() < 45
