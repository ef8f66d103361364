"""Silence and standing still become numbers; switches become a log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.features import sensor_health, states
from models.recording import HOUR_NS, Description, Moments, Recording

START_NS = 1_700_000_000_000_000_000
NAN = np.nan


def recording(*values: list[float], unit: list[int] | None = None) -> Recording:
    metrics = tuple("abcdef"[: len(values)])
    rows = len(values[0])
    return Recording(
        Description(metrics),
        ("first", "second", "third"),
        np.array(unit if unit is not None else [0] * rows),
        START_NS + np.arange(rows) * HOUR_NS,
        np.column_stack(values),
        HOUR_NS,
    )


def test_a_sensor_that_fell_silent_is_told_by_its_hours() -> None:
    given = recording([1.0, 2.0, NAN, NAN, NAN], [1.0, 2.0, 3.0, 4.0, 5.0])
    table = sensor_health.health(given, given.moments)
    assert table.column("a:hours silent").tolist() == [0, 0, 1, 2, 3]
    assert table.column("b:hours silent").tolist() == [0] * 5


def test_a_sensor_that_froze_is_told_by_its_hours_even_over_gaps() -> None:
    given = recording([1.0, 7.0, 7.0, NAN, 7.0, 8.0])
    table = sensor_health.health(given, given.moments)
    assert table.column("a:hours unchanged").tolist() == [0, 0, 1, 2, 3, 0]


def test_a_unit_never_inherits_from_the_one_before() -> None:
    given = recording([5.0, 5.0, 5.0, NAN], unit=[0, 0, 1, 2])
    table = sensor_health.health(given, given.moments)
    np.testing.assert_array_equal(table.column("a:hours unchanged"), [0, 1, 0, NAN])
    np.testing.assert_array_equal(table.column("a:hours silent"), [0, 0, 0, NAN])
    assert table.column("hours without a row").tolist() == [0, 0, 0, 0]


def test_the_age_of_the_last_row_is_told_and_later_rows_do_not_count() -> None:
    given = recording([1.0, 2.0, 3.0])
    at = Moments(np.array([0, 0, 1]), START_NS + np.array([90, -5, 90]) * HOUR_NS)
    table = sensor_health.health(given, at)
    np.testing.assert_array_equal(table.column("hours without a row"), [88, NAN, NAN])
    middle = given.moments.only(np.array([1]))
    wild = replace(given, values=np.array([[1.0], [2.0], [9.0]]))
    np.testing.assert_array_equal(
        sensor_health.health(given, middle).values, sensor_health.health(wild, middle).values
    )


def test_without_any_row_nothing_is_known() -> None:
    given = recording([1.0, 2.0])
    nothing = given.only(np.zeros(2, dtype=np.bool_))
    assert np.isnan(sensor_health.health(nothing, given.moments).values).all()


def test_switches_are_told_as_a_log_of_ups_and_downs() -> None:
    given = recording([0.0, 1.0, NAN, 1.0, 0.0, 1.0], [1.0, 2.0, 3.0, 1.0, 2.0, 3.0])
    assert states.on_and_off(given) == ("a",)
    found = states.switches(given, ("a",))
    assert [found.codes[code] for code in found.code] == ["a up", "a down", "a up"]
    assert ((found.time_ns - START_NS) // HOUR_NS).tolist() == [1, 4, 5]


def test_another_unit_in_another_state_is_no_switch() -> None:
    given = recording([0.0, 0.0, 1.0, 1.0], unit=[0, 0, 1, 1])
    assert states.on_and_off(given) == ()
    assert len(states.switches(given, ("a",))) == 0
    assert len(states.switches(given, ())) == 0
