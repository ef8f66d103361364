"""Whether simulated refrigerators behave like refrigerators, healthy and failing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from devices.catalogue import folder
from devices.catalogue.appliance_type import ApplianceType
from simulator.physics.home import Floats, Homes, Surroundings
from simulator.physics.refrigerator import FAULTS, Refrigerators

UNITS = 2 * len(FAULTS) + 2
START = datetime(2026, 3, 2, tzinfo=UTC)
HEALTHY_DAYS = 14
FAILING_DAYS = 3
FAILED_DAYS = 4
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
    appliances = Refrigerators(homes, np.random.default_rng(seed))
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
    return folder.load()["refrigerator"]


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
    assert failed.codes == {"E4", "E5", "E6", "E7"}
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
    worn = healthy.reports["water_filter_left_pct"]
    assert (np.abs(np.diff(worn, axis=0)) > 50).any()


def mean_of(record: Record, metric: str, fault: str) -> float:
    return float(record.after_a_day(metric, units_with(fault)).mean())


@pytest.mark.parametrize("fault", ["refrigerant_leak", "door_seal_worn", "compressor_worn"])
def test_what_costs_cold_makes_the_compressor_run_longer(
    healthy: Record, failing: Record, fault: str
) -> None:
    before = mean_of(healthy, "compressor_duty_pct", fault)
    assert mean_of(failing, "compressor_duty_pct", fault) > 1.15 * before


def test_a_worn_fan_turns_slower_while_the_compressor_runs(
    healthy: Record, failing: Record
) -> None:
    def turns(record: Record) -> float:
        fault = "evaporator_fan_worn"
        return mean_of(record, "evaporator_fan_rpm", fault) / mean_of(
            record, "compressor_duty_pct", fault
        )

    assert turns(failing) < 0.7 * turns(healthy)


def test_a_clogged_condenser_gets_hotter_than_the_room_explains(
    healthy: Record, failing: Record
) -> None:
    def above_room(record: Record) -> float:
        fault = "condenser_clogged"
        return mean_of(record, "condenser_temp_c", fault) - mean_of(record, "ambient_temp_c", fault)

    assert above_room(failing) > 1.3 * above_room(healthy)


def test_a_weak_defrost_heater_takes_longer(healthy: Record, failing: Record) -> None:
    fault = "defrost_heater_failing"
    before = mean_of(healthy, "last_defrost_min", fault)
    assert mean_of(failing, "last_defrost_min", fault) > before + 5


def test_a_worn_compressor_draws_more_while_it_runs(healthy: Record, failing: Record) -> None:
    def draws(record: Record) -> float:
        fault = "compressor_worn"
        return mean_of(record, "compressor_power_w", fault) / mean_of(
            record, "compressor_duty_pct", fault
        )

    assert draws(failing) > 1.08 * draws(healthy)


def test_a_fridge_that_has_lost_its_refrigerant_no_longer_freezes(failed: Record) -> None:
    freezer = failed.reports["freezer_temp_c"][-REPORTS_A_DAY:, units_with("refrigerant_leak")]
    assert freezer.mean() > -10


def test_a_fridge_without_a_fan_gets_warm(failed: Record) -> None:
    fridge = failed.reports["fridge_temp_c"][-REPORTS_A_DAY:, units_with("evaporator_fan_worn")]
    assert fridge.mean() > 8
