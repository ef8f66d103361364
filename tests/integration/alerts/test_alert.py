"""One open alert a device and problem, whoever finds it and however many at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts import alert
from alerts.alert import Finding
from alerts.evidence import Evidence
from devices.catalogue.appliance_type import Severity
from storage import pool
from tests.blocked import until_blocked
from tests.integration.alerts.conftest import Bench

START = datetime(2026, 6, 1, tzinfo=UTC)


def finding(device: int, signal: str, minute: int = 0, *, fires: bool = True) -> Finding:
    at = START + timedelta(minutes=minute)
    return Finding(
        device_id=device,
        problem="overheating",
        signal=signal,
        at=at,
        fires=fires,
        severity=Severity.HIGH,
        evidence=Evidence(kind="code", source=signal, since=at, until=at),
    )


def test_two_connections_at_once_open_one_alert(bench: Bench, database_url: str) -> None:
    device = bench.ids[0]
    changes = []
    with pool.connect(database_url) as first:
        changes += alert.record(first, [finding(device, "a")])

        def second() -> None:
            with pool.connect(database_url) as connection:
                changes.extend(alert.record(connection, [finding(device, "b")]))

        thread = threading.Thread(target=second)
        thread.start()
        until_blocked(bench.connection)
        first.commit()
        thread.join(60)
    assert [each.change for each in changes] == ["raised", "joined"]
    assert len({each.alert_id for each in changes}) == 1
    assert len(alert.page(bench.connection)) == 1


def test_a_signal_that_joins_in_another_transaction_keeps_the_alert_open(
    bench: Bench, database_url: str
) -> None:
    device = bench.ids[0]
    alert.record(bench.connection, [finding(device, "a")])
    bench.connection.commit()
    changes = []
    with pool.connect(database_url) as first:
        alert.record(first, [finding(device, "b", 1)])

        def second() -> None:
            with pool.connect(database_url) as connection:
                changes.extend(alert.record(connection, [finding(device, "a", 2, fires=False)]))

        thread = threading.Thread(target=second)
        thread.start()
        until_blocked(bench.connection)
        first.commit()
        thread.join(60)
    assert [each.change for each in changes] == ["eased"]
    assert len(alert.page(bench.connection, open_only=True)) == 1


def test_an_alert_that_was_rolled_back_leaves_the_place_to_another(
    bench: Bench, database_url: str
) -> None:
    device = bench.ids[0]
    with pool.connect(database_url) as other:
        alert.record(other, [finding(device, "a")])
        other.rollback()
    (change,) = alert.record(bench.connection, [finding(device, "b")])
    assert change.change == "raised"


def test_a_milder_signal_that_joins_makes_the_alert_no_milder(bench: Bench) -> None:
    device = bench.ids[0]
    alert.record(bench.connection, [finding(device, "a")])
    alert.record(bench.connection, [replace(finding(device, "b"), severity=Severity.LOW)])
    assert [each.severity for each in alert.page(bench.connection)] == ["high"]


def test_easing_where_nothing_is_open_changes_nothing(bench: Bench) -> None:
    assert alert.record(bench.connection, [finding(bench.ids[0], "a", fires=False)]) == []
    assert alert.record(bench.connection, []) == []


def test_a_signal_that_fired_eased_and_fired_again_counts_as_firing(bench: Bench) -> None:
    device = bench.ids[0]
    told = [("a", 0, True), ("b", 1, True), ("a", 2, False), ("a", 3, True), ("b", 4, False)]
    changes = alert.record(bench.connection, [finding(device, s, m, fires=f) for s, m, f in told])
    assert [each.change for each in changes] == ["raised", "joined", "eased", "joined", "eased"]
    (last,) = alert.record(bench.connection, [finding(device, "a", 5, fires=False)])
    assert last.change == "cleared"


def test_an_alert_never_ends_before_it_began(bench: Bench) -> None:
    device = bench.ids[0]
    alert.record(bench.connection, [finding(device, "a", 10)])
    alert.record(bench.connection, [finding(device, "a", 5, fires=False)])
    (closed,) = alert.page(bench.connection)
    assert closed.cleared_at == closed.opened_at == START + timedelta(minutes=10)


def test_alerts_are_paged_newest_first_and_filtered(bench: Bench) -> None:
    one, two = bench.ids
    alert.record(bench.connection, [finding(one, "a"), finding(two, "a", 1)])
    alert.record(bench.connection, [finding(one, "a", 2, fires=False)])
    newest, oldest = alert.page(bench.connection)
    assert (newest.device_id, oldest.device_id) == (two, one)
    assert alert.page(bench.connection, before_id=newest.id) == [oldest]
    assert alert.page(bench.connection, open_only=True) == [newest]
    assert alert.page(bench.connection, device_id=one) == [oldest]
    assert alert.page(bench.connection, limit=1) == [newest]


@pytest.mark.parametrize("severity", list(Severity))
def test_the_worse_severity_stays(bench: Bench, severity: Severity) -> None:
    row = bench.connection.execute(
        "SELECT hearthwatch.worse('medium', %s)", (severity.value,)
    ).fetchone()
    assert row == (max(Severity.MEDIUM, severity, key=lambda each: each.rank).value,)
