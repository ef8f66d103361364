"""Alarms on stored readings: from a value out of range to an alert, and back."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from alerts import alert
from alerts.judges import alarm
from alerts.rule import Side, Turn
from alerts.signal import Key
from devices import appliance
from devices.catalogue.appliance_type import Severity
from storage.pool import Connection
from tests.integration.alerts.conftest import Bench


def report(bench: Bench, minutes: range, device: int = 0, **values: float) -> None:
    for minute in minutes:
        bench.report(minute, device, **values)


def test_a_value_out_of_range_for_long_enough_raises_an_alert(bench: Bench) -> None:
    report(bench, range(0, 30, 5), temp_c=120.0)
    assert bench.judge(25) == []
    bench.report(30, temp_c=130.0)
    (change,) = bench.judge(30)
    assert bench.told([change]) == [("raised", "alarm:temp_c:high", 30)]
    assert (change.problem, change.severity) == ("overheating", Severity.MEDIUM)
    assert (change.evidence.observed, change.evidence.high) == (130.0, 100.0)
    assert change.evidence.since == bench.at(0)
    (opened,) = alert.page(bench.connection, open_only=True)
    assert (opened.serial, opened.opened_at, opened.cleared_at) == ("O-1", bench.at(30), None)


def test_a_second_signal_joins_the_alert_and_the_worse_severity_stays(bench: Bench) -> None:
    report(bench, range(0, 31, 5), temp_c=120.0)
    bench.judge(30)
    bench.report(35, temp_c=120.0, current_a=12.0)
    assert bench.told(bench.judge(35)) == [("joined", "alarm:current_a:high", 35)]
    (opened,) = alert.page(bench.connection)
    assert opened.severity == "high"
    bench.report(40, temp_c=120.0, current_a=9.0)
    assert bench.told(bench.judge(40)) == [("eased", "alarm:current_a:high", 40)]
    (opened,) = alert.page(bench.connection)
    assert (opened.severity, opened.cleared_at) == ("high", None)


def test_an_alert_clears_when_all_its_signals_are_quiet(bench: Bench) -> None:
    report(bench, range(0, 31, 5), temp_c=120.0, current_a=12.0)
    report(bench, range(35, 101, 5), temp_c=20.0, current_a=12.0)
    assert [told[0] for told in bench.told(bench.judge(100))] == ["raised", "joined", "eased"]
    bench.report(105, temp_c=20.0, current_a=1.0)
    assert bench.told(bench.judge(105)) == [("cleared", "alarm:current_a:high", 105)]
    assert alert.page(bench.connection, open_only=True) == []
    (closed,) = alert.page(bench.connection)
    assert closed.cleared_at == bench.at(105)


def test_a_condition_that_comes_back_opens_a_new_alert(bench: Bench) -> None:
    for minute, current in ((0, 12.0), (5, 1.0), (10, 12.0)):
        bench.report(minute, current_a=current)
    assert [told[0] for told in bench.told(bench.judge(10))] == ["raised", "cleared", "raised"]
    assert len(alert.page(bench.connection)) == 2
    assert len(alert.page(bench.connection, open_only=True)) == 1


def test_problems_and_devices_have_alerts_of_their_own(bench: Bench) -> None:
    report(bench, range(0, 31, 5), 0, temp_c=120.0, water_l=1.0)
    report(bench, range(0, 31, 5), 1, temp_c=20.0, water_l=60.0)
    bench.judge(30)
    found = {(each.serial, each.problem) for each in alert.page(bench.connection)}
    assert found == {("O-1", "overheating"), ("O-1", "dry"), ("O-2", "dry")}


def test_missing_values_neither_raise_nor_clear(bench: Bench) -> None:
    report(bench, range(0, 31, 5), current_a=12.0, temp_c=20.0)
    bench.judge(30)
    report(bench, range(35, 200, 5), temp_c=20.0)
    assert bench.judge(200) == []
    assert len(alert.page(bench.connection, open_only=True)) == 1


def test_late_readings_raise_nothing(bench: Bench) -> None:
    bench.report(100, temp_c=20.0, current_a=1.0)
    bench.judge(100)
    report(bench, range(0, 95, 5), temp_c=120.0, current_a=12.0)
    assert bench.judge(100) == []
    bench.report(105, temp_c=20.0, current_a=1.0)
    assert bench.judge(105) == []
    assert bench.stored() == []


def test_readings_from_before_the_horizon_are_history(bench: Bench) -> None:
    bench.late_after = timedelta(hours=1)
    report(bench, range(0, 60, 5), current_a=12.0)
    assert bench.judge(300) == []
    bench.report(299, current_a=12.0)
    assert bench.told(bench.judge(300)) == [("raised", "alarm:current_a:high", 299)]


def test_a_reading_that_comes_in_between_two_looks_is_judged_once(
    bench: Bench, connection: Connection
) -> None:
    for minute, current in ((0, 12.0), (5, 1.0), (10, 12.0), (15, 1.0)):
        bench.report(minute, current_a=current)
    # As it was seen by a step whose first look came before the later readings were committed.
    connection.execute("UPDATE hearthwatch.device_states SET last_reading_at = %s", (bench.at(0),))
    assert [told[0] for told in bench.told(bench.judge(15))] == ["raised", "cleared"] * 2
    connection.execute("UPDATE hearthwatch.device_states SET last_reading_at = %s", (bench.at(15),))
    assert bench.judge(15) == []


def test_a_retired_appliance_raises_nothing(bench: Bench, connection: Connection) -> None:
    bench.report(0, current_a=12.0)
    appliance.retire_all_but(connection, ["O-2"], bench.at(1))
    assert bench.judge(5) == []


@pytest.mark.parametrize("value", [1e300, -1e300, float("inf"), float("nan")])
def test_odd_numbers_in_the_evidence_can_be_kept_and_told(bench: Bench, value: float) -> None:
    finding = alarm._finding(
        Key(bench.ids[0], "alarm:temp_c:high", "overheating"),
        bench.description.metrics["temp_c"].alarm,  # type: ignore[arg-type]
        Side("high", 100.0, 1.0, 5.0),
        "temp_c",
        Turn(0, bench.at(0), bench.at(0), fires=True),
        value,
    )
    assert len(alert.record(bench.connection, [finding])) == 1
    assert len(bench.stored()) == 1


def random_values(seed: int) -> list[list[tuple[int, dict[str, float]]]]:
    """For each oven (minute, values): random walks that cross the bounds now and then."""
    rng = np.random.default_rng(seed)
    return [
        [
            (
                minute,
                {
                    "temp_c": float(temp),
                    **({"current_a": float(current)} if rng.random() < 0.9 else {}),
                    "water_l": float(water),
                },
            )
            for minute, temp, current, water in zip(
                range(0, 1500, 5),
                90 + np.cumsum(rng.normal(0, 6, 300)) % 40,
                rng.normal(8.5, 1, 300),
                2 + np.cumsum(rng.normal(0, 0.6, 300)) % 3,
                strict=True,
            )
        ]
        for _ in range(2)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_alerts_are_the_same_however_the_readings_are_batched(
    bench: Bench, connection: Connection, seed: int
) -> None:
    ovens = random_values(seed)
    bench.late_after = timedelta(days=2)
    rng = np.random.default_rng(seed + 100)
    outcomes = []
    for cuts in ([1500], [*sorted(rng.choice(range(5, 1500, 5), 25, replace=False)), 1500]):
        before = 0
        for cut in cuts:
            for device, values in enumerate(ovens):
                for minute, told in values:
                    if before <= minute < cut:
                        bench.report(minute, device, **told)
            bench.judge(int(cut))
            before = int(cut)
        outcomes.append(bench.stored())
        connection.rollback()
    assert len(outcomes[0]) > 20
    assert outcomes[0] == outcomes[1]
